"""A part as somebody adds one who follows BUILD.md: its facts, what it computes, an operator.

The registry of tiny networks has a network of it, so that every cross-cutting test meets it.
"""

import dataclasses

import tensorflow as tf

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.parts import LAST, Kernel, Part
from goldnas_tf.networks import parts


@dataclasses.dataclass(frozen=True)
class Conv(Part):
    """ReLU, k×k convolution over all channels, batch norm."""

    kernel: int

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        shape = (self.kernel, self.kernel, channels, channels)
        return {
            f"conv_{self.kernel}x{self.kernel}": Kernel(
                shape, self.kernel**2 * channels, channels=(2, 3), norm=LAST
            )
        }

    def kept_maps(self, stride: int, first: bool) -> int:
        return 1 if first else 2

    @property
    def convolves(self) -> int:
        return self.kernel

    def convolving(self, side: int) -> "Conv":
        return Conv(side)


@parts.apply.register
def _conv(part: Conv, source, stride, kernel, norm):
    bank = kernel(f"conv_{part.kernel}x{part.kernel}")
    return norm(tf.nn.conv2d(source.relu.x, bank, stride, "SAME"))


OPERATORS = ("conv_test_3x3", "conv_test_5x5")
for name, side in zip(OPERATORS, (3, 5), strict=True):
    operators.register(name, Conv(side))
