"""A run that trains step after step, resumably: what a search and a training share."""

import contextlib
import pathlib
from collections.abc import Callable, Mapping

import keras

from goldnas_tf.data import ImageData
from goldnas_tf.data.splits import blaming
from goldnas_tf.report.terminal import Progress
from goldnas_tf.runs import checkpoint
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run_folder import RunFolder
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.runtime.devices import describe_devices, make_strategy
from goldnas_tf.settings.sections import Configuration
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import METRICS, Learner, Recipe
from goldnas_tf.training.state import RunState
from goldnas_tf.training.steps import train
from goldnas_tf.training.sums import Sums


class Run:
    """Images, devices and records of one run; its subclasses are the loops.

    Args:
        config: all settings; it has sections on augmentation, optimizer and devices, and a seed.
        data: the images.
        progress: where progress is shown.
        watch_images: how many validation images the running network is measured on; 0 is all.

    Attributes:
        name: what its steps belong to, in messages.
        feed: the batches.
        clock: where the time goes.
        folder: of the run, once `open_folder` was called.
    """

    name = "the run"

    def __init__(
        self,
        config: Configuration,
        data: ImageData,
        progress: Progress,
        watch_images: int,
    ):
        require_tensorflow()
        self.config, self.data, self.progress = config, data, progress
        self.clock = Clock()
        batch_size = config.optimizer.batch_size
        self.strategy = make_strategy(config.devices, batch_size)
        self.feed = Feed(
            data, batch_size, config.augmentation, config.seed, self.strategy, watch_images
        )

    def open_folder(self, workdir: str | pathlib.Path, **described) -> None:
        """Makes the run's folder, or finds the one that the same run left.

        Args:
            workdir: the folder.
            **described: what else makes it the same run, as JSON values.
        """
        replicas = self.strategy.num_replicas_in_sync
        data = {**self.data.describe(), "replicas": replicas}
        self.folder = RunFolder.open(workdir, self.config, {"data": data, **described})

    def recipe(self, form: Mapping, **values) -> Recipe:
        """How the run's networks are trained.

        Args:
            form: of the networks, besides what follows from images and devices.
            **values: of the recipe, likewise.
        """
        return Recipe.of(self.config, self.data, self.strategy, form, **values)

    def stored(self) -> tuple[dict, dict] | None:
        """Values and arrays of the newest checkpoint; also sets the seed of all that is random."""
        keras.utils.set_random_seed(self.config.seed)
        return checkpoint.load(self.folder.path)

    def introduce(self, journal: Journal, state: RunState, what: str) -> None:
        """Says what is trained, on how many images and where, whether it goes on, and how far."""
        devices = ", ".join(sorted(describe_devices(self.strategy)))
        journal.say(
            f"{self.data.title}: {self.data.train.size:,} training images, {what}, on {devices}"
        )
        if state.step:
            journal.say(f"resumed after epoch {state.epoch}, step {state.step}")
        journal.say_growth()

    def train_epoch(
        self,
        state: RunState,
        learner: Learner,
        stream,
        journal: Journal,
        signals: Interrupts,
        steps: int,
        lambda_: float = 0.0,
        rate: Callable[[int], float] | None = None,
        shown: Mapping | None = None,
    ) -> RunState:
        """Trains to the end of an epoch.

        Args:
            state: perhaps within the epoch.
            learner: what is trained.
            stream: batches from the state's step on.
            journal: shows a bar.
            signals: end the run after a step, when its state is saved.
            steps: of an epoch.
            lambda_: λ, weight of the resource term.
            rate: factor of the learning rates at a step, by its number.
            shown: what stands behind the bar.

        Returns:
            The state with the epoch counted, and its sums.
        """
        last = (state.epoch + 1) * steps
        sums, todo = Sums(state.sums, state.step, self.name), range(state.step, last)
        with journal.bar(state.epoch + 1, steps, len(todo)) as bar:
            for step in train(learner, stream, todo, sums, self.clock, lambda_, rate):
                bar.step(**(shown or {}))
                if signals.signum is not None:
                    self.save(state.replace(step=step, sums=sums.total()), learner)
                    signals.check()
        return state.replace(epoch=state.epoch + 1, step=last, sums=sums.total())

    def means(self, state: RunState, steps: int) -> dict:
        """Means over the epoch that ended, with `train_accuracy` and `images_per_second`."""
        batch_size = self.config.optimizer.batch_size
        means = dict(zip(METRICS, (value / steps for value in state.sums), strict=True))
        seconds = self.clock.lap_mean("steps") + self.clock.lap_mean("waiting for images")
        return {
            **means,
            "train_accuracy": means["correct"] / batch_size,
            "images_per_second": batch_size / seconds if seconds else None,
        }

    def end_epoch(self, state: RunState, learner: Learner, journal: Journal, values, shown, **more):
        """Records an epoch, with where its time went, and writes a checkpoint.

        Args:
            state: after the epoch.
            learner: likewise.
            journal: where it is recorded.
            values: the line of metrics.
            shown: the line on the terminal.
            **more: as `Journal.epoch` takes it.

        Returns:
            The state at the beginning of the next epoch.
        """
        seconds = {phase: round(time, 3) for phase, time in self.clock.lap.items()}
        journal.epoch({**values, "seconds": seconds}, shown, **more)
        self.clock.start_lap()
        state = state.replace(sums=(0.0,) * len(METRICS))
        self.save(state, learner)
        return state

    def save(self, state: RunState, learner: Learner) -> None:
        """Writes a checkpoint."""
        position = (state.step, state.epoch)
        with self.clock("checkpoints"):
            checkpoint.save(self.folder.path, position, state.to_json(), learner.state())

    @contextlib.contextmanager
    def journal(self, epochs: int):
        """The journal of a run with so many epochs behind it; ends by telling where time went."""
        journal = Journal(self.folder, self.progress, epochs)
        with contextlib.closing(journal), self.clock("the rest"), blaming(self.data.splits):
            yield journal
