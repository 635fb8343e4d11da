"""The points of a search and which of them are not dominated. Plain data, no TensorFlow."""

import dataclasses
from collections.abc import Iterable, Sequence

SCHEMA = 1
REASONS = ("stable", "budget", "final")


@dataclasses.dataclass(frozen=True)
class Point:
    """A network that a search took out, as `pareto.json` lists it.

    Attributes:
        name: unique in its run.
        path: its folder, relative to the work folder.
        macs: multiply-adds for one image.
        params: parameters.
        val_accuracy: top-1 on the validation split after settling, in [0, 1].
        epoch: epoch of the search (from 1) after which it was taken.
        reason: "stable" (the architecture stayed unchanged), "budget" (a budget was crossed) or
            "final" (the search ended there).
        non_dominated: no other point is at least as good in both aims and better in one.
    """

    name: str
    path: str
    macs: int
    params: int
    val_accuracy: float
    epoch: int
    reason: str
    non_dominated: bool = True


def dominates(one: Point, other: Point) -> bool:
    """Whether `one` is no costlier and no less accurate than `other`, and better in one of both."""
    no_worse = one.macs <= other.macs and one.val_accuracy >= other.val_accuracy
    better = one.macs < other.macs or one.val_accuracy > other.val_accuracy
    return no_worse and better


def mark(points: Iterable[Point]) -> list[Point]:
    """The points in order of falling multiply-adds, with `non_dominated` set for each."""
    points = sorted(points, key=lambda point: (-point.macs, point.epoch))
    return [
        dataclasses.replace(point, non_dominated=not any(dominates(p, point) for p in points))
        for point in points
    ]


def to_json(points: Sequence[Point], start_macs: int) -> dict:
    """The content of `pareto.json`."""
    return {
        "schema": SCHEMA,
        "start_macs": start_macs,
        "points": [dataclasses.asdict(point) for point in mark(points)],
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
