"""The points of a run and which of them are not dominated. Plain data, no TensorFlow."""

import dataclasses
from collections.abc import Iterable, Sequence

SCHEMA = 1
REASONS = ("stable", "budget", "final", "evolved")


@dataclasses.dataclass(frozen=True)
class Point:
    """A network that a search or an evolution took out, as `pareto.json` lists it.

    Attributes:
        name: unique in its run.
        path: its folder, relative to the work folder.
        macs: multiply-adds for one image.
        params: parameters.
        val_accuracy: top-1 on the validation split after settling, in [0, 1].
        epoch: epoch of the search, or generation of the evolution, (from 1) that it comes from.
        reason: "stable" (the architecture stayed unchanged), "budget" (a budget was crossed),
            "final" (the search ended there) or "evolved".
        non_dominated: no other point is at least as good in all aims and better in one.
        test_accuracy: top-1 on the test split, where it was measured.
        latency_ms: milliseconds for one image, where they were measured.
    """

    name: str
    path: str
    macs: int
    params: int
    val_accuracy: float
    epoch: int
    reason: str
    non_dominated: bool = True
    test_accuracy: float | None = None
    latency_ms: float | None = None


COSTS = {"macs": "multiply-adds", "params": "parameters", "latency_ms": "milliseconds"}
"""What a point can cost, and what that is called."""


def dominates(one: Point, other: Point, costs: Sequence[str] = ("macs",)) -> bool:
    """Whether `one` is no costlier and no less accurate than `other`, and better in some way.

    Args:
        one: a point.
        other: a point.
        costs: those of `COSTS` that count.
    """
    pairs = [(getattr(one, name), getattr(other, name)) for name in costs]
    pairs.append((-one.val_accuracy, -other.val_accuracy))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def mark(points: Iterable[Point], costs: Sequence[str] = ("macs",)) -> list[Point]:
    """The points in order of falling (first) cost, with `non_dominated` set for each."""
    points = sorted(points, key=lambda point: (-getattr(point, costs[0]), point.epoch))
    return [
        dataclasses.replace(
            point, non_dominated=not any(dominates(p, point, costs) for p in points)
        )
        for point in points
    ]


def to_json(
    points: Sequence[Point], start_macs: int | None, costs: Sequence[str] = ("macs",)
) -> dict:
    """The content of `pareto.json`.

    Args:
        points: in any order.
        start_macs: multiply-adds of the super-network; None where there was none.
        costs: those that the points are compared by, besides accuracy.
    """
    return {
        "schema": SCHEMA,
        "start_macs": start_macs,
        "costs": list(costs),
        "points": [dataclasses.asdict(point) for point in mark(points, costs)],
    }


def from_json(values: dict) -> list[Point]:
    """The points of a `pareto.json`.

    Raises:
        ValueError: another schema.
    """
    if values.get("schema") != SCHEMA:
        raise ValueError(
            f"expected pareto.json of schema {SCHEMA}. Received: {values.get('schema')}"
        )
    return [Point(**point) for point in values["points"]]


def evenly(points: Sequence, most: int) -> list:
    """Up to so many of the points, evenly along them, with the first and the last."""
    count = min(most, len(points))
    return [points[round(i * (len(points) - 1) / max(count - 1, 1))] for i in range(count)]
