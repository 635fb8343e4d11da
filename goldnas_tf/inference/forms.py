"""What the operations of a network look like to whatever runs them: kinds and sizes, no numbers."""

import dataclasses
import functools
from collections.abc import Iterator

import numpy as np

from goldnas_tf.architecture.primitives import Primitive
from goldnas_tf.inference.graph import (
    Applied,
    Centring,
    Convolution,
    Dense,
    Graph,
    Operation,
    Value,
)


@dataclasses.dataclass(frozen=True, order=True)
class Site:
    """What is computed, and on maps of which size.

    Attributes:
        kind: of the operation, with all that its time depends on besides sizes.
        height: of the maps that it reads, in pixels.
        width: likewise.
    """

    kind: str
    height: int
    width: int


@dataclasses.dataclass(frozen=True, order=True)
class Form:
    """An operation without its numbers.

    Attributes:
        site: what is computed, and on which maps.
        reads: channels of all maps that it reads.
        gives: channels of the map that it gives.
    """

    site: Site
    reads: int
    gives: int


def form(value: Value) -> Form:
    """That of the operation that gives a map."""
    size = value.reads[0].size
    site = Site(_kind(value.operation), size.height, size.width)
    return Form(site, sum(read.channels for read in value.reads), value.channels)


def forms(graph: Graph) -> Iterator[Form]:
    """Those of all operations of a network."""
    return map(form, graph.values)


@functools.singledispatch
def _kind(operation: Operation) -> str:
    return type(operation).__name__.lower()


@_kind.register
def _convolution(operation: Convolution) -> str:
    return f"convolution of {len(operation.kernel)} pixels, stride {operation.stride}"


@_kind.register
def _applied(operation: Applied) -> str:
    return _described(operation.primitive)


def _described(primitive: Primitive) -> str:
    """A primitive by its fields, but for those that say where its kernel is and how wide."""
    fields = dataclasses.asdict(primitive)
    told = [f"{name} {fields[name]}" for name in fields if name not in ("bank", "times")]
    return f"{type(primitive).__name__.lower()} of " + ", ".join(told)


def filled(graph: Graph, rng: np.random.Generator) -> Graph:
    """The graph with random numbers, of which runtimes can leave nothing out."""

    def operation(value: Value) -> Operation:
        reads = sum(read.channels for read in value.reads)
        return resized(value.operation, reads, value.channels, rng)

    return graph.replaced(operation)


@functools.singledispatch
def resized(operation: Operation, reads: int, gives: int, rng: np.random.Generator) -> Operation:
    """An operation of other widths, with random numbers.

    Args:
        operation: its kind.
        reads: channels that it reads.
        gives: channels that it gives.
        rng: gives the numbers.
    """
    del reads, gives, rng
    return operation


@resized.register
def _resized_centring(
    operation: Centring, reads: int, gives: int, rng: np.random.Generator
) -> Operation:
    del gives
    return dataclasses.replace(operation, mean=rng.random(reads))


@resized.register
def _resized_convolution(
    operation: Convolution, reads: int, gives: int, rng: np.random.Generator
) -> Operation:
    side = len(operation.kernel)
    kernel = _numbers(rng, side, side, reads, gives)
    return dataclasses.replace(operation, kernel=kernel, bias=_numbers(rng, gives))


@resized.register
def _resized_applied(
    operation: Applied, reads: int, gives: int, rng: np.random.Generator
) -> Operation:
    bias = None if operation.bias is None else _numbers(rng, gives)
    if operation.kernel is None:
        return dataclasses.replace(operation, bias=bias)
    sizes = operation.primitive.kernel(reads)
    shape = list(operation.kernel.shape)
    for axis in sizes.channels if sizes else ():
        shape[axis] = reads
    return dataclasses.replace(operation, kernel=_numbers(rng, *shape), bias=bias)


@resized.register
def _resized_dense(operation: Dense, reads: int, gives: int, rng: np.random.Generator) -> Operation:
    matrix, bias = _numbers(rng, reads, gives), _numbers(rng, gives)
    return dataclasses.replace(operation, matrix=matrix, bias=bias)


def _numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Such that maps neither vanish nor explode on their way."""
    fan_in = np.prod(shape[:-1]) if len(shape) > 1 else 1.0
    numbers: np.ndarray = rng.normal(size=shape) / np.sqrt(fan_in)
    return numbers
