"""Training a found network: from fresh weights or those of the search, to a network to serve.

The genotype is built without gates, as plain sums with affine batch norms. It reads top to bottom:
build or resume; epochs; then the network is measured, on the test split once, and exported.
Reference: GOLD-NAS (arXiv 2007.03331), section 4.1.
"""

import contextlib
import functools
import json
import pathlib

import keras
import tensorflow as tf

from goldnas_tf import checkpoint, costs, export, network
from goldnas_tf.annealing import annealed, rising
from goldnas_tf.backend import require_tensorflow
from goldnas_tf.clock import Clock
from goldnas_tf.data import ImageData
from goldnas_tf.errors import InputError
from goldnas_tf.genotype import Genotype
from goldnas_tf.inherit import inherit
from goldnas_tf.interrupt import Interrupts, interrupts
from goldnas_tf.journal import Journal
from goldnas_tf.report.drawing import draw_network
from goldnas_tf.report.terminal import Progress
from goldnas_tf.run_folder import RunFolder
from goldnas_tf.train_config import TrainConfig
from goldnas_tf.train_state import TrainState
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import METRICS, Learner, Recipe
from goldnas_tf.training.runtime import describe_devices, make_strategy
from goldnas_tf.training.steps import train as train_steps
from goldnas_tf.training.sums import Sums
from goldnas_tf.units import human

NETWORK = "network"
"""Name of the trained network's folder in the run folder."""


def train(
    genotype: Genotype,
    config: TrainConfig,
    data: ImageData,
    workdir: str | pathlib.Path,
    searched: keras.Model | None = None,
    progress: Progress | None = None,
) -> dict:
    """Trains, or goes on with the training that the same configuration left in the folder.

    Args:
        genotype: the network.
        config: all settings.
        data: trained on its training images, watched on its validation images, and measured on
            its test images once, at the end.
        workdir: the run folder; made if it is missing. The network goes to its `network/`.
        searched: the network with the weights that the search left, for `init="inherited"`.
        progress: where progress is shown; default: the standard error stream.

    Returns:
        What stands in `network/metrics.json`: accuracies in [0, 1], multiply-adds, parameters.

    Raises:
        InputError: the configuration does not fit the network, the data or the folder; nothing was
            written.
        TrainingError: the loss is not finite; the last good checkpoint is kept.
        Interrupted: SIGINT or SIGTERM came; the state is saved.
    """
    run = Training(genotype, config, data, workdir, searched, progress or Progress())
    with interrupts() as signals:
        return run.run(signals)


class Training:
    """One training: what stays the same from epoch to epoch.

    Args:
        genotype: the network.
        config: all settings.
        data: the images.
        workdir: the run folder.
        searched: the network with the weights of the search, or None.
        progress: where progress is shown.
    """

    def __init__(self, genotype, config, data, workdir, searched, progress):
        require_tensorflow()
        check_fits(genotype, data)
        settings = config.training
        if settings.init == "inherited" and searched is None:
            raise InputError("init inherited needs the network of a search, with its weights")
        self.genotype, self.config, self.data = genotype, config, data
        self.searched, self.progress = searched, progress
        self.clock = Clock()
        batch_size = config.optimizer.batch_size
        strategy = make_strategy(config.devices, batch_size)
        self.recipe = Recipe(
            optimizer=config.optimizer,
            auxiliary_weight=settings.auxiliary_weight,
            label_smoothing=settings.label_smoothing,
            ema_decay=settings.ema_decay,
            form=network.Form(
                gated=False,
                auxiliary=settings.auxiliary_weight > 0,
                drop_path=settings.drop_path > 0,
                precision=config.devices.precision,
                pixel_mean=data.pixel_mean,
                pixel_std=data.pixel_std,
            ),
            strategy=strategy,
            xla=config.devices.xla,
        )
        self.feed = Feed(
            data, batch_size, config.augmentation, config.seed, strategy, settings.watch_images
        )
        described = {
            "data": {**data.describe(), "replicas": strategy.num_replicas_in_sync},
            "genotype": genotype.to_json(),
        }
        self.folder = RunFolder.open(workdir, config.to_json(), described)

    def run(self, signals: Interrupts) -> dict:
        """Runs to the end; a finished training only tells its figures."""
        file = self.folder.path / NETWORK / "metrics.json"
        if file.exists():
            return json.loads(file.read_text())
        state, learner = self._start_or_resume()
        epochs = self.config.training.epochs
        journal = Journal(self.folder, self.progress, state.epoch)
        with contextlib.closing(journal), self.clock("the rest"):
            self._begin(journal, state)
            stream = self.feed.stream(state.step)
            while state.epoch < epochs:
                state = self._train_epoch(state, learner, stream, journal, signals)
                with self.clock("evaluation"), learner.averaged():
                    accuracy = learner.accuracy(self.feed.watched)
                self._record(state, accuracy, journal)
                self.clock.start_lap()
                state = state.replace(sums=(0.0,) * len(METRICS))
                self._save(state, learner)
            metrics = self._finish(learner)
            journal.picture(epochs, "cells", self.folder.path / NETWORK / "cells.png")
        journal.time(self.clock.seconds)
        journal.say(_told(metrics, self.folder.path / NETWORK))
        return metrics

    def _start_or_resume(self) -> tuple[TrainState, Learner]:
        # TensorFlow mixes this seed into those of the data, so that a resumed run needs it too
        tf.keras.utils.set_random_seed(self.config.seed)
        learner = Learner(self.genotype, self.recipe)
        stored = checkpoint.load(self.folder.path)
        if stored is not None:
            values, arrays = stored
            learner.load(arrays)
            return TrainState.from_json(values), learner
        if self.config.training.init == "inherited":
            inherit(learner.model, self.searched)
        return TrainState(), learner

    def _begin(self, journal: Journal, state: TrainState) -> None:
        devices = ", ".join(sorted(describe_devices(self.recipe.strategy)))
        cost = costs.total(self.genotype, gated=False)
        journal.say(
            f"{self.data.name}: {self.data.train.size:,} training images, a network of "
            f"{human(cost.macs)} multiply-adds and {human(cost.params)} parameters, on {devices}"
        )
        if state.step:
            journal.say(f"resumed after epoch {state.epoch}, step {state.step}")

    def _train_epoch(self, state, learner, stream, journal, signals) -> TrainState:
        """Trains to the end of the epoch."""
        settings = self.config.training
        if settings.drop_path:
            learner.drop_paths(rising(settings.drop_path, settings.epochs, state.epoch))
        last = (state.epoch + 1) * self.feed.pass_steps
        rate = functools.partial(annealed, settings.epochs * self.feed.pass_steps)
        sums, todo = Sums(state.sums, state.step, "the training"), range(state.step, last)
        with journal.bar(state.epoch + 1, self.feed.pass_steps, len(todo)) as bar:
            for step in train_steps(learner, stream, todo, sums, self.clock, rate=rate):
                bar.step()
                if signals.signum is not None:
                    self._save(state.replace(step=step, sums=sums.total()), learner)
                    signals.check()
        return state.replace(epoch=state.epoch + 1, step=last, sums=sums.total())

    def _record(self, state: TrainState, accuracy: float, journal: Journal) -> None:
        """Writes down the epoch that ended."""
        steps, batch_size = self.feed.pass_steps, self.config.optimizer.batch_size
        means = dict(zip(METRICS, (value / steps for value in state.sums), strict=True))
        seconds = self.clock.lap_mean("steps") + self.clock.lap_mean("waiting for images")
        shown = {
            "loss": means["loss"],
            "accuracy": means["correct"] / batch_size,
            "val_accuracy": accuracy,
            "images_per_second": batch_size / seconds if seconds else None,
        }
        values = {
            "epoch": state.epoch,
            "step": state.step,
            "loss": means["loss"],
            "cross_entropy": means["cross_entropy"],
            "train_accuracy": shown["accuracy"],
            "val_accuracy": accuracy,
            "images_per_second": shown["images_per_second"],
            "seconds": {phase: round(time, 3) for phase, time in self.clock.lap.items()},
        }
        journal.epoch(values, shown)

    def _finish(self, learner: Learner) -> dict:
        """Measures and exports the network."""
        cost = costs.total(self.genotype, gated=False)
        test = self.data.test
        with learner.averaged():
            with self.clock("evaluation"):
                val_accuracy = learner.accuracy(self.feed.validation)
                test_accuracy = learner.accuracy(self.feed.once(test)) if test else None
            metrics = {
                "macs": cost.macs,
                "params": cost.params,
                "operators": len(self.genotype.places),
                "val_accuracy": val_accuracy,
                "val_images": self.data.validation.size,
                "test_accuracy": test_accuracy,
                "test_images": test.size if test else 0,
                "epochs": self.config.training.epochs,
                "init": self.config.training.init,
                "seed": self.config.seed,
            }
            with self.clock("export"):
                export.export(
                    self.folder.path / NETWORK,
                    export.plain_copy(self.genotype, self.recipe.form, learner.state()),
                    self.genotype,
                    self.data.class_names,
                    metrics,
                    draw=lambda path: draw_network(self.genotype, path),
                )
        return metrics

    def _save(self, state: TrainState, learner: Learner) -> None:
        position = (state.step, state.epoch)
        with self.clock("checkpoints"):
            checkpoint.save(self.folder.path, position, state.to_json(), learner.state())


def check_fits(genotype: Genotype, data: ImageData) -> None:
    """Checks that a network is one for these images.

    Raises:
        InputError: it is for others.
    """
    wanted = (genotype.space.image_shape, genotype.space.classes)
    found = (tuple(data.image_shape), len(data.class_names))
    if wanted != found:
        raise InputError(
            f"the network is for images of {wanted[0]} in {wanted[1]} classes; {data.name} has "
            f"{found[0]} in {found[1]}; give the data set that it was searched on"
        )


def _told(metrics: dict, path: pathlib.Path) -> str:
    """The result in a line."""
    measured = f"validation accuracy {metrics['val_accuracy']:.2%}"
    if metrics["test_accuracy"] is not None:
        measured += f", test accuracy {metrics['test_accuracy']:.2%}"
    return f"{measured} on {metrics['test_images'] or metrics['val_images']:,} images -> {path}"
