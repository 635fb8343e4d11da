"""Counts as people write them: 240100000 as "240.1M", and back."""

import decimal
import math
import re
import typing

from goldnas_tf.errors import InputError
from goldnas_tf.resources.resources import RESOURCES

_SUFFIXES = ("", "K", "M", "G", "T")
_PATTERN = re.compile(
    r"(?P<number>\d+(?:\.\d*)?(?:e[+]?\d{1,2})?)\s*(?P<suffix>[KMGT]?)", re.I | re.A
)
_LARGEST = 10**18


def human(count: float) -> str:
    """A count in thousands, millions and so on, in short: "950", "3.42M", "240.1M".

    Two decimals below ten of a unit and one above, without zeros at the end ("250K", not "250.0K").
    """
    if count < 0:
        return "-" + human(-count)
    size = float(count)
    for suffix in _SUFFIXES:
        # one decimal of 999.95 and above would read "1000.0": that is one of the next unit
        if size < (999.5 if suffix == "" else 999.95) or suffix == _SUFFIXES[-1]:
            break
        size /= 1000
    if suffix == "":
        return str(round(size))
    digits = f"{size:.{2 if size < 9.995 else 1}f}"
    return digits.rstrip("0").rstrip(".") + suffix


def parse_count(text: str) -> int:
    """Reads a count: "240M", "2.4e8", "300K", "240000000" or "240,000,000".

    Args:
        text: digits with an optional fraction, power of ten and suffix (K, M, G or T, in either
            case, for 10^3 to 10^12).

    Returns:
        The count, at least 0.

    Raises:
        InputError: not a count, not a whole number, or above 10^18.
    """
    match = _PATTERN.fullmatch(re.sub(r"(?<=\d)[,_](?=\d{3})", "", str(text).strip()))
    if not match:
        raise InputError(f"expected a count such as 240M, 2.4e8 or 300000; received {text!r}")
    power = 3 * _SUFFIXES.index(match["suffix"].upper())
    value = decimal.Decimal(match["number"]).scaleb(power)
    if value > _LARGEST:
        raise InputError(f"expected a count of at most 10^18; received {text!r}")
    if value != value.to_integral_value():
        raise InputError(f"expected a whole number; received {text!r}")
    return int(value)


UNITS = {resource.label: name for name, resource in RESOURCES.items()}
"""What stands behind an amount of each resource: "96KB flash", "0.4ms"."""


class Amount(typing.NamedTuple):
    """How much of a resource, as a user says it: a count, or a share of the start.

    Attributes:
        value: the count, or the share (0.25 for 25%).
        relative: whether it is a share.
        resource: of which; None where it was not said.
    """

    value: float
    relative: bool
    resource: str | None = None

    @classmethod
    def parse(cls, name: str, text: str) -> "Amount":
        """Reads multiply-adds, as "240M" or "25%"; the error names the setting.

        Raises:
            InputError: neither a count nor a share from 0% to 100%.
        """
        try:
            return cls(*_share_or_count(text))
        except ValueError as error:
            raise InputError(
                f"{name}: expected multiply-adds like 240M or a share of the start like 25%; "
                f"received {text!r}"
            ) from error

    @classmethod
    def parse_any(cls, name: str, text: str) -> "Amount":
        """Reads an amount of any resource: "240M macs", "0.4ms", "96KB flash", "25%", "25% ram".

        Raises:
            InputError: it is none; the error names the setting.
        """
        # "params" ends in "ms"
        units = sorted(UNITS, key=len, reverse=True)
        unit = next((one for one in units if text.strip().endswith(one)), "")
        number, resource = text.strip().removesuffix(unit).strip(), UNITS.get(unit)
        try:
            if resource and RESOURCES[resource].suffix:
                number = number.removesuffix(RESOURCES[resource].suffix)
            if resource and not RESOURCES[resource].is_whole and not number.endswith("%"):
                value = float(number)
                if not 0 <= value < math.inf:
                    raise ValueError(text)
                return cls(value, False, resource)
            return cls(*_share_or_count(number), resource)
        except ValueError as error:
            raise InputError(
                f"{name}: expected an amount like 240M macs, 0.4ms, 96KB flash, 128KB ram, 50K "
                f"params, or a share of the start like 25%; received {text!r}"
            ) from error

    def of(self, start: float) -> float:
        """The amount, where the start is so much."""
        if not self.relative:
            return self.value
        return round(self.value * start) if isinstance(start, int) else self.value * start


def _share_or_count(text: str) -> tuple[float, bool]:
    """The value, and whether it is a share.

    Raises:
        ValueError: neither a count nor a share from 0% to 100%.
    """
    if not text.strip().endswith("%"):
        return parse_count(text), False
    share = float(text.strip()[:-1]) / 100
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share, True
