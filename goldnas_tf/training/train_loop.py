"""Training a found network: from fresh weights or those of the search, to a network to serve.

The genotype is built without gates, as plain sums with affine batch norms. It reads top to bottom:
build or resume; epochs; then the network is measured, on the test split once, and exported.
Reference: GOLD-NAS (arXiv 2007.03331), section 4.1.
"""

import functools
import hashlib
import pathlib
from collections.abc import Mapping
from typing import Any

import keras

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress
from goldnas_tf.errors import InputError
from goldnas_tf.networks import network
from goldnas_tf.networks.inherit import inherit
from goldnas_tf.page.live import LivePage
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run_folder import FIGURES, NETWORK
from goldnas_tf.settings.units import human
from goldnas_tf.training import shown, small_images
from goldnas_tf.training.annealing import annealed, rising
from goldnas_tf.training.blueprint import Blueprint, GenotypeBlueprint
from goldnas_tf.training.distillation import Teacher
from goldnas_tf.training.learner import Learner
from goldnas_tf.training.pace import probe
from goldnas_tf.training.run import EpochRun
from goldnas_tf.training.state import RunState
from goldnas_tf.training.train_config import TrainConfig

# of a timed training: at the end of each the network is measured, which takes time
_MOST_EPOCHS = 10
# of the time, for the measurement of the pace
_PROBE_SHARE = 0.05


def train(
    network: Genotype | Blueprint,
    config: TrainConfig,
    data: ImageData,
    workdir: str | pathlib.Path,
    searched: keras.Model | None = None,
    progress: Progress | None = None,
    destination: pathlib.Path | None = None,
    teacher: keras.Model | None = None,
    seconds: float = 0.0,
    inputs: Mapping[str, str] | None = None,
    signals: Interrupts | None = None,
    page: bool = False,
) -> dict[str, Any]:
    """Trains, or goes on with the training that the same configuration left in the folder.

    Args:
        network: a genotype, or what else a network is built from.
        config: all settings.
        data: trained on its training images, watched on its validation images, and measured on
            its test images once, at the end.
        workdir: the run folder; made if it is missing. The network goes to its `network/`.
        searched: the network with the weights that the search left, for `init="inherited"`.
        progress: where progress is shown; default: the standard error stream.
        destination: the folder that the network goes to, instead of `network/`.
        teacher: a network of the same images, whose answers this one is taught besides the labels.
        seconds: that it all takes, whatever `epochs` says; 0 is no limit.
        inputs: where network and teacher were found, by flag of `bin/train`; written down for those
            who do it again.
        signals: of a caller with more to do, who looks at them afterwards; default: its own.
        page: whether the folder gets a page that shows the training, while it goes on and then.

    Returns:
        What stands in `network/metrics.json`: accuracies in [0, 1], multiply-adds, parameters.

    Raises:
        InputError: the configuration does not fit the network, the data or the folder; nothing was
            written.
        TrainingError: the loss is not finite; the last good checkpoint is kept.
        Interrupted: SIGINT or SIGTERM came; the state is saved.
    """
    blueprint = GenotypeBlueprint(network) if isinstance(network, Genotype) else network
    training = Training(
        blueprint, config, data, workdir, searched, progress, destination, teacher, seconds, inputs
    )
    if page:
        training.page = LivePage(functools.partial(shown.write, training.folder.path))
    return training.run(signals) if signals else training.go()


class Training(EpochRun):
    """One training: what stays the same from epoch to epoch.

    Args:
        blueprint: of the network.
        config: all settings.
        data: the images.
        workdir: the run folder.
        searched: the network with the weights of the search, or None.
        progress: where progress is shown.
        destination: the folder that the network goes to; None: `network/`.
        teacher: a network whose answers this one is taught, or None.
        seconds: that it takes; as many steps as there is time for. 0: `epochs` passes.
        inputs: where network and teacher were found, by flag.
    """

    name = "the training"

    config: TrainConfig

    def __init__(
        self,
        blueprint: Blueprint,
        config: TrainConfig,
        data: ImageData,
        workdir: str | pathlib.Path,
        searched: keras.Model | None,
        progress: Progress | None,
        destination: pathlib.Path | None,
        teacher: keras.Model | None = None,
        seconds: float = 0.0,
        inputs: Mapping[str, str] | None = None,
    ):
        settings = config.training
        blueprint.check_fits(data)
        if settings.init == "inherited" and searched is None:
            raise InputError(
                "searched: expected the network of a search, with its weights, for init inherited; "
                "received none"
            )
        if settings.small_share:
            small_images.check_fits("small_share", blueprint, config)
        super().__init__(config, data, progress)
        self.blueprint, self.searched = blueprint, searched
        self.recipe = self.make_recipe(
            form={"gated": False, "drop_path": settings.drop_path > 0},
            label_smoothing=settings.label_smoothing,
            ema_decay=settings.ema_decay,
            teacher=teacher
            and Teacher(teacher, settings.teacher_weight, settings.teacher_temperature),
        )
        taught_by = teacher and _digest(teacher)
        self.open_folder(workdir, inputs, **blueprint.describe(), teacher=taught_by)
        self.keep_time(seconds)
        self.destination = destination or self.folder.path / NETWORK

    def run(self, signals: Interrupts) -> dict[str, Any]:
        """Runs to the end; a finished training only tells its figures."""
        file = self.destination / "metrics.json"
        if file.exists():
            self.end_page()
            return FIGURES.read(file)
        with self.clock("building"):
            state, learner = self._start_or_resume()
        settings = self.config.training
        with self.journal(state.epoch) as journal:
            costs = self.blueprint.costs(self.recipe.form)
            self.introduce(
                journal,
                state,
                f"a network of {human(int(costs['macs']))} multiply-adds and "
                f"{human(int(costs['params']))} parameters",
            )
            epochs, steps = self._plan(learner, journal)
            small = round(settings.small_share * epochs * steps)
            rate = functools.partial(annealed, epochs * steps, small=small)
            stream = self.feed.stream(state.step)
            while state.epoch < epochs:
                if settings.drop_path:
                    learner.drop_paths(rising(settings.drop_path, epochs, state.epoch))
                state = self.train_epoch(
                    state, learner, stream, journal, signals, steps, rate=rate, small_steps=small
                )
                with self.clock("evaluation"), learner.averaged():
                    accuracy = learner.accuracy(self.feed.watched, state.step <= small)
                state = self._record(state, accuracy, learner, journal, steps)
            metrics = self._finish(learner, epochs)
            if (self.destination / "cells.png").exists():
                journal.picture(epochs, "cells", self.destination / "cells.png")
        self.end_page()
        self.timetable.note()
        journal.time(self.clock.seconds)
        journal.say(_told(metrics, self.destination))
        return metrics

    def _start_or_resume(self) -> tuple[RunState, Learner]:
        stored = self.stored()
        learner = Learner(self.blueprint, self.recipe)
        if stored is not None:
            values, arrays = stored
            # earlier revisions wrote here what a search writes
            values.pop("built", None)
            learner.load(arrays)
            return RunState.from_json(values), learner
        if self.config.training.init == "inherited":
            inherit(learner.model, self.searched)
        return RunState(), learner

    def _plan(self, learner: Learner, journal: Journal) -> tuple[int, int]:
        """Epochs and their steps: as the settings say, or as many as there is time for."""
        table, data = self.timetable, self.data
        if not table.is_timed:
            return self.config.training.epochs, self.feed.pass_steps
        if table.epochs is None or table.steps is None:
            probing = _PROBE_SHARE * table.seconds
            step, answer = probe(learner, self.feed, self.clock, probing)
            if share := self.config.training.small_share:
                small_step, _ = probe(learner, self.feed, self.clock, probing, small=True)
                step += share * (small_step - step)
            batch = self.config.optimizer.batch_size
            test = data.test.size if data.test else 0
            once = answer * (data.validation.size + test) / batch
            renewing = answer * self.config.training.renew_steps
            watching = answer * self.feed.watched_images / batch
            # tracing and graphs once more
            exporting = self.clock.seconds["tracing"] + self.clock.seconds["building"]
            left = table.left - once - renewing - exporting
            passes = round(left / (step * self.feed.pass_steps))
            epochs = min(max(passes, 1), _MOST_EPOCHS)
            table.plan(epochs, max(1, int((left / epochs - watching) / step)))
            journal.say(
                f"there is time for {table.epochs} epochs of {table.steps:,} steps, at "
                f"{batch / step:,.0f} images a second"
            )
        assert table.epochs and table.steps
        return table.epochs, table.steps

    def _record(
        self, state: RunState, accuracy: float, learner: Learner, journal: Journal, steps: int
    ) -> RunState:
        """Writes down the epoch that ended."""
        means = self.means(state, steps)
        values = {
            "epoch": state.epoch,
            "step": state.step,
            "loss": means["loss"],
            "cross_entropy": means["cross_entropy"],
            "train_accuracy": means["train_accuracy"],
            "val_accuracy": accuracy,
            "images_per_second": means["images_per_second"],
        }
        told = {
            "loss": means["loss"],
            "accuracy": means["train_accuracy"],
            "val_accuracy": accuracy,
            "images_per_second": means["images_per_second"],
        }
        return self.end_epoch(state, learner, journal, values, told)

    def _finish(self, learner: Learner, epochs: int) -> dict[str, Any]:
        """Measures and exports the network."""
        facts = {
            "epochs": epochs,
            "init": self.config.training.init,
            "seed": self.config.seed,
        }
        settings = self.config.training
        if settings.drop_path:
            learner.drop_paths(0.0)
        return self.publish(
            learner,
            self.blueprint,
            self.destination,
            facts,
            test=True,
            renew_steps=settings.renew_steps,
        )


def _digest(model: keras.Model) -> str:
    """Tells a network apart from others, by its weights."""
    digest = hashlib.sha256()
    for name, variable in sorted(network.variables(model).items()):
        digest.update(name.encode() + variable.numpy().tobytes())
    return digest.hexdigest()[:12]


def _told(metrics: dict[str, Any], path: pathlib.Path) -> str:
    """The result in a line."""
    measured = f"validation accuracy {metrics['val_accuracy']:.2%}"
    if metrics["test_accuracy"] is not None:
        measured += f", test accuracy {metrics['test_accuracy']:.2%}"
    return f"{measured} on {metrics['test_images'] or metrics['val_images']:,} images -> {path}"
