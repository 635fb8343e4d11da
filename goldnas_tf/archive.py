"""The points of a search on disk.

pareto.json     the points; pareto.png their picture
pareto/POINT/   an exported network
"""

import json
import pathlib
import shutil

from goldnas_tf import atomic, pareto
from goldnas_tf.pareto import Point
from goldnas_tf.report.front import draw_front


class Archive:
    """Reads and writes the points of a run, atomically.

    Args:
        path: the work folder.
        start_macs: multiply-adds of the full network.

    Attributes:
        points: most multiply-adds first; those on the front are marked.
    """

    def __init__(self, path: pathlib.Path, start_macs: int):
        self.path = path
        self.start_macs = start_macs
        self.points: list[Point] = []
        # what a killed run was about to write
        for left in (path / "pareto").glob(".*"):
            shutil.rmtree(left)
        if self._file.exists():
            self.points = pareto.from_json(json.loads(self._file.read_text()))
            # a run that was killed between the two has an older picture than pareto.json
            self._draw()

    @property
    def _file(self) -> pathlib.Path:
        return self.path / "pareto.json"

    def has(self, name: str) -> bool:
        """Whether a point of that name is there."""
        return any(point.name == name for point in self.points)

    def add(self, point: Point) -> None:
        """Adds a point whose folder is complete, and draws the front anew."""
        others = [other for other in self.points if other.name != point.name]
        self.points = pareto.mark([*others, point])
        atomic.write_json(self._file, pareto.to_json(self.points, self.start_macs))
        self._draw()

    def _draw(self) -> None:
        if self.points:
            draw_front(self.points, self.start_macs, self.path / "pareto.png")
