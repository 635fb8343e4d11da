"""A graph made ready for whole numbers of 8 bits: all maps use all of them, and share a scale.

Runtimes keep maps in whole numbers with one scale each. Its smaller channels then have few values
left, and maps of different scales have to be brought to one before they can be concatenated. Both
go away with a factor for each channel that its producer divides by and its readers multiply with,
so that every channel reaches up to the largest whole number: the function stays the same, as ReLUs,
depthwise convolutions and pooling leave positive factors of a channel alone. A whole number then
stands for itself. Biases, whose scale is that of their map times that of the weights, so have the
one of the weights, and a file holds both once.

Reference: cross-layer equalization of Nagel et al. (arXiv 1906.04721), section 4.1.
"""

import dataclasses
import typing
from collections.abc import Iterator, Mapping, Set

import numpy as np

from goldnas_tf.architecture.primitives import Depthwise, Pooling
from goldnas_tf.inference.graph import (
    Applied,
    Centring,
    Concatenation,
    Convolution,
    Dense,
    Difference,
    Graph,
    Mean,
    Operation,
    Rectification,
    Sum,
    Value,
)

_SIGNED = (-128.0, 127.0)
_UNSIGNED = (0.0, 255.0)  # pixels, too
_LEAST = 2.0**-8
"""A channel is not taken for smaller than so much of the largest of its map: it is noise then."""

_NARROWEST = 1e-3
"""Between the bounds of a map that has bounds of its own."""


class Range(typing.NamedTuple):
    """The values of a map that calibration images show.

    Attributes:
        low: the least in each channel, (channels,).
        high: likewise the largest.
    """

    low: np.ndarray
    high: np.ndarray

    def plus(self, other: "Range") -> "Range":
        """That of what both show."""
        return Range(np.minimum(self.low, other.low), np.maximum(self.high, other.high))

    @property
    def reach(self) -> np.ndarray:
        """The largest magnitude in each channel, (channels,)."""
        reach: np.ndarray = np.maximum(-self.low, self.high)
        return reach


Bounds = tuple[float, float]
"""Least and largest value of a map that its whole numbers stand for."""


@dataclasses.dataclass(frozen=True)
class Bounded:
    """A graph whose maps have bounds.

    Attributes:
        graph: computes the same as that it was made from.
        bounds: of its image and of all its values.
    """

    graph: Graph
    bounds: Mapping[Value, Bounds]


def without_rectifications(graph: Graph) -> Graph:
    """The same function, each ReLU that stands by itself as a depthwise convolution of one pixel.

    In whole numbers runtimes are quick with the latter alone.
    """

    def operation(value: Value) -> Operation:
        if not isinstance(value.operation, Rectification):
            return value.operation
        return Applied(Depthwise(side=1), np.ones((1, 1, value.channels, 1)), relu=True)

    return graph.replaced(operation)


def bounded(graph: Graph, ranges: Mapping[Value, Range]) -> Bounded:
    """The graph with factors of channels, and the bounds of its maps.

    Args:
        graph: of a network.
        ranges: of its image and of all its values.
    """
    signed = _signed(graph)
    factors = _factors(graph, {value: found.reach for value, found in ranges.items()}, signed)
    scaled = graph.replaced(lambda value: _scaled(value, factors))
    bounds: dict[Value, Bounds] = {graph.image: _UNSIGNED}
    for value, now in zip(graph.values, scaled.values, strict=True):
        if value in factors:
            bounds[now] = _SIGNED if value in signed else _UNSIGNED
        else:
            bounds[now] = _own_bounds(value, ranges[value], factors)
    return Bounded(scaled, bounds)


_Factors = Mapping[Value, np.ndarray]
"""What the channels of maps are divided by so that they reach the largest whole number, (channels,)
of each map; one that is not in it has none."""


def _factors(graph: Graph, reach: Mapping[Value, np.ndarray], signed: Set[Value]) -> _Factors:
    """The factors of a graph.

    Args:
        graph: of a network.
        reach: largest magnitude in each channel of every map.
        signed: maps that have values below zero.
    """
    # nothing is known of what other primitives do
    left_alone = {
        one
        for value in graph.values
        if isinstance(value.operation, Applied)
        and not isinstance(value.operation.primitive, Depthwise | Pooling)
        for one in (value, *value.reads)
    }
    alike = _alike(graph)
    factors: dict[Value, np.ndarray] = {}
    for value in graph.values:
        together = alike.get(value, (value,))
        if isinstance(value.operation, Centring | Mean | Dense) or left_alone & {*together}:
            continue
        if isinstance(value.operation, Concatenation):
            if all(read in factors for read in value.reads):
                factors[value] = np.concatenate([factors[read] for read in value.reads])
            continue
        most = np.max([reach[one] for one in together], axis=0)
        most = np.maximum(most, _LEAST * most.max())
        _, largest = _SIGNED if signed & {*together} else _UNSIGNED
        factors[value] = np.where(most > 0, most, 1.0) / largest
    return factors


def _divides(value: Value, factors: _Factors) -> np.ndarray:
    """What the channels of any map are divided by."""
    if value in factors:
        return factors[value]
    if isinstance(value.operation, Mean):
        return _divides(value.reads[0], factors)
    if isinstance(value.operation, Concatenation):
        return np.concatenate([_divides(read, factors) for read in value.reads])
    return np.ones(value.channels)


def _pools(operation: Operation) -> bool:
    return isinstance(operation, Applied) and isinstance(operation.primitive, Pooling)


def _alike(graph: Graph) -> dict[Value, tuple[Value, ...]]:
    """Maps that can only have the same factors, for each of them all of these."""
    alike: dict[Value, tuple[Value, ...]] = {}
    for value in graph.values:
        operation = value.operation
        if _pools(operation) or isinstance(operation, Sum | Difference | Rectification):
            together = {value: None}
            for read in value.reads:
                together |= dict.fromkeys(alike.get(read, (read,)))
            alike |= dict.fromkeys(together, tuple(together))
    return alike


def _scaled(value: Value, factors: _Factors) -> Operation:
    """The operation of a map between maps that were divided by their factors."""
    operation, after = value.operation, _divides(value, factors)
    before = _divides(value.reads[0], factors)
    if isinstance(operation, Convolution):
        return dataclasses.replace(
            operation,
            kernel=operation.kernel * before[:, np.newaxis] / after,
            bias=_divided(operation.bias, after),
        )
    if isinstance(operation, Applied) and isinstance(operation.primitive, Depthwise):
        assert operation.kernel is not None
        return dataclasses.replace(
            operation,
            kernel=operation.kernel * (before / after)[:, np.newaxis],
            bias=_divided(operation.bias, after),
        )
    if isinstance(operation, Dense):
        return dataclasses.replace(operation, matrix=operation.matrix * before[:, np.newaxis])
    return operation


def _divided(bias: np.ndarray | None, factors: np.ndarray) -> np.ndarray | None:
    return None if bias is None else bias / factors


def _signed(graph: Graph) -> set[Value]:
    """Maps that have values below zero, or are concatenated with such."""
    signed = {graph.image}
    for value in graph.values:
        rectified = isinstance(value.operation, Rectification) or (
            isinstance(value.operation, Convolution | Applied) and value.operation.relu
        )
        passed_on = isinstance(value.operation, Concatenation | Mean) or _pools(value.operation)
        if not rectified and not (passed_on and not signed & {*value.reads}):
            signed.add(value)
    joined = [*_joined(graph)]
    while more := [together for together in joined if signed & together and together - signed]:
        signed.update(*more)
    return signed


def _joined(graph: Graph) -> Iterator[set[Value]]:
    """Maps that whole numbers of one scale stand for: those of a concatenation, of pooling."""
    for value in graph.values:
        operation = value.operation
        if _pools(operation) or isinstance(operation, Concatenation):
            yield {value, *value.reads}


def _own_bounds(value: Value, found: Range, factors: _Factors) -> Bounds:
    """Those of a map whose channels do not all reach the largest whole number."""
    divided = _divides(value, factors)
    low, high = float(np.min(found.low / divided)), float(np.max(found.high / divided))
    # zero is always one of the whole numbers; kernels refuse scales that are next to nothing
    return min(low, 0.0), max(high, low + _NARROWEST, _NARROWEST)
