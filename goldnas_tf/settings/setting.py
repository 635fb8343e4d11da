"""Settings as validated dataclass fields, each described once: default, range, unit and meaning.

The dataclasses (`sections.py`, `images.py`) declare their fields with `setting`, check them
with `check`, and programs make their command-line flags from the same declarations.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any

from goldnas_tf.errors import InputError
from goldnas_tf.settings.growth import Growth


def setting(
    default: Any,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
    above: float | None = None,
    below: float | None = None,
    grows: Growth | None = None,
    is_path: bool = False,
    former: Any = None,
) -> Any:
    """A dataclass field that says what it means and which values it takes.

    Args:
        default: its default value.
        meaning: one sentence for `--help`, with the unit and the paper's symbol.
        low: least value, or None.
        high: largest value, or None.
        choices: allowed values, or None.
        above: exclusive lower bound, or None.
        below: exclusive upper bound, or None.
        grows: how it may change when a run is resumed; None: it must stay as it was.
        is_path: it is a path, or a tuple of paths; command lines put `~` in its place.
        former: what runs did that are older than this setting; None: the default.
    """
    if grows:
        meaning += f"; on resume this may {grows.words}"
    bounds = {"low": low, "high": high, "choices": choices, "above": above, "below": below}
    uses = {"meaning": meaning, "grows": grows, "is_path": is_path, "former": former}
    return dataclasses.field(default=default, metadata={**uses, **bounds})


def describe_range(field: dataclasses.Field[Any]) -> str:
    """The values a field takes, in words; "" where any will do."""
    bounds = field.metadata
    if bounds["choices"]:
        return "one of " + ", ".join(map(str, bounds["choices"]))
    words = {"above": "above", "low": "at least", "below": "below", "high": "at most"}
    return " and ".join(
        f"{word} {bounds[name]}" for name, word in words.items() if bounds[name] is not None
    )


def check(instance: object) -> None:
    """Checks every setting of a dataclass against its type and range.

    Raises:
        InputError: a value is not what its setting takes; the message names the setting.
    """
    for field in settings(type(instance)):
        value = getattr(instance, field.name)
        if value is None and type(None) in kinds(field):
            continue
        if not _fits(field, value):
            kind = " or ".join(kind.__name__ for kind in kinds(field) if kind is not type(None))
            expected = describe_range(field) or f"of type {kind}"
            raise InputError(f"{field.name}: expected {expected}; received {value!r}")


def settings(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    """The fields of a dataclass that were declared with `setting`."""
    return tuple(field for field in dataclasses.fields(cls) if "meaning" in field.metadata)


def sections(cls: type) -> dict[str, type]:
    """Fields of a dataclass that are dataclasses themselves, its own before inherited ones."""
    types_ = {field.name: field.type for field in dataclasses.fields(cls)}
    names = sorted(types_, key=lambda name: name not in cls.__annotations__)
    return {
        name: kind
        for name in names
        if isinstance(kind := types_[name], type) and dataclasses.is_dataclass(kind)
    }


def defaults(cls: type) -> dict[str, Any]:
    """The default of every setting of a configuration: a section may have others than its class."""
    found: dict[str, Any] = {field.name: field.default for field in settings(cls)}
    parts = sections(cls)
    for field in dataclasses.fields(cls):
        if field.name in parts and field.default_factory is not dataclasses.MISSING:
            section = field.default_factory()
            found |= {part.name: getattr(section, part.name) for part in settings(type(section))}
    return found


def kinds(field: dataclasses.Field[Any]) -> tuple[type, ...]:
    """The types a field takes: those of a union, or its only one."""
    if isinstance(field.type, types.UnionType):
        return typing.get_args(field.type)
    return (typing.cast(type, typing.get_origin(field.type) or field.type),)


def _fits(field: dataclasses.Field[Any], value: Any) -> bool:
    allowed = kinds(field)
    if float in allowed and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        return False
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if isinstance(value, tuple) and not all(isinstance(part, str) for part in value):
        return False
    bounds = field.metadata
    if bounds["choices"] and value not in bounds["choices"]:
        return False
    holds: dict[str, Callable[[Any], bool]] = {
        "above": lambda bound: value > bound,
        "low": lambda bound: value >= bound,
        "below": lambda bound: value < bound,
        "high": lambda bound: value <= bound,
    }
    return all(bounds[name] is None or test(bounds[name]) for name, test in holds.items())
