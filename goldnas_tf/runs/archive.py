"""The points of a run on disk.

pareto.json     the points; pareto.png their picture
pareto/POINT/   an exported network
"""

import pathlib
from collections.abc import Callable, Sequence

from goldnas_tf import pareto
from goldnas_tf.display.front import draw_front
from goldnas_tf.files import atomic
from goldnas_tf.pareto import Point


class Archive:
    """Reads and writes the points of a run, atomically.

    Args:
        path: the work folder.
        start_macs: multiply-adds of the super-network; None where there is none.
        costs: what points are compared by, besides accuracy.
        renewed: called once a point was added.

    Attributes:
        points: the costliest first; those on the front are marked.
    """

    def __init__(
        self,
        path: pathlib.Path,
        start_macs: int | None,
        costs: Sequence[str] = ("macs",),
        renewed: Callable[[], None] = lambda: None,
    ):
        self.path = path
        self.start_macs = start_macs
        self.costs = tuple(costs)
        self._renewed = renewed
        self.points: list[Point] = []
        atomic.clear(path / "pareto")
        if self._file.exists():
            self.points = pareto.read(self._file).points
            # a run that was killed between the two has an older picture than pareto.json
            self._draw()

    @property
    def _file(self) -> pathlib.Path:
        return self.path / pareto.FILE

    def has(self, name: str) -> bool:
        """Whether a point of that name is there."""
        return any(point.name == name for point in self.points)

    def add(self, point: Point) -> None:
        """Adds a point whose folder is complete, and draws the front anew."""
        others = [other for other in self.points if other.name != point.name]
        self.points = pareto.mark([*others, point], self.costs)
        pareto.KIND.write(self._file, pareto.to_json(self.points, self.start_macs, self.costs))
        self._draw()
        self._renewed()

    def _draw(self) -> None:
        if self.points:
            path = self.path / "pareto.png"
            draw_front(self.points, self.start_macs, path, self.costs)
