"""How long networks take on a device, from a table of how long their operations take there.

Plain data. `deployment/timing.py` measures such a table on this machine; one that was measured on a
phone is read alike.
"""

import bisect
import dataclasses
import math
import pathlib
import typing
from collections.abc import Mapping, Sequence

from goldnas_tf.errors import InputError
from goldnas_tf.files.kinds import Kind
from goldnas_tf.inference.forms import Form, Site, forms
from goldnas_tf.inference.graph import Graph
from goldnas_tf.inference.quantisation import without_rectifications

KIND = Kind("a table of latencies", schema=1, advice="bin/latency makes one")
PRECISIONS = ("float32", "int8")


@dataclasses.dataclass(frozen=True)
class Grid:
    """How long one kind of operation takes on maps of one size, at some numbers of channels.

    Attributes:
        reads: channels that are read, rising.
        gives: channels that are given, rising; empty where those that are read decide them.
        ms: milliseconds, a row for each of `reads` and in it a value for each of `gives`.
    """

    reads: tuple[int, ...]
    gives: tuple[int, ...]
    ms: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        shape = {len(self.gives) or 1}
        if not self.reads or len(self.ms) != len(self.reads) or {*map(len, self.ms)} != shape:
            raise InputError(
                f"expected a time for each of {len(self.reads)} by {max(len(self.gives), 1)} "
                f"numbers of channels; received rows of {[*map(len, self.ms)]}"
            )

    def at(self, reads: int, gives: int) -> float:
        """Milliseconds at any numbers of channels, linear between those that were measured."""
        column = [_along(gives, self.gives, row) if self.gives else row[0] for row in self.ms]
        return _along(reads, self.reads, column)


def _along(x: int, known: Sequence[int], values: Sequence[float]) -> float:
    """A value at x, by those at what is known; beyond them the line of the last two goes on."""
    if len(known) == 1:
        return values[0] * x / known[0]
    right = min(max(bisect.bisect_right(known, x), 1), len(known) - 1)
    share = (x - known[right - 1]) / (known[right] - known[right - 1])
    return max(values[right - 1] + share * (values[right] - values[right - 1]), 0.0)


@dataclasses.dataclass(frozen=True)
class LatencyTable:
    """What was measured on a device.

    Attributes:
        device: what it is.
        runtime: what runs networks there, with its version.
        threads: that it computes with.
        precision: of the file, one of `PRECISIONS`.
        image: height, width and channels of the images.
        apart: milliseconds that a call takes besides the operations of its network.
        grids: how long these take.

    Reference: the sum over operators is the model of latency of ProxylessNAS (arXiv 1812.00332) and
    FBNet (arXiv 1812.03443).
    """

    device: str
    runtime: str
    threads: int
    precision: str
    image: tuple[int, int, int]
    apart: float
    grids: Mapping[Site, Grid]

    def milliseconds(self, graph: Graph) -> float:
        """How long a network takes for one image.

        Args:
            graph: of the network; its numbers do not matter.

        Raises:
            InputError: the table knows an operation of it on maps of no size.
        """
        return self.apart + sum(map(self._of, forms(prepared(graph, self.precision))))

    def check(self, graph: Graph) -> None:
        """Checks that the table is of a space that a network is of.

        Raises:
            InputError: it has no time of one of its operations, on maps of their size.
        """
        for form in forms(prepared(graph, self.precision)):
            if form.site not in self.grids:
                raise _missing(form.site)

    def _of(self, form: Form) -> float:
        site = form.site
        if site in self.grids:
            return self.grids[site].at(form.reads, form.gives)
        # rare ones that the random networks did not have, behind which a search stays whole
        alike = [one for one in self.grids if one.kind == site.kind]
        if not alike:
            raise _missing(site)
        pixels = site.height * site.width
        near = min(alike, key=lambda one: abs(math.log(one.height * one.width / pixels)))
        share = pixels / (near.height * near.width)
        return share * self.grids[near].at(form.reads, form.gives)

    def to_json(self) -> dict[str, typing.Any]:
        """As JSON values."""
        rows = [
            {**dataclasses.asdict(site), **dataclasses.asdict(grid)}
            for site, grid in sorted(self.grids.items(), key=lambda item: item[0])
        ]
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**values, "grids": rows}

    @classmethod
    def from_json(cls, values: Mapping[str, typing.Any]) -> "LatencyTable":
        """What `to_json` gave.

        Raises:
            InputError: numbers of channels and times that do not belong together.
            KeyError, TypeError, ValueError: no such values.
        """
        grids = {
            Site(str(row["kind"]), int(row["height"]), int(row["width"])): Grid(
                tuple(map(int, row["reads"])),
                tuple(map(int, row["gives"])),
                tuple(tuple(map(float, ms)) for ms in row["ms"]),
            )
            for row in values["grids"]
        }
        if values["precision"] not in PRECISIONS:
            raise InputError(
                f"precision: expected one of {', '.join(PRECISIONS)}; received "
                f"{values['precision']!r}"
            )
        height, width, channels = map(int, values["image"])
        return cls(
            str(values["device"]),
            str(values["runtime"]),
            int(values["threads"]),
            str(values["precision"]),
            (height, width, channels),
            float(values["apart"]),
            grids,
        )

    def save(self, file: pathlib.Path) -> None:
        """Writes it, whole or not at all."""
        KIND.write(file, self.to_json())

    @classmethod
    def load(cls, file: str | pathlib.Path) -> "LatencyTable":
        """Reads it.

        Raises:
            InputError: there is no such file, or it holds something else.
        """
        return KIND.read(pathlib.Path(file), cls.from_json)


def _missing(site: Site) -> InputError:
    return InputError(
        f"latency_table: expected the time of every operation of the network; received none of "
        f"{site.kind}, on maps of {site.height}x{site.width}; make a table of this space with "
        "bin/latency"
    )


def prepared(graph: Graph, precision: str) -> Graph:
    """A network's graph as files of a precision have it."""
    return without_rectifications(graph) if precision == "int8" else graph
