"""The parts that operators are made of, and all that is known of each. Plain data, no TensorFlow.

A part reads a map and gives one: it is a chain of primitives (`primitives.py`), of which a batch
norm comes last. Its kernels follow from them, and with these its costs and its weights in a cell.
What its training keeps is said here.
"""

import abc
import dataclasses

from goldnas_tf.architecture.primitives import (
    LAST,
    Convolution,
    Depthwise,
    Kernel,
    Matrix,
    Norm,
    Pooling,
    Primitive,
    Reduction,
    Relu,
)


@dataclasses.dataclass(frozen=True)
class Part(abc.ABC):
    """A part of an operator; channels stay as they are."""

    @abc.abstractmethod
    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        """What it computes, one after the other; the last one is the norm `LAST`.

        Args:
            stride: 1 or 2.
        """

    def kernels(self, channels: int, stride: int) -> dict[str, Kernel]:
        """Its kernels, by the name of the bank that holds those of one kind in a cell.

        Kernels of the same bank have the same shape at the same channels.
        """
        found, primitives = {}, self.primitives(stride)
        for number, primitive in enumerate(primitives, 1):
            kernel = primitive.kernel(channels)
            if kernel:
                before = any(later.stride > 1 for later in primitives[number:])
                found[primitive.bank] = kernel._replace(before_stride=before)
        return found

    @property
    def inner_norms(self) -> dict[str, int]:
        """Batch norms before the last, by name, with how many times the channels they have."""
        norms = (one for one in self.primitives(1) if isinstance(one, Norm))
        return {norm.name: norm.times for norm in norms if norm.name != LAST}

    @abc.abstractmethod
    def kept_maps(self, stride: int, first: bool) -> int:
        """How many maps of the size of its output the backward pass reads.

        Args:
            stride: 1 or 2.
            first: whether it reads a state of the cell, whose ReLU is kept once for all.
        """

    def is_identity(self, stride: int) -> bool:
        """Whether it only normalises what it reads."""
        return self.primitives(stride) == (Norm(),)

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

    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        """Four."""
        bank = f"depthwise_{self.kernel}x{self.kernel}"
        depthwise = Depthwise(bank, stride, self.kernel, self.dilation)
        return Relu(), depthwise, Matrix("pointwise"), Norm()

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

    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        """Two."""
        return Pooling("", stride, self.kind, self.kernel), Norm()

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

    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        """The norm alone, or three."""
        return (Relu(), Reduction("pointwise"), Norm()) if stride == 2 else (Norm(),)

    def kept_maps(self, stride: int, first: bool) -> int:
        """What was normed; of a reduction also what it gave."""
        del first
        return 2 if stride == 2 else 1


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

    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        """Three."""
        if self.kernel == 1:
            return Relu(), Matrix("pointwise", stride), Norm()
        bank = f"conv_{self.kernel}x{self.kernel}"
        return Relu(), Convolution(bank, stride, self.kernel), Norm()

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

    def primitives(self, stride: int) -> tuple[Primitive, ...]:
        """Nine."""
        times, side = self.expansion, self.kernel
        return (
            Relu(),
            Matrix(f"expand_x{times}", outputs=times),
            Norm(name="expanded", times=times),
            Relu(),
            Depthwise(f"depthwise_{side}x{side}_x{times}", stride, side, times=times),
            Norm(name="convolved", times=times),
            Relu(),
            Matrix(f"project_x{times}", inputs=times),
            Norm(),
        )

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
