"""A run that trains step after step, resumably: what a search and a training share."""

import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import keras
import numpy as np

from goldnas_tf.architecture.places import Gate
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress
from goldnas_tf.page.live import LivePage
from goldnas_tf.runs import checkpoint, export
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run import Run
from goldnas_tf.runs.timetable import Timetable
from goldnas_tf.runtime.devices import describe_devices, make_strategy
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.training.blueprint import Blueprint
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import METRICS, Learner, Recipe
from goldnas_tf.training.renewal import renew
from goldnas_tf.training.state import RunState
from goldnas_tf.training.steps import Batch, train
from goldnas_tf.training.sums import Sums

# decides the order of the images that statistics are taken of
_RENEWAL = 1_000_003

_State = TypeVar("_State", bound=RunState)


class EpochRun(Run):
    """A run that trains one network in epochs; its subclasses are the loops.

    Args:
        config: all settings.
        data: the images.
        progress: where progress is shown.

    Attributes:
        name: what its steps belong to, in messages.
        page: that shows how it goes on; None: none does.
        feed: the batches.
        timetable: the time that it is given and uses, once `keep_time` was called.
    """

    name = "the run"

    page: LivePage | None = None

    timetable: Timetable

    def __init__(self, config: RunConfiguration, data: ImageData, progress: Progress | None):
        super().__init__(config, data, progress)
        self.meter = config.target.meter
        batch_size = config.optimizer.batch_size
        self.strategy = make_strategy(config.devices, batch_size)
        self.feed = Feed(
            data,
            batch_size,
            config.augmentation,
            config.seed,
            self.strategy,
            config.watch.watch_images,
        )

    def open_folder(
        self,
        workdir: str | pathlib.Path,
        inputs: Mapping[str, str] | None = None,
        **described: object,
    ) -> None:
        """Makes the run's folder, or finds the one that the same run left on as many devices."""
        data = {**self.data.describe(), "replicas": self.strategy.num_replicas_in_sync}
        super().open_folder(workdir, inputs, data=data, **described)

    def keep_time(self, seconds: float, spent: float = 0.0) -> None:
        """Writes down from now on how much time is used.

        Args:
            seconds: that there are; 0 is no limit.
            spent: those of them that went before the run.
        """
        self.timetable = Timetable(self.folder.path, seconds, self.clock, spent)

    def make_recipe(self, form: Mapping[str, object], **values: object) -> Recipe:
        """How the run's networks are trained.

        Args:
            form: of the networks, besides what follows from images and devices.
            **values: of the recipe, likewise.
        """
        weight = self.config.auxiliary.auxiliary_weight
        form = {"auxiliary": weight > 0, **form}
        return Recipe.of(
            self.config, self.data, self.strategy, form, auxiliary_weight=weight, **values
        )

    def stored(self) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
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
        state: _State,
        learner: Learner,
        stream: Iterator[Batch],
        journal: Journal,
        signals: Interrupts,
        steps: int,
        lambda_: float = 0.0,
        rate: Callable[[int], float] | None = None,
        shown: Mapping[str, object] | None = None,
        small_steps: int = 0,
    ) -> _State:
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
            small_steps: up to which number steps are taken on small images.

        Returns:
            The state with the epoch counted, and its sums.
        """
        last = (state.epoch + 1) * steps
        sums, todo = Sums(state.sums, state.step, self.name), range(state.step, last)
        with journal.bar(state.epoch + 1, steps, len(todo)) as bar:
            done = train(
                learner, stream, todo, sums, self.clock, lambda_, rate, small_steps=small_steps
            )
            for step in done:
                bar.step(**(shown or {}))
                if signals.signum is not None:
                    self.save(state.replace(step=step, sums=sums.total()), learner)
                    signals.check()
        return state.replace(epoch=state.epoch + 1, step=last, sums=sums.total())

    def means(self, state: RunState, steps: int) -> dict[str, Any]:
        """Means over the epoch that ended, with `train_accuracy` and `images_per_second`."""
        batch_size = self.config.optimizer.batch_size
        means = dict(zip(METRICS, (value / steps for value in state.sums), strict=True))
        seconds = self.step_seconds
        return {
            **means,
            "train_accuracy": means["correct"] / batch_size,
            "images_per_second": batch_size / seconds if seconds else None,
        }

    @property
    def step_seconds(self) -> float:
        """Mean over the epoch that ended, with the wait for images; 0 where none was timed."""
        return self.clock.lap_mean("steps") + self.clock.lap_mean("waiting for images")

    def end_epoch(
        self,
        state: _State,
        learner: Learner,
        journal: Journal,
        values: Mapping[str, Any],
        shown: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray] | None = None,
    ) -> _State:
        """Records an epoch, with where its time went, and writes a checkpoint and the time used.

        Args:
            state: after the epoch.
            learner: likewise.
            journal: where it is recorded.
            values: the line of metrics.
            shown: the line on the terminal.
            arrays: whose distributions the TensorBoard shows, by name.

        Returns:
            The state at the beginning of the next epoch.
        """
        seconds = {phase: round(time, 3) for phase, time in self.clock.lap.items()}
        journal.epoch({**values, "seconds": seconds}, shown, arrays)
        self.clock.start_lap()
        state = state.replace(sums=(0.0,) * len(METRICS))
        self.save(state, learner)
        self.timetable.note()
        if self.page:
            self.page.renew()
        return state

    def stopped(self) -> None:
        """See `Run`: the page says no longer that the run goes on."""
        if self.folder.metrics():
            self.end_page()

    def end_page(self) -> None:
        """Writes the page, where there is one: that of a run that goes on no longer."""
        if self.page:
            self.page.end()

    def save(self, state: RunState, learner: Learner) -> None:
        """Writes a checkpoint."""
        position = (state.step, state.epoch)
        with self.clock("checkpoints"):
            values = {**state.to_json(), **learner.structure()}
            checkpoint.save(self.folder.path, position, values, learner.state())

    def _tested(self, learner: Learner) -> dict[str, Any]:
        if self.data.test is None:
            return {"test_accuracy": None, "test_images": 0}
        accuracy = learner.accuracy(self.feed.once(self.data.test))
        return {"test_accuracy": accuracy, "test_images": self.data.test.size}

    def publish(
        self,
        learner: Learner,
        blueprint: Blueprint,
        folder: pathlib.Path,
        facts: Mapping[str, Any],
        strengths: Mapping[Gate, float] | None = None,
        test: bool = False,
        renew_steps: int = 0,
    ) -> dict[str, Any]:
        """Measures a network and writes its folder, whole or not at all.

        Args:
            learner: has its weights; their moving average is taken, where there is one.
            blueprint: of the network, of a part of what the learner has built.
            folder: where it goes.
            facts: what else its metrics.json says.
            strengths: of the gates, for the drawing.
            test: whether it is measured on the test images, which a network is once.
            renew_steps: over how many its batch-norm statistics are taken anew first.

        Returns:
            What stands in metrics.json: facts, costs, accuracies in [0, 1].
        """
        data, form = self.data, learner.recipe.form
        with learner.averaged():
            with self.clock("evaluation"):
                renew(learner, self.feed.apart(_RENEWAL, renew_steps))
                accuracies: dict[str, Any] = {
                    "val_accuracy": learner.accuracy(self.feed.validation),
                    "val_images": data.validation.size,
                }
                if test:
                    accuracies |= self._tested(learner)
            metrics = {
                **facts,
                **blueprint.costs(form, self.meter),
                **blueprint.facts(),
                **accuracies,
            }
            with self.clock("export"):
                export.export(
                    folder,
                    blueprint.alone(learner.model, form),
                    data.class_names,
                    metrics,
                    write=lambda path: blueprint.write(path, strengths),
                )
        return metrics
