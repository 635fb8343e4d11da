"""How long operations take on this machine, in LiteRT: tables for `resources/latency.py`.

An operation of a few microseconds cannot be timed by itself. So two files are: one that gives some
maps, and one that computes the operation from them as well, several times with other numbers. The
difference is what the operation takes, with its part of what the runtime spends on each.
"""

import dataclasses
import importlib.metadata
import itertools
import platform
import random
import time
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from goldnas_tf.architecture.geometry import FeatureMap
from goldnas_tf.architecture.space import Space
from goldnas_tf.deployment import litert
from goldnas_tf.inference.forms import Form, Site, filled, forms, resized
from goldnas_tf.inference.graph import Convolution, Dense, Graph, Mean, Value
from goldnas_tf.inference.lowering import of_genotype
from goldnas_tf.inference.quantisation import Bounded
from goldnas_tf.networks.folded import FoldedNetwork, QuantisedNetwork
from goldnas_tf.resources.latency import Grid, LatencyTable, prepared
from goldnas_tf.resources.sampling import some_networks
from goldnas_tf.runtime.machine import processor

if typing.TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

RUNTIME = "ai-edge-litert"

_NETWORKS = 200
"""Random ones, whose operations are timed."""

_CHANNELS = 5
"""At so many numbers of channels, of those that there are, an operation is timed."""

_COPIES = 8
"""So often an operation is in its file."""

_SPARE = 3
"""So many maps more than it reads are there to read."""

_ROUNDS = 40
_WARM_UP = 5


class _Wanted(typing.NamedTuple):
    """An operation at one size of maps, and at which channels it is timed.

    Attributes:
        example: a map that it gives somewhere.
        reads: channels that are read.
        gives: channels that are given; empty where those that are read decide them.
    """

    example: Value
    reads: tuple[int, ...]
    gives: tuple[int, ...]


def measure(
    space: Space, precision: str, threads: int, seed: int, say: Callable[[str], None]
) -> LatencyTable:
    """Times all operations that networks of a space are made of, on this machine.

    Args:
        space: whose networks.
        precision: of the files, one of `latency.PRECISIONS`.
        threads: that LiteRT computes with.
        seed: of the random networks that show which operations there are.
        say: told what was timed.
    """
    stopwatch = _Stopwatch(precision, threads, seed)
    nothing = _nothing(space)
    networks = some_networks(space, _NETWORKS, seed)
    graphs = [nothing, *(of_genotype(one) for one in networks)]
    wanted = _wanted([prepared(graph, precision) for graph in graphs])
    grids: dict[Site, Grid] = {}
    for number, (site, one) in enumerate(wanted.items(), 1):
        grids[site] = stopwatch.grid(one)
        first, last = grids[site].ms[0][0], grids[site].ms[-1][-1]
        say(
            f"{number} of {len(wanted)}: {site.kind}, {site.height}x{site.width}: "
            f"{1000 * first:.2f} to {1000 * last:.2f} microseconds"
        )
    table = LatencyTable(
        f"{processor()} ({platform.machine()}, {platform.system()})",
        f"{RUNTIME} {importlib.metadata.version(RUNTIME)}",
        threads,
        precision,
        space.image_shape,
        0.0,
        grids,
    )
    # what is left of a network that hardly computes anything
    content = file(nothing, precision, seed)
    apart = max(stopwatch.milliseconds([content])[0] - table.milliseconds(nothing), 0.0)
    return dataclasses.replace(table, apart=apart)


def _nothing(space: Space) -> Graph:
    """A classifier of the mean of the pixels."""
    image = Value(FeatureMap(*space.image_shape))
    mean = Value(image.size._replace(height=1, width=1), Mean(), (image,))
    dense = Dense(np.zeros((image.channels, space.classes)), np.zeros(space.classes))
    logits = Value(mean.size._replace(channels=space.classes), dense, (mean,))
    return Graph(image, (mean, logits))


def _wanted(graphs: Iterable[Graph]) -> dict[Site, _Wanted]:
    """All operations of some networks."""
    examples: dict[Site, Value] = {}
    seen: dict[Site, set[Form]] = {}
    for graph in graphs:
        for value, found in zip(graph.values, forms(graph), strict=True):
            # of two maps rather than of five, which would be of a channel or two each
            known = examples.setdefault(found.site, value)
            examples[found.site] = min(known, value, key=lambda one: len(one.reads))
            seen.setdefault(found.site, set()).add(found)
    wanted = {}
    for site, of_site in sorted(seen.items()):
        reads, gives = _some(one.reads for one in of_site), tuple[int, ...]()
        if isinstance(examples[site].operation, Convolution | Dense):
            # of others those that are read decide how many are given
            gives = _some(one.gives for one in of_site)
        wanted[site] = _Wanted(examples[site], reads, gives)
    return wanted


def _some(values: Iterable[int]) -> tuple[int, ...]:
    """A few of some numbers, the least and the largest among them, evenly by their factors."""
    known = sorted({*values})
    if len(known) <= _CHANNELS:
        return tuple(known)
    wished = np.geomspace(known[0], known[-1], _CHANNELS)
    return tuple(sorted({min(known, key=lambda one: abs(one - wish)) for wish in wished}))


def file(graph: Graph, precision: str, seed: int) -> bytes:
    """The LiteRT file of a network with random numbers.

    Args:
        graph: of the network.
        precision: of the file.
        seed: of the numbers.
    """
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (8, *graph.image.size), np.uint8)
    return litert.convert(FoldedNetwork(filled(graph, rng)), precision, images)


class _Stopwatch:
    """Times operations in files of one precision."""

    def __init__(self, precision: str, threads: int, seed: int):
        self._precision = precision
        self._threads = threads
        self._rng = np.random.default_rng(seed)
        self._numbers = random.Random(seed)

    def grid(self, wanted: _Wanted) -> Grid:
        """How long an operation takes at all channels that are wanted."""
        rows = []
        for reads in wanted.reads:
            made = wanted.gives or (self._given(wanted.example, reads),)
            rows.append(tuple(self._times(wanted.example, reads, made)))
        return Grid(wanted.reads, wanted.gives, tuple(rows))

    @staticmethod
    def _given(example: Value, reads: int) -> int:
        """Channels that are given where those that are read decide them."""
        return round(reads * example.channels / sum(read.channels for read in example.reads))

    def _times(self, example: Value, reads: int, gives: Sequence[int]) -> Iterator[float]:
        """Milliseconds at channels that are given."""
        widths = _split(reads, len(example.reads))
        image, before, maps = self._maps(example, widths)
        contents, counts = [self._file(image, before)], [0]
        for channels in gives:
            copies = [*self._copies(example, maps, widths, channels)]
            contents.append(self._file(image, [*before, *copies]))
            counts.append(len(copies))
        base, *times = self.milliseconds(contents)
        for spent, count in zip(times, counts[1:], strict=True):
            # parts of a nanosecond are noise
            yield round(max(spent - base, 0.0) / count, 7)

    def _maps(
        self, example: Value, widths: Sequence[int]
    ) -> tuple[Value, list[Value], dict[int, list[Value]]]:
        """An image, values that make maps of it, and the maps of each width that can be read."""
        size = example.reads[0].size
        image = Value(size._replace(channels=1))
        values: list[Value] = []
        maps: dict[int, list[Value]] = {width: [] for width in widths}
        for width in maps:
            for _ in range(max(len(widths) + _SPARE, _COPIES if len(widths) == 1 else 0)):
                kernel = np.zeros((1, 1, 1, width))
                operation = resized(Convolution(kernel, None), 1, width, self._rng)
                values.append(Value(size._replace(channels=width), operation, (image,)))
                if isinstance(example.operation, Dense):
                    # it reads means, not maps
                    values.append(Value(values[-1].size, Mean(), (values[-1],)))
                maps[width].append(values[-1])
        return image, values, maps

    def _copies(
        self, example: Value, maps: Mapping[int, list[Value]], widths: Sequence[int], gives: int
    ) -> Iterator[Value]:
        """The operation several times, each of other maps, or the converter makes one of two."""
        reads = sum(widths)
        # in any order: the sum of two maps is there once
        chosen: set[frozenset[Value]] = set()
        for number in itertools.count():
            if len(chosen) == _COPIES:
                return
            reading = tuple(self._numbers.choice(maps[width]) for width in widths)
            if len(widths) == 1:
                reading = (maps[widths[0]][number],)
            if {*reading} in chosen or len({*reading}) < len(reading):
                continue
            chosen.add(frozenset(reading))
            operation = resized(example.operation, reads, gives, self._rng)
            yield Value(example.size._replace(channels=gives), operation, reading)

    def _file(self, image: Value, values: Sequence[Value]) -> bytes:
        """Gives all values, so that none is left out and none becomes part of another."""
        graph = Graph(image, tuple(values))
        if self._precision != "int8":
            return litert.convert_maps(FoldedNetwork(graph), self._precision, graph.values)
        bounds = {graph.image: (0.0, 255.0)} | dict.fromkeys(graph.values, (-1.0, 1.0))
        network = QuantisedNetwork(Bounded(graph, bounds))
        return litert.convert_maps(network, self._precision, graph.values)

    def milliseconds(self, contents: Sequence[bytes]) -> list[float]:
        """How long networks take, in turns, so that what disturbs disturbs all."""
        interpreters = [opened(content, self._threads) for content in contents]
        return timed([one.invoke for one in interpreters], _ROUNDS)


def _split(channels: int, maps: int) -> list[int]:
    """Channels of some maps, about as many each."""
    return [(channels + number) // maps for number in range(maps)]


def opened(content: bytes, threads: int) -> "Interpreter":
    """A LiteRT file, with an image in it.

    Args:
        content: of the file.
        threads: that it is computed with.
    """
    # an extra
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    (source,) = interpreter.get_input_details()
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, source["shape"]).astype(source["dtype"])
    interpreter.set_tensor(source["index"], image)
    return interpreter


def timed(
    calls: Sequence[Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Median milliseconds of each call, over rounds in which each has a few turns.

    Args:
        calls: what is timed.
        rounds: how many.
        clock: gives the time in seconds.
    """
    for call in calls:
        for _ in range(_WARM_UP):
            call()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, own in zip(calls, times, strict=True):
            call()  # with its numbers in the caches, as where nothing else runs
            began = clock()
            call()
            own.append(clock() - began)
    return [1000 * float(np.median(own)) for own in times]
