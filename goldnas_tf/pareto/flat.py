"""Records with costs by their names, and their flat form in files. Plain data, no TensorFlow.

In Python a record has its costs in one mapping, so that code which compares networks takes any of
them by name; in a file each cost stands beside the other fields, where people look for it.
"""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping

_COSTS = "costs"


_Record = typing.TypeVar("_Record")


def to_flat(record: typing.Any) -> dict[str, typing.Any]:
    """JSON values of a dataclass with a field `costs`, the costs in its place."""
    flat: dict[str, typing.Any] = {}
    for name, value in dataclasses.asdict(record).items():
        flat |= value if name == _COSTS else {name: value}
    return flat


def from_flat(kind: Callable[..., _Record], values: Mapping[str, typing.Any]) -> _Record:
    """The record that `to_flat` wrote: what is no field is a cost; null is one not measured.

    Raises:
        TypeError: a field is missing, or a cost is no number.
    """
    fields = set(inspect.signature(kind).parameters)
    own = {name: value for name, value in values.items() if name in fields}
    costs = {n: v for n, v in values.items() if n not in fields and v is not None}
    for name, value in costs.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name}: expected a number, as costs are; received {value!r}")
    return kind(**own, costs=costs)
