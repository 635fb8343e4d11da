"""After the search: points are trained to their end, the larger ones perhaps teaching the others.

A point inherits what it has learned in the search, its gates as the scales of batch norms, and is
trained like any found network (`training/train_loop.py`), while the learning rate falls to zero.
They come in the order of falling cost: gradual pruning has left a ladder, on which each network may
be taught by the next larger one that is finished (`teacher_weight`). Where nobody is taught they
may be trained side by side, in other processes (`workers`, `cluster`).
"""

import dataclasses
import gc
import math
import pathlib
import shutil
from collections.abc import Callable, Sequence
from typing import Any

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress
from goldnas_tf.engine.process import Bounds
from goldnas_tf.errors import TrainingError
from goldnas_tf.files import atomic
from goldnas_tf.pareto import Point
from goldnas_tf.runs import export, gates
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.run_folder import NETWORK
from goldnas_tf.runs.timetable import Timetable
from goldnas_tf.searching.config import FINISHING, SearchConfig
from goldnas_tf.training import trainings
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.pace import Pace
from goldnas_tf.training.train_config import TrainConfig, train_config
from goldnas_tf.training.train_loop import Training
from goldnas_tf.training.trainings import Trainings

# seconds for the steps of all that are left
_LEAST = 1.0
_STEPS = ("steps", "waiting for images")
# of what was meant for each: with less, fewer points are finished
_PART = 0.5
# fewer are no front
_FEWEST = 3


def chosen(points: Sequence[Point], most: int, use: Callable[[Point], float]) -> list[Point]:
    """Up to so many points, evenly spread over the logarithm of their cost, the costliest first.

    Before they are finished their accuracies say more of how long they were trained than of what
    they are: whether one dominates another is not asked here.

    Args:
        points: of a search.
        most: how many, at least 1.
        use: what a point costs, above 0; it is asked once for each.
    """
    uses = {point.name: use(point) for point in points}

    def costliest_first(point: Point) -> tuple[float, int]:
        return -uses[point.name], point.epoch

    left = sorted(points, key=costliest_first)
    if len(left) <= most:
        return left
    if most == 1:
        return left[:1]
    high, low = math.log(uses[left[0].name]), math.log(uses[left[-1].name])
    picked: list[Point] = []
    for index in range(most):
        goal = high + (low - high) * index / (most - 1)
        best = min(left, key=lambda point: (abs(math.log(uses[point.name]) - goal), point.epoch))
        left.remove(best)
        picked.append(best)
    return sorted(picked, key=costliest_first)


def share(left: float, steps: Sequence[float], apart: float) -> float:
    """Seconds for the training of the first of some networks, all for as many steps.

    Args:
        left: seconds, for the trainings of all of them.
        steps: seconds of a step of each, the first of all first.
        apart: seconds of a training besides its steps: it is built, traced, measured, exported.
    """
    # where the search has used it all, the little that there must be
    return apart + max(left - len(steps) * apart, _LEAST) * steps[0] / sum(steps)


def affordable(count: int, left: float, meant: float) -> int:
    """How many of some points are finished, where the search may have taken longer than planned.

    Many that hardly learn are worth less than a few that are trained to their end.

    Args:
        count: how many were to be finished.
        left: seconds.
        meant: seconds that all of them were to have.
    """
    fitting = int(count * left / (_PART * meant)) if meant > 0 else count
    return min(count, max(fitting, _FEWEST))


class Finishing:
    """Trains points of a search to their end, or goes on with it.

    Args:
        config: of the search.
        data: its images; each finished network is measured on the test images once.
        archive: of the points; finished ones take the place of what they were.
        timetable: of the search.
        pace: of the search, where it is timed: then points are trained for as long as there is
            time, all for about as many steps; else for `epochs`.
        progress: where the trainings show theirs.
        apart: seconds of a training besides its steps, before there was one.
    """

    def __init__(
        self,
        config: SearchConfig,
        data: ImageData,
        archive: Archive,
        timetable: Timetable,
        pace: Pace | None,
        progress: Progress,
        apart: float,
    ):
        self._config, self._data, self._progress = config, data, progress
        self._archive, self._timetable, self._pace = archive, timetable, pace
        self._apart = apart

    def run(self, say: Callable[[str], None], signals: Interrupts) -> None:
        """Finishes all that are to be.

        Args:
            say: prints a line.
            signals: end it; a training that was begun goes on when the search is resumed.
        """
        points = chosen(self._archive.points, self._count(say), self._use)
        if self._config.engine.is_this_process:
            self._one_by_one(points, say, signals)
        else:
            self._side_by_side([point for point in points if not point.finished], say, signals)

    def _use(self, point: Point) -> float:
        """What a point uses of the resource that the points of the search are compared by.

        With gates, finished or not: a search that is stopped chooses the same ones again.
        """
        return self._config.target.meter.use(self._genotype(point), self._archive.costs[0])

    def _genotype(self, point: Point) -> Genotype:
        return Genotype.load(self._archive.path / point.path / "genotype.json")

    def _count(self, say: Callable[[str], None]) -> int:
        """How many points are finished: as many as are asked for, or as there is time for.

        That is found once, so that a search which is stopped finishes the same ones.
        """
        asked, table = self._config.finishing.finish_points, self._timetable
        if self._pace is None:
            return asked
        if table.planned("finish_asked", 0) != asked:
            count = min(asked, len(self._archive.points))
            meant = (1 - self._config.plan.search_share) * table.seconds
            fitting = affordable(count, table.left, meant)
            if fitting < count:
                say(
                    f"the search took longer than planned: there is time to finish {fitting} of "
                    f"{count} points, the others stay as it left them"
                )
            table.keep(finish_asked=asked, finish_points=fitting)
        return table.planned("finish_points", asked)

    def _one_by_one(
        self, points: Sequence[Point], say: Callable[[str], None], signals: Interrupts
    ) -> None:
        larger: Point | None = None
        for index, point in enumerate(points):
            if not point.finished:
                say(f"finishing {point.name}, {index + 1} of {len(points)}")
                teacher = larger if self._config.training.teacher_weight else None
                seconds = self._seconds(points[index:], teacher)
                try:
                    point = self._finish(point, teacher, seconds, signals)
                finally:
                    self._timetable.note()
                self._archive.add(point)
                # traced functions hold their model in reference cycles
                gc.collect()
            larger = point

    def _side_by_side(
        self, points: Sequence[Point], say: Callable[[str], None], signals: Interrupts
    ) -> None:
        """The same in other processes; nobody is taught."""
        if not points:
            return
        path, config = self._archive.path, self._config
        training = _training_config(config)
        setup = trainings.Setup.of(config, self._data)
        with trainings.engine(Trainings, setup, config.engine, path) as engine:
            say(f"finishing {len(points)} points, {engine.count} at a time")
            # as many trainings follow each other in a process
            seconds = 0.0
            if self._pace:
                seconds = max(self._timetable.left / math.ceil(len(points) / engine.count), _LEAST)
            todo = [
                trainings.task(
                    point.name,
                    GenotypeBlueprint(self._genotype(point)),
                    training,
                    path / FINISHING / point.name,
                    seconds,
                    path / point.path,
                )
                for point in points
            ]
            named = {point.name: point for point in points}
            for name, outcome in engine.run(todo, Bounds(), signals):
                self._timetable.note()
                if outcome.failure:
                    raise TrainingError(f"{name} could not be finished: {outcome.failure}")
                self._archive.add(self._replaced(named[name], outcome.result))
                say(f"finished {name}: validation accuracy {outcome.result['val_accuracy']:.2%}")

    def _seconds(self, points: Sequence[Point], teacher: Point | None) -> float:
        """How long the first of the points that are left is trained; 0 where there is no limit."""
        if self._pace is None:
            return 0.0
        costs = [point.macs for point in points]
        ladder = costs[:-1] if self._config.training.teacher_weight else [0] * (len(costs) - 1)
        teachers = [teacher.macs if teacher else 0, *ladder]
        steps = [self._pace.step(*pair) for pair in zip(costs, teachers, strict=True)]
        return share(self._timetable.left, steps, self._apart)

    def _finish(
        self, point: Point, teacher: Point | None, seconds: float, signals: Interrupts
    ) -> Point:
        """A point once it is trained to its end; its folder has the finished network."""
        path = self._archive.path
        folder, place = path / FINISHING / point.name, path / point.path
        training = Training(
            GenotypeBlueprint(self._genotype(point)),
            _training_config(self._config),
            self._data,
            folder,
            searched=export.load_point(place),
            progress=self._progress,
            destination=None,
            teacher=export.load_point(path / teacher.path) if teacher else None,
            seconds=seconds,
        )
        metrics = training.run(signals)
        apart = training.clock.total() - sum(training.clock.seconds[name] for name in _STEPS)
        # none where a training had ended before
        self._apart = apart or self._apart
        return self._replaced(point, metrics)

    def _replaced(self, point: Point, metrics: dict[str, Any]) -> Point:
        """A point once its trained network has taken its place."""
        path = self._archive.path
        facts: dict[str, Any] = {"epoch": point.epoch, "reason": point.reason, "finished": True}
        trained = path / FINISHING / point.name / NETWORK
        _replace(trained, path / point.path, {**metrics, **facts})
        return dataclasses.replace(
            point,
            costs={name: metrics[name] for name in self._config.target.meter.names},
            val_accuracy=metrics["val_accuracy"],
            test_accuracy=metrics["test_accuracy"],
            finished=True,
        )


def _training_config(config: SearchConfig) -> TrainConfig:
    """How a point is trained to its end."""
    settings = config.finishing
    optimizer = dataclasses.replace(
        config.optimizer,
        learning_rate=settings.finish_learning_rate,
        weight_decay=settings.finish_weight_decay,
    )
    changed = dataclasses.replace(config, optimizer=optimizer)
    return train_config(changed, config.seed)


def _replace(trained: pathlib.Path, point: pathlib.Path, metrics: dict[str, Any]) -> None:
    """Puts a trained network in the place of a point, whole or not at all.

    The gates, which the search left, are part of the trained network; how strong they were stays.
    """
    with atomic.folder(point) as folder:
        shutil.copytree(trained, folder, dirs_exist_ok=True)
        if (point / gates.FILE).exists():
            shutil.copy(point / gates.FILE, folder)
        atomic.write_json(folder / "metrics.json", metrics)
