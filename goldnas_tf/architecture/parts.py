"""The parts that operators are made of, and all that is known of each. Plain data, no TensorFlow.

A part reads a map and gives one, in which a batch norm comes last; it may have others before. It
says here what its kernels are and what its training keeps; `networks/parts.py` says what it
computes. So a part is these two places, and all else follows from them: costs, memory, the weights
of a cell and their initial values, gates, the fold for inference.
"""

import abc
import dataclasses
import typing

LAST = ""
"""Name of the batch norm that comes last in a part."""


class Kernel(typing.NamedTuple):
    """A kernel of a part.

    Attributes:
        shape: its dimensions; where it takes the norm, output channels come last.
        fan_in: numbers that are summed for one number that it gives; its initial values are within
            1/√fan_in.
        channels: which of its dimensions are the channels of the cell, or several times as many.
        norm: the batch norm that follows it and nothing else, so that in inference the norm's
            factor can be multiplied into it: `LAST`, or the name of one before; None: nothing does.
        outputs: which of its dimensions are the channels of what it gives.
        before_stride: whether it is applied at every pixel of what the part reads, whatever the
            stride; else at those of what the part gives.
    """

    shape: tuple[int, ...]
    fan_in: int
    channels: tuple[int, ...]
    norm: str | None = None
    outputs: int = -1
    before_stride: bool = False


@dataclasses.dataclass(frozen=True)
class Part(abc.ABC):
    """A part of an operator; channels stay as they are."""

    @abc.abstractmethod
    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """Its kernels, by the name of the bank that holds those of one kind in a cell.

        Kernels of the same bank have the same shape at the same channels.
        """

    @property
    def inner_norms(self) -> dict[str, int]:
        """Batch norms before the last, by name, with how many times the channels they have."""
        return {}

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
        _check_odd(self.kernel)
        if self.dilation != 1 and self.dilation % 2:
            raise ValueError(f"dilation: expected 1 or an even number; received {self.dilation}")

    @property
    def depthwise_bank(self) -> str:
        """Name of the cell's variable that holds kernels of this size."""
        return f"depthwise_{self.kernel}x{self.kernel}"

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """One for each channel, and a matrix."""
        del stride
        depthwise = Kernel((self.kernel, self.kernel, channels, 1), self.kernel**2, (2,))
        return {
            self.depthwise_bank: depthwise,
            "pointwise": Kernel((channels, channels), channels, (0, 1), norm=LAST),
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
        matrix = Kernel((channels, channels), channels, (0, 1), norm=LAST)
        return {"pointwise": matrix} if stride == 2 else {}

    def kept_maps(self, stride: int, first: bool) -> int:
        """What was normed; of a reduction also what it gave."""
        del first
        return 2 if stride == 2 else 1

    def is_identity(self, stride: int) -> bool:
        """At stride 1."""
        return stride == 1


@dataclasses.dataclass(frozen=True)
class Conv(Part):
    """ReLU, k×k convolution over all channels, batch norm.

    Attributes:
        kernel: side of the kernel in pixels, odd.

    Raises:
        ValueError: an even kernel.
    """

    kernel: int

    def __post_init__(self) -> None:
        _check_odd(self.kernel)

    @property
    def bank(self) -> str:
        """Name of the cell's variable that holds kernels of this size."""
        return "pointwise" if self.kernel == 1 else f"conv_{self.kernel}x{self.kernel}"

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """One, from all channels to all; a matrix where it covers one pixel."""
        del stride
        fan_in = self.kernel**2 * channels
        if self.kernel == 1:
            return {self.bank: Kernel((channels, channels), fan_in, (0, 1), LAST)}
        shape = (self.kernel, self.kernel, channels, channels)
        return {self.bank: Kernel(shape, fan_in, (2, 3), LAST)}

    def kept_maps(self, stride: int, first: bool) -> int:
        """What it gives, and from the second part on the ReLU before it."""
        del stride
        return 1 if first else 2

    @property
    def convolves(self) -> int | None:
        """Side of the kernel; one pixel is no choice of sides."""
        return None if self.kernel == 1 else self.kernel

    def convolving(self, side: int) -> "Conv":
        """The same with a kernel of another side; that of one pixel stays."""
        return self if self.kernel == 1 else Conv(side)


@dataclasses.dataclass(frozen=True)
class Inverted(Part):
    """An inverted residual without its skip connection.

    ReLU; a 1×1 convolution to several times the channels, batch norm, ReLU; a depthwise k×k one of
    them, batch norm, ReLU; a 1×1 convolution back, batch norm.

    Attributes:
        kernel: side of the depthwise kernel in pixels, odd.
        expansion: how many times the channels, at least 1.

    Raises:
        ValueError: an even kernel.

    Reference: MobileNetV2 (arXiv 1801.04381), section 3.4.
    """

    kernel: int
    expansion: int

    def __post_init__(self) -> None:
        _check_odd(self.kernel)

    @property
    def banks(self) -> tuple[str, str, str]:
        """Names of the cell's variables that hold its kernels, in their order."""
        times, side = self.expansion, self.kernel
        return f"expand_x{times}", f"depthwise_{side}x{side}_x{times}", f"project_x{times}"

    @property
    def inner_norms(self) -> dict[str, int]:
        """After the first convolution, and after the second one."""
        return {"expanded": self.expansion, "convolved": self.expansion}

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """Two matrices, and between them one for each of the channels."""
        del stride
        wide = self.expansion * channels
        expand, depthwise, project = self.banks
        return {
            expand: Kernel((channels, wide), channels, (0, 1), "expanded", before_stride=True),
            depthwise: Kernel(
                (self.kernel, self.kernel, wide, 1), self.kernel**2, (2,), "convolved", outputs=2
            ),
            project: Kernel((wide, channels), wide, (0, 1), LAST),
        }

    def kept_maps(self, stride: int, first: bool) -> int:
        """What each convolution and each of the first two norms gives, and each ReLU."""
        before = 3 * self.expansion * stride**2
        return before + 3 * self.expansion + (1 if first else 2)

    @property
    def convolves(self) -> int:
        """Side of the depthwise kernel."""
        return self.kernel

    def convolving(self, side: int) -> "Inverted":
        """The same with a depthwise kernel of another side."""
        return dataclasses.replace(self, kernel=side)


def _check_odd(kernel: int) -> None:
    if kernel % 2 != 1:
        raise ValueError(f"kernel: expected an odd number; received {kernel}")
