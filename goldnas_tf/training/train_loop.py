"""Training a found network: from fresh weights or those of the search, to a network to serve.

The genotype is built without gates, as plain sums with affine batch norms. It reads top to bottom:
build or resume; epochs; then the network is measured, on the test split once, and exported.
Reference: GOLD-NAS (arXiv 2007.03331), section 4.1.
"""

import functools
import hashlib
import pathlib
from typing import Any

import keras

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData
from goldnas_tf.errors import InputError
from goldnas_tf.networks import network
from goldnas_tf.networks.inherit import inherit
from goldnas_tf.report.terminal import Progress
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run_folder import FIGURES
from goldnas_tf.settings.units import human
from goldnas_tf.training.annealing import annealed, rising
from goldnas_tf.training.distillation import Teacher
from goldnas_tf.training.learner import Learner
from goldnas_tf.training.run import EpochRun
from goldnas_tf.training.state import RunState
from goldnas_tf.training.train_config import TrainConfig

NETWORK = "network"
"""Name of the trained network's folder in the run folder."""


def train(
    genotype: Genotype,
    config: TrainConfig,
    data: ImageData,
    workdir: str | pathlib.Path,
    searched: keras.Model | None = None,
    progress: Progress | None = None,
    destination: pathlib.Path | None = None,
    teacher: keras.Model | None = None,
) -> dict[str, Any]:
    """Trains, or goes on with the training that the same configuration left in the folder.

    Args:
        genotype: the network.
        config: all settings.
        data: trained on its training images, watched on its validation images, and measured on
            its test images once, at the end.
        workdir: the run folder; made if it is missing. The network goes to its `network/`.
        searched: the network with the weights that the search left, for `init="inherited"`.
        progress: where progress is shown; default: the standard error stream.
        destination: the folder that the network goes to, instead of `network/`.
        teacher: a network of the same images, whose answers this one is taught besides the labels.

    Returns:
        What stands in `network/metrics.json`: accuracies in [0, 1], multiply-adds, parameters.

    Raises:
        InputError: the configuration does not fit the network, the data or the folder; nothing was
            written.
        TrainingError: the loss is not finite; the last good checkpoint is kept.
        Interrupted: SIGINT or SIGTERM came; the state is saved.
    """
    return Training(genotype, config, data, workdir, searched, progress, destination, teacher).go()


class Training(EpochRun):
    """One training: what stays the same from epoch to epoch.

    Args:
        genotype: the network.
        config: all settings.
        data: the images.
        workdir: the run folder.
        searched: the network with the weights of the search, or None.
        progress: where progress is shown.
        destination: the folder that the network goes to; None: `network/`.
        teacher: a network whose answers this one is taught, or None.
        epoch_steps: steps of an epoch; None: one pass over the training images.
    """

    name = "the training"

    config: TrainConfig

    def __init__(
        self,
        genotype: Genotype,
        config: TrainConfig,
        data: ImageData,
        workdir: str | pathlib.Path,
        searched: keras.Model | None,
        progress: Progress | None,
        destination: pathlib.Path | None,
        teacher: keras.Model | None = None,
        epoch_steps: int | None = None,
    ):
        settings = config.training
        check_fits(genotype, data)
        if settings.init == "inherited" and searched is None:
            raise InputError(
                "searched: expected the network of a search, with its weights, for init inherited; "
                "received none"
            )
        super().__init__(config, data, progress)
        self.genotype, self.searched = genotype, searched
        self.recipe = self.make_recipe(
            form={"gated": False, "drop_path": settings.drop_path > 0},
            label_smoothing=settings.label_smoothing,
            ema_decay=settings.ema_decay,
            teacher=teacher
            and Teacher(teacher, settings.teacher_weight, settings.teacher_temperature),
        )
        self.open_folder(workdir, genotype=genotype.to_json(), teacher=teacher and _digest(teacher))
        self.epoch_steps = epoch_steps or self.feed.pass_steps
        self.destination = destination or self.folder.path / NETWORK

    def run(self, signals: Interrupts) -> dict[str, Any]:
        """Runs to the end; a finished training only tells its figures."""
        file = self.destination / "metrics.json"
        if file.exists():
            return FIGURES.read(file)
        state, learner = self._start_or_resume()
        settings = self.config.training
        steps = self.epoch_steps
        rate = functools.partial(annealed, settings.epochs * steps)
        with self.journal(state.epoch) as journal:
            cost = costs.total(self.genotype, gated=False)
            self.introduce(
                journal,
                state,
                f"a network of {human(cost.macs)} multiply-adds and {human(cost.params)} "
                "parameters",
            )
            stream = self.feed.stream(state.step)
            while state.epoch < settings.epochs:
                if settings.drop_path:
                    learner.drop_paths(rising(settings.drop_path, settings.epochs, state.epoch))
                state = self.train_epoch(state, learner, stream, journal, signals, steps, rate=rate)
                with self.clock("evaluation"), learner.averaged():
                    accuracy = learner.accuracy(self.feed.watched)
                state = self._record(state, accuracy, learner, journal)
            metrics = self._finish(learner)
            journal.picture(settings.epochs, "cells", self.destination / "cells.png")
        journal.time(self.clock.seconds)
        journal.say(_told(metrics, self.destination))
        return metrics

    def _start_or_resume(self) -> tuple[RunState, Learner]:
        stored = self.stored()
        learner = Learner(self.genotype, self.recipe)
        if stored is not None:
            values, arrays = stored
            # all of it, always: nothing is masked in a training
            values.pop("built", None)
            learner.load(arrays)
            return RunState.from_json(values), learner
        if self.config.training.init == "inherited":
            inherit(learner.model, self.searched)
        return RunState(), learner

    def _record(
        self, state: RunState, accuracy: float, learner: Learner, journal: Journal
    ) -> RunState:
        """Writes down the epoch that ended."""
        means = self.means(state, self.epoch_steps)
        values = {
            "epoch": state.epoch,
            "step": state.step,
            "loss": means["loss"],
            "cross_entropy": means["cross_entropy"],
            "train_accuracy": means["train_accuracy"],
            "val_accuracy": accuracy,
            "images_per_second": means["images_per_second"],
        }
        shown = {
            "loss": means["loss"],
            "accuracy": means["train_accuracy"],
            "val_accuracy": accuracy,
            "images_per_second": means["images_per_second"],
        }
        return self.end_epoch(state, learner, journal, values, shown)

    def _finish(self, learner: Learner) -> dict[str, Any]:
        """Measures and exports the network."""
        facts = {
            "epochs": self.config.training.epochs,
            "init": self.config.training.init,
            "seed": self.config.seed,
        }
        settings = self.config.training
        if settings.drop_path:
            learner.drop_paths(0.0)
        return self.publish(
            learner,
            self.genotype,
            self.destination,
            facts,
            test=True,
            renew_steps=settings.renew_steps,
        )


def check_fits(genotype: Genotype, data: ImageData) -> None:
    """Checks that a network is one for these images.

    Raises:
        InputError: it is for others.
    """
    wanted = (genotype.space.image_shape, genotype.space.classes)
    found = (tuple(data.image_shape), len(data.class_names))
    if wanted != found:
        raise InputError(
            f"network: expected one for images of {found[0]} in {found[1]} classes, as {data.name} "
            f"has; received one for {wanted[0]} in {wanted[1]}; give the data set that it was "
            "searched on"
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
