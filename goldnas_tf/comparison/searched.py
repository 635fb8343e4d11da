"""What a comparison reads of a search: its points, its seed, and the time that it took."""

import dataclasses
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from goldnas_tf import pareto
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.pareto import Point
from goldnas_tf.resources import resources
from goldnas_tf.runs import run_folder, timetable
from goldnas_tf.settings.units import Amount

MOST_POINTS = 3


@dataclasses.dataclass(frozen=True)
class Searched:
    """A search, as its work folder tells of it.

    Attributes:
        path: the work folder.
        name: of the folder.
        points: that are compared.
        start: what the super-network uses of every resource that can be counted.
        seed: of the search.
        seconds: that it took, finishing included; 0 where that was not written down.
    """

    path: pathlib.Path
    name: str
    points: tuple[Point, ...]
    start: Mapping[str, float]
    seed: int
    seconds: float

    def genotype(self, point: Point) -> Genotype:
        """The network of a point."""
        return Genotype.load(self.path / point.path / "genotype.json")


def read(run: pathlib.Path, names: Sequence[str], finished: bool, cost: str = "macs") -> Searched:
    """What a search has left.

    Args:
        run: its work folder.
        names: of points, or costs such as "4.5M" and "50K params", for those points of the front
            that are nearest; none: up to `MOST_POINTS` of the front, evenly.
        finished: whether only finished points count; none named are then all of them.
        cost: what a cost without a unit is an amount of.

    Raises:
        InputError: there is no search, or no such point, or one was chosen twice.
    """
    file = run / pareto.FILE
    if not file.is_file():
        raise InputError(
            f"RUN: expected the work folder of a search, with a pareto.json; received {run}"
        )
    every, start_macs, _ = pareto.read(file)
    if start_macs is None:
        raise InputError(
            f"RUN: expected the work folder of a search; received an evolution, {run}; compare it "
            "by its --algorithm=random"
        )
    points = {point.name: point for point in every if point.finished or not finished}
    front = [point for point in points.values() if point.non_dominated]
    if not points:
        kind = "finished points" if finished else "points"
        advice = "; search on with --finish_points" if finished else ""
        raise InputError(f"points: expected {kind} of {run}; received none{advice}")
    if names:
        chosen = _asked(points, front, names, cost, run)
    else:
        chosen = list(points.values()) if finished else pareto.evenly(front, MOST_POINTS)
    full = Genotype.full(Genotype.load(run / chosen[0].path / "genotype.json").space)
    start = {**resources.total(full, gated=False), "macs": start_macs}
    return Searched(run, run.resolve().name, tuple(chosen), start, _seed(run), timetable.used(run))


def _asked(
    points: Mapping[str, Point],
    front: Sequence[Point],
    names: Sequence[str],
    cost: str,
    run: pathlib.Path,
) -> list[Point]:
    """The points that a user has named, or told the costs of."""
    asked: dict[str, str] = {}
    for text in names:
        point = points.get(text) or _nearest(front, text, cost)
        if not point:
            raise InputError(
                f"points: expected points of {run}, {', '.join(points)}, or costs such as 4.5M; "
                f"received {text}"
            )
        if point.name in asked:
            raise InputError(
                f"points: expected each point of {run} once; received {asked[point.name]} and "
                f"{text}, which both choose {point.name}"
            )
        asked[point.name] = text
    return [points[name] for name in asked]


def _nearest(front: Sequence[Point], text: str, cost: str) -> Point | None:
    """The point whose cost has the smallest ratio to an amount; None: the text is no such."""
    try:
        amount = Amount.parse_any("points", text)
    except InputError:
        return None
    resource = amount.resource or cost
    known = [point for point in front if point.costs.get(resource)]
    if amount.relative or not amount.value or not known:
        return None
    return min(known, key=lambda point: abs(math.log(point.costs[resource] / amount.value)))


def check_alike(searches: Sequence[Searched]) -> None:
    """Checks that searches can stand beside each other.

    Raises:
        InputError: two folders of one name, or super-networks of different cost.
    """
    names = [one.name for one in searches]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"RUN: expected work folders of different names; received {twice[0]} twice"
        )
    first = searches[0]
    for other in searches[1:]:
        if other.start != first.start:
            raise InputError(
                "RUN: expected searches of one space; received super-networks of "
                f"{first.start['macs']:,} and {other.start['macs']:,} multiply-adds, of "
                f"{first.path} and {other.path}"
            )


def _seed(run: pathlib.Path) -> int:
    file = run / "config.json"
    settings: Any = run_folder.KIND.read(file).get("settings", {}) if file.is_file() else {}
    return int(settings.get("seed", 0))
