"""A part as somebody adds one who follows BUILD.md: a primitive, what it computes, an operator.

The registry of tiny networks has a network of it, so that every cross-cutting test meets it.
"""

import dataclasses

import tensorflow as tf

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.parts import Part
from goldnas_tf.architecture.primitives import Kernel, Norm, Primitive, Relu
from goldnas_tf.networks import parts


@dataclasses.dataclass(frozen=True)
class Full(Primitive):
    """k×k convolution over all channels."""

    side: int = 3

    def kernel(self, channels: int) -> Kernel:
        shape = (self.side, self.side, channels, channels)
        return Kernel(shape, self.side**2 * channels, channels=(2, 3))


@parts.compute.register
def _full(primitive: Full, source, kernel):
    return tf.nn.conv2d(source.x, kernel, primitive.stride, "SAME")


@dataclasses.dataclass(frozen=True)
class Conv(Part):
    """ReLU, k×k convolution over all channels, batch norm."""

    side: int

    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        return Relu(), Full(f"conv_{self.side}x{self.side}", stride, self.side), Norm()

    def kept_maps(self, stride: int, first: bool) -> int:
        return 1 if first else 2

    @property
    def convolves(self) -> int:
        return self.side

    def convolving(self, side: int) -> "Conv":
        return Conv(side)


OPERATORS = ("conv_test_3x3", "conv_test_5x5")
for name, side in zip(OPERATORS, (3, 5), strict=True):
    operators.register(name, Conv(side))
