"""The search: a super-network is trained and pruned step by step, and leaves a Pareto set.

It reads top to bottom: prepare, build or resume; then epoch, prune, rebuild, record, take points,
until the floor is reached, the epochs are over, or nothing is left to prune.
"""

import functools
import gc
import itertools
import math
import pathlib
from typing import Any

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress, points_table
from goldnas_tf.page.live import LivePage
from goldnas_tf.pareto import Point
from goldnas_tf.resources.meter import Yardstick
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.searching import epoch_record, found_blocks, points, resolution, shown
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.searching.epoch_end import (
    Seen,
    allowed,
    judge_again,
    prune,
    used,
    wasted,
    worth_rebuilding,
)
from goldnas_tf.searching.finishing import Finishing
from goldnas_tf.searching.fitting import fitting_space
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.searching.rebuild import rebuild
from goldnas_tf.searching.state import SearchState
from goldnas_tf.searching.time_plan import plan_search, told
from goldnas_tf.searching.trials import Trials
from goldnas_tf.settings.units import human
from goldnas_tf.training.pace import Pace, probe
from goldnas_tf.training.run import EpochRun

# of the time of the search, for the measurement of its pace
_PROBE_SHARE = 0.02
# what a point takes to be built, traced and exported, of what the full network took to be built
# and traced
_OF_A_POINT = 0.5
# seconds that a training takes besides its steps at least, and where nothing else is known
_APART = 5.0


def search(
    config: SearchConfig,
    data: ImageData,
    workdir: str | pathlib.Path,
    progress: Progress | None = None,
) -> list[Point]:
    """Searches, or goes on with the search that the same configuration left in the folder.

    Args:
        config: all settings; those that say how far a search goes may have grown.
        data: trained on its training images; points are measured on its validation images.
        workdir: the run folder; made if it is missing.
        progress: where progress is shown; default: the standard error stream.

    Returns:
        The points, most multiply-adds first; those on the front are marked `non_dominated`.

    Raises:
        InputError: the configuration does not fit the data or the folder; nothing was written.
        TrainingError: the loss is not finite; the last good checkpoint is kept.
        Interrupted: SIGINT or SIGTERM came; the state is saved.
    """
    return Search(config, data, workdir, progress).go()


class Search(EpochRun):
    """One search: what stays the same from epoch to epoch.

    Args:
        config: all settings.
        data: the images.
        workdir: the run folder.
        progress: where progress is shown.
    """

    name = "the search"

    config: SearchConfig

    def __init__(
        self,
        config: SearchConfig,
        data: ImageData,
        workdir: str | pathlib.Path,
        progress: Progress | None,
    ):
        super().__init__(config, data, progress)
        self.space = fitting_space(config, data)
        self.budgets = Budgets.resolve(config, self.space)
        self.start = costs.total(Genotype.full(self.space)).macs
        self.recipe = self.make_recipe(
            form={"gate_gradient": config.gates.gate_gradient},
            gates=config.gates,
            prices=Yardstick(self.meter, config.objective.resource).relative,
            mu=config.objective.mu,
            estimates=config.plan.estimates,
            seed=config.seed,
        )
        self.open_folder(workdir)
        self.keep_time(config.plan.seconds, resolution.spent(self.folder.path))
        axis = self.budgets.axis.resource or "macs"
        path = self.folder.path
        self.page = LivePage(functools.partial(shown.write, path))
        self.archive = Archive(path, self.start, [axis], self.page.renew_now)

    @property
    def epoch_steps(self) -> int:
        """Steps of an epoch: planned, set, or a pass over the images."""
        return self.timetable.steps or self.config.points.steps_per_epoch or self.feed.pass_steps

    @property
    def _small_epochs(self) -> int:
        """How many epochs, the first ones, are on small images."""
        return self.config.plan.small_epochs(self.timetable.epochs or self.config.points.max_epochs)

    def run(self, signals: Interrupts) -> list[Point]:
        """Runs to the end."""
        with self.clock("building"):
            state, learner = self._start_or_resume()
        with self.journal(state.epoch) as journal:
            self._begin(journal, state)
            if self.timetable.is_timed and self.timetable.epochs is None:
                self._plan(learner, journal)
            stream = self.feed.stream(state.step)
            while True:
                if state.pending and not self.archive.has(points.point_name(state.epoch)):
                    if learner.genotype != learner.built:
                        # a final point; the checkpoint keeps what it is taken of, as it was, so
                        # that a search that goes further is one that had no end here
                        learner = self._rebuilt(learner)
                    self._take_point(state, learner, journal, signals)
                if state.ended:
                    break
                state = self.train_epoch(
                    state,
                    learner,
                    stream,
                    journal,
                    signals,
                    self.epoch_steps,
                    lambda_=state.lambda_.value,
                    shown=self._shown(state),
                    small_steps=self._small_epochs * self.epoch_steps,
                )
                small = state.epoch <= self._small_epochs
                state = state.replace(accuracy=self._watched_accuracy(learner, small))
                seen, before = learner.seen(), state
                epochs, select = self.timetable.epochs, self._trials(learner, state.epoch)
                state = prune(state, seen, self.config, self.budgets, epochs, select)
                learner.mask(state.genotype)
                state, learner = self._rebuilt_if_worth_it(state, learner)
                state = self._record(before, state, seen, learner, journal)
            journal.say(f"search ended after epoch {state.epoch}: {state.ended}")
            if self.space.shared:
                found_blocks.write(self.archive, journal, state.epoch)
            if self.config.finishing.finish_points and self.archive.points:
                # its graphs are as large as those of all that is finished
                del learner
                self._finish(journal, signals)
        self.end_page()
        self.timetable.note()
        journal.time(self.clock.seconds)
        archive = self.archive
        journal.say(points_table(archive.points, archive.path, self.start, archive.costs))
        if self.config.limits.most:
            journal.say(points.the_one(archive, self.config.limits.most))
        return self.archive.points

    def _start_or_resume(self) -> tuple[SearchState, GatedLearner]:
        stored = self.stored()
        if stored is None:
            state = SearchState.start(Genotype.full(self.space), self.config.pruning)
            return state, GatedLearner(state.genotype, self.recipe)
        values, arrays = stored
        learner = GatedLearner(Genotype.from_json(values.pop("built")), self.recipe)
        state = SearchState.from_json(values)
        learner.load(arrays)
        learner.mask(state.genotype)
        closed, epochs = learner.closed(), self.timetable.epochs
        return judge_again(state, self.config, self.budgets, closed, epochs), learner

    def _begin(self, journal: Journal, state: SearchState) -> None:
        """Says what is searched, where, and what to look out for."""
        self.introduce(
            journal,
            state,
            f"a space of 10^{math.log10(self.space.candidates):.0f} networks up to "
            f"{human(self.start)} multiply-adds",
        )
        self._say_what_is_passed(journal, state)
        widest = len(self.space.sources(self.space.nodes - 1)) * len(self.space.ops)
        if 1 / widest <= self.config.pruning.threshold_max:
            journal.say(
                f"note: a node has up to {widest} operators, whose equal shares (1/{widest}) lie "
                f"below threshold_max {self.config.pruning.threshold_max:g}: the weakest go from "
                f"the first epoch on; a threshold_max below {1 / widest:.3f} waits for the gates"
            )

    def _say_what_is_passed(self, journal: Journal, state: SearchState) -> None:
        """Names the targets that a resumed search was given too late."""
        if state.lowest is None:
            return
        name, _ = self.config.points.said_targets
        added = [t for one in self.folder.grown if one.name == name for t in one.added]
        if passed := self.budgets.passed(name, added, Genotype.full(self.space), state.lowest):
            down = f"{self.budgets.axis.told(state.lowest)} already"
            journal.say(f"no point is taken at {', '.join(passed)}: the search is down to {down}")

    def _plan(self, learner: GatedLearner, journal: Journal) -> None:
        """Plans a timed search by the pace of the full network."""
        settings, budgets, table = self.config.plan, self.budgets, self.timetable
        time = settings.search_share * table.seconds

        def step(small: bool) -> float:
            return probe(learner, self.feed, self.clock, _PROBE_SHARE * time, small)[0]

        samples, small_pace = [(self.start, step(False))], None
        if settings.small_warmup:
            small = step(True)
            small_pace = Pace.fit([(self.start, small)])
            # a quarter of the pixels is a quarter of the work: it tells how much of a step is fixed
            samples.append((self.start // 4, small))
        watched = -(-self.feed.watched_images // self.config.optimizer.batch_size)
        full = self.clock.seconds["building"] + self.clock.seconds["tracing"]
        left = time - table.used - (len(budgets.targets) + 1) * _OF_A_POINT * full
        planned = plan_search(
            settings,
            Pace.fit(samples),
            self.epoch_steps,
            watched,
            self.start,
            # multiply-adds fall about as what is brought down
            self.start * budgets.floor / budgets.start,
            left,
            small_pace,
            len(Genotype.full(self.space).gates),
        )
        table.plan(planned.epochs, planned.steps, trials=planned.trials)
        for line in told(planned, settings, self.config.finishing.finish_points):
            journal.say(line)

    def _trials(self, learner: GatedLearner, epoch: int) -> Trials:
        """What decides by trial what goes after an epoch."""
        settings = self.config.plan
        count = self.timetable.planned("trials", settings.trials)
        return Trials(learner, self.feed, self.clock, count, settings.trial_steps, epoch)

    def _finish(self, journal: Journal, signals: Interrupts) -> None:
        """Trains points to their end."""
        pace = self._pace() if self.timetable.is_timed else None
        finishing = Finishing(
            self.config,
            self.data,
            self.archive,
            self.timetable,
            pace,
            self.progress,
            max(self._seconds_of_a_model(), _APART),
        )
        with self.clock("finishing"):
            finishing.run(journal.say, signals)

    def _pace(self) -> Pace:
        """How long steps of a network take, by what those of the search have taken."""
        batch = self.config.optimizer.batch_size
        lines = [
            line
            for line in self.folder.metrics()
            if line["images_per_second"] and line["epoch"] > self._small_epochs
        ]
        return Pace.fit([(line["built_macs"], batch / line["images_per_second"]) for line in lines])

    def _seconds_of_a_model(self) -> float:
        """How long one took to be built, traced and exported, in this process."""
        models = len({line["built_macs"] for line in self.folder.metrics()})
        made = sum(self.clock.seconds[phase] for phase in ("building", "tracing", "rebuilds"))
        return made / models + self.clock.seconds["export"] / len(self.archive.points)

    def _watched_accuracy(self, learner: GatedLearner, small: bool) -> float:
        if not learner.accuracy_is_traced(small):
            with self.clock("tracing"):
                learner.accuracy(itertools.islice(self.feed.watched, 1), small)
        with self.clock("evaluation"):
            return learner.accuracy(self.feed.watched, small)

    def _rebuilt_if_worth_it(
        self, state: SearchState, learner: GatedLearner
    ) -> tuple[SearchState, GatedLearner]:
        """The state and the learner without masked operators, if these cost more than a rebuild."""
        steps, rebuild_steps = self.epoch_steps, self.config.devices.rebuild_steps
        goes_on_with_a_point = state.pending not in (None, "final")
        if goes_on_with_a_point or worth_rebuilding(state, learner.built, steps, rebuild_steps):
            return state.replace(wasted=0.0), self._rebuilt(learner)
        return state.replace(wasted=wasted(state, learner.built, steps)), learner

    def _rebuilt(self, learner: GatedLearner) -> GatedLearner:
        with self.clock("rebuilds"):
            learner = rebuild(learner)
            # traced functions hold their model in reference cycles
            gc.collect()
        return learner

    def _record(
        self,
        before: SearchState,
        state: SearchState,
        seen: Seen,
        learner: GatedLearner,
        journal: Journal,
    ) -> SearchState:
        """Writes down the epoch that ended.

        Args:
            before: the state before the pruning.
            state: after it.
            seen: what decided the pruning.
            learner: has the weights.
            journal: where it is recorded.
        """
        config, budgets = self.config, self.budgets
        planned = None
        if config.plan.schedule == "planned":
            planned = allowed(state.epoch, config, budgets, self.timetable.epochs)
        means, there = self.means(state, self.epoch_steps), used(state.genotype, seen.closed)
        amount = budgets.yardstick.of(there)
        values = epoch_record.line(before, state, there, learner.built, means, amount, planned)
        told = ("alive", "macs", "loss", "val_accuracy", "pruned", "images_per_second")
        shown = {**self._shown(before), **{name: values[name] for name in told}}
        arrays = epoch_record.by_owner(seen.strengths)
        return self.end_epoch(state, learner, journal, values, shown, arrays=arrays)

    def _shown(self, state: SearchState) -> dict[str, Any]:
        """What stands behind the progress bar of an epoch."""
        shown = {
            "lambda_": state.lambda_.value,
            "alive": len(state.genotype.places),
            "macs": costs.total(state.genotype).macs,
            "val_accuracy": state.accuracy,
        }
        return {**shown, "left": self.timetable.left} if self.timetable.is_timed else shown

    def _take_point(
        self, state: SearchState, learner: GatedLearner, journal: Journal, signals: Interrupts
    ) -> None:
        steps = self.config.points.settle_epochs * self.feed.pass_steps
        with journal.bar(state.epoch, steps, steps) as bar:

            def after_step() -> None:
                bar.step()
                signals.check()

            point = points.take(self, learner, self.archive, self.config.points, state, after_step)
        share, path = point.macs / self.start, self.archive.path
        journal.say(
            f"point {point.name} ({point.reason}): validation accuracy {point.val_accuracy:.2%} at "
            f"{share:.1%} of the multiply-adds -> {path / point.path}"
        )
        journal.picture(point.epoch, "pareto", path / "pareto.png")
        journal.picture(point.epoch, f"cells/{point.name}", path / point.path / "cells.png")
