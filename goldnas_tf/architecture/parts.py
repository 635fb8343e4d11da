"""The parts that operators are made of, and all that is known of each. Plain data, no TensorFlow.

A part reads a map and gives one, in which a batch norm comes last. It says here what its kernels
are and what its training keeps; `networks/parts.py` says what it computes. So a part is these two
places, and all else follows from them: costs, memory, the weights of a cell and their initial
values, gates, the fold for inference.
"""

import abc
import dataclasses
import typing


class Kernel(typing.NamedTuple):
    """A kernel of a part.

    Attributes:
        shape: its dimensions; where it takes the norm, output channels come last.
        fan_in: numbers that are summed for one number that it gives; its initial values are within
            1/√fan_in.
        takes_norm: whether nothing but the batch norm follows it, so that in inference the norm's
            factor can be multiplied into it.
    """

    shape: tuple[int, ...]
    fan_in: int
    takes_norm: bool = False


@dataclasses.dataclass(frozen=True)
class Part(abc.ABC):
    """A part of an operator; channels stay as they are."""

    @abc.abstractmethod
    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """Its kernels, by the name of the bank that holds those of one kind in a cell.

        Kernels of the same bank have the same shape at the same channels.
        """

    @abc.abstractmethod
    def kept_maps(self, stride: int, first: bool) -> int:
        """How many maps of the size of its output the backward pass reads.

        Args:
            stride: 1 or 2.
            first: whether it reads a state of the cell, whose ReLU is kept once for all.
        """

    def is_identity(self, stride: int) -> bool:
        """Whether it only normalises what it reads."""
        del stride
        return False

    @property
    def convolves(self) -> int | None:
        """Side of its convolution in pixels; None where it has none with a choice of sides."""
        return None

    def convolving(self, side: int) -> "Part":
        """The same with a convolution of another side."""
        del side
        return self


@dataclasses.dataclass(frozen=True)
class Separable(Part):
    """ReLU, depthwise k×k convolution, pointwise convolution, batch norm.

    Attributes:
        kernel: side of the depthwise kernel in pixels, odd.
        dilation: spacing of the kernel's taps in pixels: 1, or even.

    Raises:
        ValueError: an even kernel, or an odd dilation above 1.
    """

    kernel: int
    dilation: int = 1

    def __post_init__(self) -> None:
        if self.kernel % 2 != 1:
            raise ValueError(f"kernel: expected an odd number; received {self.kernel}")
        if self.dilation != 1 and self.dilation % 2:
            raise ValueError(f"dilation: expected 1 or an even number; received {self.dilation}")

    @property
    def depthwise_bank(self) -> str:
        """Name of the cell's variable that holds kernels of this size."""
        return f"depthwise_{self.kernel}x{self.kernel}"

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """One for each channel, and a matrix."""
        del stride
        depthwise = Kernel((self.kernel, self.kernel, channels, 1), self.kernel**2)
        return {
            self.depthwise_bank: depthwise,
            "pointwise": Kernel((channels, channels), channels, takes_norm=True),
        }

    def kept_maps(self, stride: int, first: bool) -> int:
        """What both convolutions give, and from the second part on the ReLU before them."""
        del stride
        return 2 if first else 3

    @property
    def convolves(self) -> int:
        """Side of the depthwise kernel."""
        return self.kernel

    def convolving(self, side: int) -> "Separable":
        """The same with a depthwise kernel of another side."""
        return dataclasses.replace(self, kernel=side)


@dataclasses.dataclass(frozen=True)
class Pool(Part):
    """Pooling over k×k pixels, batch norm.

    Attributes:
        kind: "avg" or "max".
        kernel: side of the window in pixels, odd.
    """

    kind: str
    kernel: int = 3

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """Pooling has none."""
        del channels, stride
        return {}

    def kept_maps(self, stride: int, first: bool) -> int:
        """What was pooled and what was normed."""
        del stride, first
        return 2


@dataclasses.dataclass(frozen=True)
class Skip(Part):
    """Batch norm of the input; where the stride is 2, a factorised reduction.

    A factorised reduction is ReLU, two 1×1 convolutions of stride 2 with half of the output
    channels each, the second one shifted by a pixel, and batch norm. The two kernels are the
    two halves of one C×C matrix.
    """

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """One C×C matrix where the stride is 2, nothing elsewhere."""
        matrix = Kernel((channels, channels), channels, takes_norm=True)
        return {"pointwise": matrix} if stride == 2 else {}

    def kept_maps(self, stride: int, first: bool) -> int:
        """What was normed; of a reduction also what it gave."""
        del first
        return 2 if stride == 2 else 1

    def is_identity(self, stride: int) -> bool:
        """At stride 1."""
        return stride == 1
