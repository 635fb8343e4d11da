"""The primitives that parts of operators are chains of. Plain data, no TensorFlow.

`networks/parts.py` says what each computes in training, `inference/chains.py` in inference.
"""

import dataclasses
import typing

LAST = ""
"""Name of the batch norm that comes last in a part."""


class Kernel(typing.NamedTuple):
    """A kernel of a part.

    Attributes:
        shape: its dimensions.
        fan_in: numbers that are summed for one number that it gives; its initial values are within
            1/√fan_in.
        channels: which of its dimensions are the channels of the cell, or several times as many.
        before_stride: whether it is applied at every pixel of what the part reads, whatever the
            stride; else at those of what the part gives.
    """

    shape: tuple[int, ...]
    fan_in: int
    channels: tuple[int, ...]
    before_stride: bool = False


@dataclasses.dataclass(frozen=True)
class Primitive:
    """What is computed at once.

    Attributes:
        bank: of the cell, which holds the kernels of one kind; "" where it has no kernel.
        stride: 1 or 2.
    """

    bank: str = ""
    stride: int = 1

    def kernel(self, channels: int) -> Kernel | None:
        """Its kernel in a cell of so many channels; those of a bank have the same shape."""
        del channels
        return None


@dataclasses.dataclass(frozen=True)
class Relu(Primitive):
    """max(x, 0)."""


@dataclasses.dataclass(frozen=True)
class Norm(Primitive):
    """Batch norm.

    Attributes:
        name: in its part.
        times: how many times the channels of the cell it has.
    """

    name: str = LAST
    times: int = 1


@dataclasses.dataclass(frozen=True)
class Pooling(Primitive):
    """Pooling over k×k pixels.

    Attributes:
        kind: "avg" or "max".
        side: of the window in pixels.
    """

    kind: str = "avg"
    side: int = 3


@dataclasses.dataclass(frozen=True)
class Matrix(Primitive):
    """1×1 convolution.

    Attributes:
        inputs: how many times the channels of the cell it reads.
        outputs: how many times as many it gives.
    """

    inputs: int = 1
    outputs: int = 1

    def kernel(self, channels: int) -> Kernel:
        """(in, out)."""
        inputs = self.inputs * channels
        return Kernel((inputs, self.outputs * channels), inputs, (0, 1))


@dataclasses.dataclass(frozen=True)
class Reduction(Primitive):
    """A factorised reduction: two 1×1 convolutions of stride 2, one of them shifted by a pixel.

    Each gives half of the output channels; their kernels are the two halves of one matrix.
    """

    stride: int = 2

    def kernel(self, channels: int) -> Kernel:
        """(in, out)."""
        return Kernel((channels, channels), channels, (0, 1))


@dataclasses.dataclass(frozen=True)
class Depthwise(Primitive):
    """Depthwise k×k convolution.

    Attributes:
        side: of the kernel in pixels.
        dilation: spacing of its taps in pixels.
        times: how many times the channels of the cell it has.
    """

    side: int = 3
    dilation: int = 1
    times: int = 1

    def kernel(self, channels: int) -> Kernel:
        """(height, width, channels, 1)."""
        return Kernel((self.side, self.side, self.times * channels, 1), self.side**2, (2,))


@dataclasses.dataclass(frozen=True)
class Convolution(Primitive):
    """k×k convolution over all channels.

    Attributes:
        side: of the kernel in pixels.
    """

    side: int = 3

    def kernel(self, channels: int) -> Kernel:
        """(height, width, in, out)."""
        shape = (self.side, self.side, channels, channels)
        return Kernel(shape, self.side**2 * channels, (2, 3))
