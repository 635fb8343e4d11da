"""The graph of a network in inference, as data: its maps, and the operations that give them."""

import collections
import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from goldnas_tf.architecture.geometry import FeatureMap
from goldnas_tf.architecture.primitives import Primitive


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """What gives a map."""


@dataclasses.dataclass(frozen=True, eq=False)
class Images(Operation):
    """Nothing: they are there, with values in 0..255."""


@dataclasses.dataclass(frozen=True, eq=False)
class Centring(Operation):
    """Takes the mean of the training images off.

    Attributes:
        mean: in each channel, (channels,).
    """

    mean: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Concatenation(Operation):
    """All channels of some maps, in their order."""


@dataclasses.dataclass(frozen=True, eq=False)
class Sum(Operation):
    """Of two maps."""


@dataclasses.dataclass(frozen=True, eq=False)
class Difference(Operation):
    """The first map without the second one."""


@dataclasses.dataclass(frozen=True, eq=False)
class Rectification(Operation):
    """max(x, 0)."""


@dataclasses.dataclass(frozen=True, eq=False)
class Convolution(Operation):
    """A convolution over all channels; pads with zeros to ⌈size / stride⌉.

    Attributes:
        kernel: (side, side, in, out).
        bias: (out,); None: none.
        stride: 1 or 2.
        relu: whether max(x, 0) of it is given.
    """

    kernel: np.ndarray
    bias: np.ndarray | None
    stride: int = 1
    relu: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Applied(Operation):
    """What a primitive computes that is not a matrix at every pixel.

    Attributes:
        primitive: what is computed.
        kernel: its own; None where it has none.
        bias: that is added, (channels,); None: none.
        relu: whether max(x, 0) of it is given.
    """

    primitive: Primitive
    kernel: np.ndarray | None
    bias: np.ndarray | None = None
    relu: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Mean(Operation):
    """Of all pixels, in each channel."""


@dataclasses.dataclass(frozen=True, eq=False)
class Dense(Operation):
    """The classifier: x·M + b of a map of one pixel.

    Attributes:
        matrix: M, (in, classes).
        bias: b, (classes,).
    """

    matrix: np.ndarray
    bias: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Value:
    """A map that is there; no two are equal.

    Attributes:
        size: of it.
        operation: what gives it.
        reads: what that reads.
    """

    size: FeatureMap
    operation: Operation = Images()
    # without these, or one map would print a whole network many times over
    reads: tuple["Value", ...] = dataclasses.field(default=(), repr=False)

    @property
    def channels(self) -> int:
        """Its channels."""
        return self.size.channels


@dataclasses.dataclass(frozen=True)
class Graph:
    """A network in inference.

    Attributes:
        image: what it reads.
        values: all other maps, each after those that it is made of; the last one are the logits.
    """

    image: Value
    values: tuple[Value, ...]

    @property
    def logits(self) -> Value:
        """What it gives."""
        return self.values[-1]

    def replaced(self, operation: Callable[[Value], Operation]) -> "Graph":
        """The graph of other operations at the same places.

        Args:
            operation: gives that of a value.
        """
        now = {self.image: self.image}
        for value in self.values:
            reads = tuple(now[read] for read in value.reads)
            now[value] = Value(value.size, operation(value), reads)
        return Graph(self.image, tuple(now[value] for value in self.values))


def rectified(values: Sequence[Value]) -> list[Value]:
    """The same maps, but that a ReLU is computed with what it alone reads.

    Args:
        values: each after those that it is made of.
    """
    readers = collections.Counter(read for value in values for read in value.reads)
    now: dict[Value, Value] = {}
    for value in values:
        operation, reads = value.operation, tuple(now.get(read, read) for read in value.reads)
        if isinstance(operation, Rectification) and readers[value.reads[0]] == 1:
            before = reads[0].operation
            if isinstance(before, Convolution | Applied):
                operation, reads = dataclasses.replace(before, relu=True), reads[0].reads
                del now[value.reads[0]]
        now[value] = Value(value.size, operation, reads)
    return [*now.values()]
