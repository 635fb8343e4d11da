"""The candidate operators of an edge, as plain data: a registry of sequences of parts.

An operator is a name and its parts (`parts.py`), which say all that is known of them. So one line
adds an operator to the space, its costs, the supernet, the exports and every cross-cutting test:

    register("sep_conv_7x7", Separable(7), Separable(7))
"""

import typing
from collections.abc import Iterable

from goldnas_tf.architecture.parts import Conv, Inverted, Part, Pool, Separable, Skip
from goldnas_tf.errors import InputError


class Operator(typing.NamedTuple):
    """A candidate operator: its name and its parts; the first part carries the edge's stride."""

    name: str
    parts: tuple[Part, ...]

    def strided(self, stride: int) -> list[tuple[Part, int]]:
        """Every part with its stride on an edge of the given stride."""
        return [(part, 1 if index else stride) for index, part in enumerate(self.parts)]


_registry: dict[str, Operator] = {}


def register(name: str, *parts: Part) -> Operator:
    """Adds an operator to the registry.

    Args:
        name: what flags and genotypes call it; not registered before.
        *parts: at least one part, applied in order.

    Raises:
        ValueError: the name is taken, or there is no part.
    """
    if name in _registry:
        raise ValueError(f"name: expected a new one; received {name!r}, registered already")
    if not parts:
        raise ValueError(f"parts: expected at least one of operator {name!r}; received none")
    _registry[name] = Operator(name, parts)
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
        raise InputError(f"ops: expected some of {', '.join(_registry)}; received {name!r}")
    return _registry[name]


def kernel_sizes(ops: Iterable[str] | None = None) -> list[int]:
    """Sides of the convolutions of some operators, of all registered ones by default; ascending."""
    parts = (part for name in (names() if ops is None else ops) for part in get(name).parts)
    return sorted({part.convolves for part in parts if part.convolves is not None})


def with_kernel(name: str, kernel: int) -> str:
    """The operator whose convolutions have another kernel, and which is else the same.

    Args:
        name: of an operator.
        kernel: side of the convolutions in pixels.

    Returns:
        Its name; the operator's own where none such is registered.
    """
    parts = tuple(part.convolving(kernel) for part in get(name).parts)
    return next((other.name for other in _registry.values() if other.parts == parts), name)


register("skip_connect", Skip())
register("sep_conv_3x3", Separable(3), Separable(3))
register("sep_conv_5x5", Separable(5), Separable(5))
register("dil_conv_3x3", Separable(3, dilation=2))
register("avg_pool_3x3", Pool("avg"))
register("max_pool_3x3", Pool("max"))
register("conv_1x1", Conv(1))
register("conv_3x3", Conv(3))
register("mbconv_3x3", Inverted(3, expansion=4))
