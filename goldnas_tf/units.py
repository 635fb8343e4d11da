"""Counts as people write them: 240100000 as "240.1M", and back."""

import decimal
import re

from goldnas_tf.errors import InputError

_SUFFIXES = ("", "K", "M", "G", "T")
_PATTERN = re.compile(r"(?P<number>\d+(?:\.\d*)?(?:e[+]?\d{1,2})?)\s*(?P<suffix>[KMGT]?)", re.I)
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
