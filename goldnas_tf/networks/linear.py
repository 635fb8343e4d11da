"""Maps of a network for inference that are linear in others, and how they become tensors.

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
import tensorflow as tf

_AT_ONCE = 4
"""How many maps are concatenated at once: what runs networks on phones takes no more."""


@dataclasses.dataclass(frozen=True, eq=False)
class Map:
    """A tensor that is there, (batch, height, width, channels); no two are equal."""

    x: tf.Tensor

    @property
    def channels(self) -> int:
        """Its channels."""
        return int(self.x.shape[-1])


class Spatial(typing.NamedTuple):
    """Where a convolution over more than a pixel reads, and how.

    Attributes:
        map: what it reads.
        stride: 1 or 2.
        side: of its kernel in pixels.
    """

    map: Map
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

    products: Mapping[Map, np.ndarray]
    bias: np.ndarray
    convolutions: Mapping[Spatial, np.ndarray] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, map_: Map) -> "Linear":
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


class Joining:
    """The maps of a network: concatenates them, the same ones once, and computes others."""

    def __init__(self) -> None:
        self._joined: dict[tuple[Map, ...], Map] = {}
        self._maps: dict[int, Map] = {}

    def map(self, x: tf.Tensor) -> Map:
        """A tensor as a map, the same one once."""
        # the map keeps the tensor, so that no other one gets its number
        return self._maps.setdefault(id(x), Map(x))

    def __call__(self, maps: Sequence[Map]) -> Map:
        """All channels of some maps, in their order."""
        key = tuple(maps)
        if len(key) == 1:
            return key[0]
        if len(key) > _AT_ONCE:
            return self((self(key[:_AT_ONCE]), *key[_AT_ONCE:]))
        if key not in self._joined:
            self._joined[key] = self.map(tf.concat([map_.x for map_ in key], -1))
        return self._joined[key]

    def computed(self, value: Linear, relu: bool = False) -> Map:
        """The values of a linear map, or their ReLU."""
        places = dict(value.convolutions)
        if value.products:
            kernel = np.concatenate([*value.products.values()])[np.newaxis, np.newaxis]
            places[Spatial(self([*value.products]), 1, 1)] = kernel
        *others, last = places.items()
        # in pairs: phones have a quick sum of two, none of many; and the last one comes negated, as
        # TensorFlow's optimiser gives up where a ReLU and others read the sum of a convolution
        sign = -1.0 if others else 1.0
        x = tf.nn.bias_add(_convolved(*last, sign), (sign * value.bias).astype(np.float32))
        if others:
            x = functools.reduce(tf.add, [_convolved(*other) for other in others]) - x
        return self.map(tf.nn.relu(x) if relu else x)


def _convolved(place: Spatial, kernel: np.ndarray, sign: float = 1.0) -> tf.Tensor:
    return tf.nn.conv2d(place.map.x, (sign * kernel).astype(np.float32), place.stride, "SAME")


class State:
    """A linear map, and its values and their ReLU, each computed once.

    Args:
        value: of the map.
        join: of the network.
    """

    def __init__(self, value: Linear, join: Joining):
        self._value = value
        self._join = join
        self._values: Map | None = None

    @classmethod
    def of(cls, map_: Map, join: Joining) -> "State":
        """A map that is there."""
        state = cls(Linear.of(map_), join)
        state._values = map_
        return state

    @property
    def value(self) -> Linear:
        """The map in terms of those that are there; it is one of them once it was computed."""
        return Linear.of(self._values) if self._values else self._value

    def compute(self) -> Map:
        """The map itself."""
        self._values = self._values or self._join.computed(self._value)
        return self._values

    @functools.cached_property
    def rectified(self) -> Map:
        """Its ReLU."""
        if self._values:
            return self._join.map(tf.nn.relu(self._values.x))
        return self._join.computed(self._value, relu=True)
