"""What a comparison reads of a search: its points, its seed, and the time that it took."""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from goldnas_tf import pareto
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.pareto import Point
from goldnas_tf.resources import resources
from goldnas_tf.runs import run_folder, timetable

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


def read(run: pathlib.Path, names: Sequence[str], finished: bool) -> Searched:
    """What a search has left.

    Args:
        run: its work folder.
        names: of points; none: up to `MOST_POINTS` of those that are not dominated, evenly.
        finished: whether only finished points count; none named are then all of them.

    Raises:
        InputError: there is no search, or no such point.
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
    unknown = [name for name in names if name not in points]
    if unknown or not points:
        kind = "finished points" if finished else "points"
        advice = "; search on with --finish_points" if finished and not points else ""
        raise InputError(
            f"points: expected {kind} of {run}, {', '.join(points) or 'which has none yet'}; "
            f"received {', '.join(unknown) or 'none'}{advice}"
        )
    front = [point for point in points.values() if point.non_dominated]
    spread = list(points.values()) if finished else pareto.evenly(front, MOST_POINTS)
    chosen = [points[name] for name in names] or spread
    full = Genotype.full(Genotype.load(run / chosen[0].path / "genotype.json").space)
    start = {**resources.total(full, gated=False), "macs": start_macs}
    return Searched(run, run.resolve().name, tuple(chosen), start, _seed(run), timetable.used(run))


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
