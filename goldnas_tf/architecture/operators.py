"""The candidate operators of an edge, as plain data: a registry of stages with their kernels.

An operator is a name and a sequence of stages. A stage says which convolution kernels it needs;
everything else follows from that: the costs (`costs.py`) are counted from the kernels, and the
layers (`networks/stages.py`) create and apply them. So one line adds an operator to the space,
its costs, the supernet, the exports and every cross-cutting test:

    register("sep_conv_7x7", Separable(7), Separable(7))
"""

import dataclasses
import typing
from collections.abc import Iterable

from goldnas_tf.errors import InputError


@dataclasses.dataclass(frozen=True)
class Separable:
    """ReLU, depthwise k×k convolution, pointwise convolution, batch norm.

    Attributes:
        kernel: side of the depthwise kernel in pixels, odd.
        dilation: spacing of the kernel's taps in pixels: 1, or even.

    Raises:
        ValueError: an even kernel, or an odd dilation above 1.
    """

    kernel: int
    dilation: int = 1

    def __post_init__(self):
        if self.kernel % 2 != 1:
            raise ValueError(f"expected an odd kernel. Received: {self.kernel}")
        if self.dilation != 1 and self.dilation % 2:
            raise ValueError(f"expected a dilation of 1 or an even one. Received: {self.dilation}")

    @property
    def depthwise_bank(self) -> str:
        """Name of the cell's variable that holds kernels of this size."""
        return f"depthwise_{self.kernel}x{self.kernel}"

    def kernels(self, channels: int, stride: int) -> dict[str, tuple[int, ...]]:
        """Shape of every convolution kernel by the name of its bank."""
        del stride
        return {
            self.depthwise_bank: (self.kernel, self.kernel, channels, 1),
            "pointwise": (channels, channels),
        }


@dataclasses.dataclass(frozen=True)
class Pool:
    """Pooling over k×k pixels, batch norm.

    Attributes:
        kind: "avg" or "max".
        kernel: side of the window in pixels, odd.
    """

    kind: str
    kernel: int = 3

    def kernels(self, channels: int, stride: int) -> dict[str, tuple[int, ...]]:
        """Pooling has no kernels."""
        del channels, stride
        return {}


@dataclasses.dataclass(frozen=True)
class Skip:
    """Batch norm of the input; where the stride is 2, a factorised reduction.

    A factorised reduction is ReLU, two 1×1 convolutions of stride 2 with half of the output
    channels each, the second one shifted by a pixel, and batch norm. The two kernels are the
    two halves of one C×C matrix.
    """

    def kernels(self, channels: int, stride: int) -> dict[str, tuple[int, ...]]:
        """One C×C matrix where the stride is 2, nothing elsewhere."""
        return {"pointwise": (channels, channels)} if stride == 2 else {}


Stage = Separable | Pool | Skip


class Operator(typing.NamedTuple):
    """A candidate operator: its name and its stages; the first stage carries the edge's stride."""

    name: str
    stages: tuple[Stage, ...]

    def strides(self, stride: int) -> tuple[int, ...]:
        """Stride of every stage on an edge of the given stride."""
        return (stride,) + (1,) * (len(self.stages) - 1)


_registry: dict[str, Operator] = {}


def register(name: str, *stages: Stage) -> Operator:
    """Adds an operator to the registry.

    Args:
        name: what flags and genotypes call it; not registered before.
        *stages: at least one stage, applied in order.

    Raises:
        ValueError: the name is taken, or there is no stage.
    """
    if name in _registry:
        raise ValueError(f"expected a new operator name. Received: {name!r}, registered already")
    if not stages:
        raise ValueError(f"expected at least one stage for operator {name!r}. Received: none")
    _registry[name] = Operator(name, stages)
    return _registry[name]


def names() -> tuple[str, ...]:
    """Names of all registered operators, in the order of their registration."""
    return tuple(_registry)


def get(name: str) -> Operator:
    """The operator of that name.

    Raises:
        InputError: no operator of that name is registered.
    """
    if name not in _registry:
        raise InputError(f"unknown operator {name!r}; choose from {', '.join(_registry)}")
    return _registry[name]


def kernel_sizes(ops: Iterable[str] | None = None) -> list[int]:
    """Sides of the convolutions of some operators, of all registered ones by default; ascending."""
    stages = (stage for name in (names() if ops is None else ops) for stage in get(name).stages)
    return sorted({stage.kernel for stage in stages if isinstance(stage, Separable)})


def with_kernel(name: str, kernel: int) -> str:
    """The operator whose convolutions have another kernel, and which is else the same.

    Args:
        name: of an operator.
        kernel: side of the convolutions in pixels.

    Returns:
        Its name; the operator's own where none such is registered.
    """
    stages = tuple(
        dataclasses.replace(stage, kernel=kernel) if isinstance(stage, Separable) else stage
        for stage in get(name).stages
    )
    return next((other.name for other in _registry.values() if other.stages == stages), name)


register("skip_connect", Skip())
register("sep_conv_3x3", Separable(3), Separable(3))
register("sep_conv_5x5", Separable(5), Separable(5))
register("dil_conv_3x3", Separable(3, dilation=2))
register("avg_pool_3x3", Pool("avg"))
register("max_pool_3x3", Pool("max"))
