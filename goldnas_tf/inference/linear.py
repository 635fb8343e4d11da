"""Maps of a network for inference that are linear in others, and how they are computed.

In inference a batch norm is y = a·x + b in each channel, a gate is a factor, and what a node adds
up are matrices of channels: together they are one matrix over what the spatial parts of operators
and ReLUs have given. So nothing linear is computed until somebody needs its values. Then all maps
that it is made of are concatenated, and one 1×1 convolution gives it, with the ReLU after it.
"""

import dataclasses
import functools
import typing
from collections.abc import Mapping, Sequence

import numpy as np

from goldnas_tf.inference.graph import (
    Concatenation,
    Convolution,
    Difference,
    Operation,
    Rectification,
    Sum,
    Value,
)

_AT_ONCE = 5
"""How many maps are concatenated at once: what runs networks on phones takes no more."""


class Spatial(typing.NamedTuple):
    """Where a convolution over more than a pixel reads, and how.

    Attributes:
        map: what it reads.
        stride: 1 or 2.
        side: of its kernel in pixels.
    """

    map: Value
    stride: int
    side: int


@dataclasses.dataclass(frozen=True)
class Linear:
    """A map that is linear in others: y = Σ x·M + Σ z∗K + b.

    Attributes:
        products: M (channels of x, channels of y) of each x, at every pixel.
        bias: b, (channels of y,).
        convolutions: K (side, side, channels of z, channels of y) of each z.
    """

    products: Mapping[Value, np.ndarray]
    bias: np.ndarray
    convolutions: Mapping[Spatial, np.ndarray] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, map_: Value) -> "Linear":
        """A map that is there."""
        return cls({map_: np.eye(map_.channels)}, np.zeros(map_.channels))

    def plus(self, other: "Linear") -> "Linear":
        """The sum of two."""
        return Linear(
            _added(self.products, other.products),
            self.bias + other.bias,
            _added(self.convolutions, other.convolutions),
        )

    def times(self, factor: np.ndarray, bias: np.ndarray) -> "Linear":
        """y·a + b in each channel.

        Args:
            factor: a, (channels,).
            bias: b, (channels,).
        """
        return Linear(
            {map_: matrix * factor for map_, matrix in self.products.items()},
            self.bias * factor + bias,
            {place: kernel * factor for place, kernel in self.convolutions.items()},
        )

    @property
    def reads(self) -> int:
        """How many channels its products read."""
        return sum(map_.channels for map_ in self.products)


_Key = typing.TypeVar("_Key")


def _added(
    one: Mapping[_Key, np.ndarray], other: Mapping[_Key, np.ndarray]
) -> dict[_Key, np.ndarray]:
    total = dict(one)
    for key, array in other.items():
        total[key] = total[key] + array if key in total else array
    return total


class Builder:
    """Adds maps to a graph: the same concatenation, and the ReLU of the same map, once.

    Attributes:
        values: those that were added, in order.
    """

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._joined: dict[tuple[Value, ...], Value] = {}
        self._rectified: dict[Value, Value] = {}

    def add(self, operation: Operation, *reads: Value, channels: int, stride: int = 1) -> Value:
        """The map that an operation gives.

        Args:
            operation: what is computed.
            reads: what it reads.
            channels: of the map.
            stride: 1 or 2.
        """
        size = reads[0].size
        size = size.halved(channels) if stride == 2 else size._replace(channels=channels)
        self.values.append(Value(size, operation, reads))
        return self.values[-1]

    def joined(self, maps: Sequence[Value]) -> Value:
        """All channels of some maps, in their order."""
        key = tuple(maps)
        if len(key) == 1:
            return key[0]
        if len(key) > _AT_ONCE:
            return self.joined((self.joined(key[:_AT_ONCE]), *key[_AT_ONCE:]))
        if key not in self._joined:
            channels = sum(map_.channels for map_ in key)
            self._joined[key] = self.add(Concatenation(), *key, channels=channels)
        return self._joined[key]

    def computed(self, value: Linear, relu: bool = False) -> Value:
        """The values of a linear map, or their ReLU."""
        places = dict(value.convolutions)
        if value.products:
            kernel = np.concatenate([*value.products.values()])[np.newaxis, np.newaxis]
            places[Spatial(self.joined([*value.products]), 1, 1)] = kernel
        *others, last = places.items()
        # in pairs: phones have a quick sum of two, none of many; and the last one comes negated, as
        # TensorFlow's optimiser gives up where a ReLU and others read the sum of a convolution
        sign = -1.0 if others else 1.0
        x = self._convolved(*last, sign, sign * value.bias, relu and not others)
        if others:
            total = functools.reduce(
                lambda one, other: self.add(Sum(), one, other, channels=one.channels),
                [self._convolved(*other) for other in others],
            )
            x = self.add(Difference(), total, x, channels=x.channels)
        return self.rectified(x) if relu and others else x

    def rectified(self, x: Value) -> Value:
        """max(x, 0)."""
        if x not in self._rectified:
            self._rectified[x] = self.add(Rectification(), x, channels=x.channels)
        return self._rectified[x]

    def _convolved(
        self,
        place: Spatial,
        kernel: np.ndarray,
        sign: float = 1.0,
        bias: np.ndarray | None = None,
        relu: bool = False,
    ) -> Value:
        operation = Convolution(sign * kernel, bias, place.stride, relu)
        return self.add(operation, place.map, channels=kernel.shape[-1], stride=place.stride)


class State:
    """A linear map, and its values and their ReLU, each computed once.

    Args:
        value: of the map.
        builder: of the graph.
    """

    def __init__(self, value: Linear, builder: Builder):
        self._value = value
        self._builder = builder
        self._values: Value | None = None

    @classmethod
    def of(cls, map_: Value, builder: Builder) -> "State":
        """A map that is there."""
        state = cls(Linear.of(map_), builder)
        state._values = map_
        return state

    @property
    def value(self) -> Linear:
        """The map in terms of those that are there; it is one of them once it was computed."""
        return Linear.of(self._values) if self._values else self._value

    def compute(self) -> Value:
        """The map itself."""
        self._values = self._values or self._builder.computed(self._value)
        return self._values

    @functools.cached_property
    def rectified(self) -> Value:
        """Its ReLU."""
        if self._values:
            return self._builder.rectified(self._values)
        return self._builder.computed(self._value, relu=True)
