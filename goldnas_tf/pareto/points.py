"""The points of a run and which of them are not dominated. Plain data, no TensorFlow."""

import dataclasses
import pathlib
import typing
from collections.abc import Iterable, Mapping, Sequence

from goldnas_tf.files.kinds import Kind
from goldnas_tf.pareto.flat import from_flat, to_flat

FILE = "pareto.json"
"""In the folder of a run."""
KIND = Kind("a list of points", schema=1)
REASONS = ("stable", "budget", "final", "evolved")

_T = typing.TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class Point:
    """A network that a search or an evolution took out, as `pareto.json` lists it.

    Attributes:
        name: unique in its run.
        path: its folder, relative to the work folder.
        costs: what it costs, by the names of the resources, "macs" and "params" among them.
        val_accuracy: top-1 on the validation split after settling, in [0, 1].
        epoch: epoch of the search, or generation of the evolution, (from 1) that it comes from.
        reason: "stable" (the architecture stayed unchanged), "budget" (a budget was crossed),
            "final" (the search ended there) or "evolved".
        non_dominated: no other point is at least as good in all aims and better in one; where any
            point is finished, it is itself, and only the others that are count.
        test_accuracy: top-1 on the test split, where it was measured.
        finished: whether it was trained to its end, not only taken out of a search.
    """

    name: str
    path: str
    costs: Mapping[str, float]
    val_accuracy: float
    epoch: int
    reason: str
    non_dominated: bool = True
    test_accuracy: float | None = None
    finished: bool = False

    @property
    def macs(self) -> int:
        """Multiply-adds for one image."""
        return int(self.costs["macs"])

    @property
    def params(self) -> int:
        """Parameters."""
        return int(self.costs["params"])


class Judged(typing.Protocol):
    """What has been measured, with what it costs."""

    @property
    def costs(self) -> Mapping[str, float]:
        """By the names of the resources."""

    @property
    def val_accuracy(self) -> float:
        """Top-1 on the validation split, in [0, 1]."""


def dominates(one: Judged, other: Judged, costs: Sequence[str] = ("macs",)) -> bool:
    """Whether `one` is no costlier and no less accurate than `other`, and better in some way.

    Args:
        one: a point, or what else is judged like one.
        other: likewise.
        costs: names of the costs that count.
    """
    pairs = [(one.costs[name], other.costs[name]) for name in costs]
    pairs.append((-one.val_accuracy, -other.val_accuracy))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def mark(points: Iterable[Point], costs: Sequence[str] = ("macs",)) -> list[Point]:
    """The points in order of falling (first) cost, with `non_dominated` set for each."""
    points = sorted(points, key=lambda point: (-point.costs[costs[0]], point.epoch))
    # what was only taken out of a search is not trained: its accuracy says how long it was
    judged = [point for point in points if point.finished] or points
    return [
        dataclasses.replace(
            point,
            non_dominated=point in judged and not any(dominates(p, point, costs) for p in judged),
        )
        for point in points
    ]


def to_json(
    points: Sequence[Point], start_macs: int | None, costs: Sequence[str] = ("macs",)
) -> dict[str, typing.Any]:
    """The content of `pareto.json`.

    Args:
        points: in any order.
        start_macs: multiply-adds of the super-network; None where there was none.
        costs: those that the points are compared by, besides accuracy.
    """
    return KIND.stamp(
        {
            "start_macs": start_macs,
            "costs": list(costs),
            "points": [to_flat(point) for point in mark(points, costs)],
        }
    )


def from_json(values: Mapping[str, typing.Any]) -> list[Point]:
    """The points of a `pareto.json`.

    Raises:
        InputError: another schema.
        KeyError, TypeError: a point without what a point has.
    """
    return _points(KIND.check(values))


def _points(values: Mapping[str, typing.Any]) -> list[Point]:
    return [from_flat(Point, point) for point in values["points"]]


class PointsOfRun(typing.NamedTuple):
    """What the `pareto.json` of a run holds.

    Attributes:
        points: the costliest first.
        start_macs: multiply-adds of the super-network; None where there was none.
        costs: those that the points are compared by, besides accuracy.
    """

    points: list[Point]
    start_macs: int | None
    costs: list[str]


def read(file: pathlib.Path) -> PointsOfRun:
    """What a `pareto.json` holds.

    Raises:
        InputError: there is no such file, or it is of another kind, or damaged.
    """
    return KIND.read(
        file, lambda values: PointsOfRun(_points(values), values["start_macs"], values["costs"])
    )


def evenly(points: Sequence[_T], most: int) -> list[_T]:
    """Up to so many of the points, evenly along them, with the first and the last."""
    count = min(most, len(points))
    return [points[round(i * (len(points) - 1) / max(count - 1, 1))] for i in range(count)]
