"""What a resumed run may be told anew: settings that only say how far it goes may go further.

A setting declares how it may grow (`setting(..., grows=RAISED)`); all others must stay as they are,
but for those that say nothing of the result.
"""

import typing
from collections.abc import Callable, Mapping

from goldnas_tf.settings.units import Amount


class Growth(typing.NamedTuple):
    """How a setting may change when its run is resumed.

    Attributes:
        words: the change, after "may".
        allows: whether the second JSON value may follow the first one.
    """

    words: str
    allows: Callable[[typing.Any, typing.Any], bool]


def _is_lower(before: str, now: str) -> bool:
    was, wanted = Amount.parse_any("before", before), Amount.parse_any("now", now)
    # what a share comes to is not known here
    alike = (was.relative, was.resource) == (wanted.relative, wanted.resource)
    return alike and wanted.value <= was.value


RAISED = Growth("be raised", lambda before, now: now > before)
"""Of numbers."""

LOWERED = Growth("be lowered, in the same form", _is_lower)
"""Of amounts of a resource: a count after a count, or a share after a share."""

REPLACED = Growth("be another one", lambda before, now: True)
"""Of what says nothing of the result, as how much is done at a time."""

ADDED_TO = Growth("be added to", lambda before, now: set(now) >= set(before))
"""Of lists; their order says nothing."""

EXTENDED = Growth(
    "be added to, where there are some",
    lambda before, now: bool(before) and ADDED_TO.allows(before, now),
)
"""Of lists that something else stands for while they are empty."""


class Difference(typing.NamedTuple):
    """A setting that is another one than before.

    Attributes:
        name: of the setting.
        before: its JSON value then; None where it did not exist.
        now: its JSON value now.
        growth: how it may change, or None.
    """

    name: str
    before: typing.Any
    now: typing.Any
    growth: Growth | None = None

    @property
    def is_growth(self) -> bool:
        """Whether a run may go on with it."""
        if self.growth is None or type(self.before) is not type(self.now):
            return False
        try:
            return self.growth.allows(self.before, self.now)
        except (TypeError, ValueError):
            # a value that no setting can have, in a file that was edited
            return False

    @property
    def added(self) -> list[typing.Any]:
        """What a list has more than before."""
        return [value for value in self.now if value not in self.before]

    def __str__(self) -> str:
        told = f"{self.name}: was {_told(self.before)}, is {_told(self.now)}"
        if self.growth and not self.is_growth:
            told += f", but may only {self.growth.words}"
        return told


def filled(
    defaults: Mapping[str, typing.Any], values: Mapping[str, typing.Any]
) -> dict[str, typing.Any]:
    """Settings by name, those that a configuration has not with their defaults.

    Args:
        defaults: JSON values, by section or alone (`Configuration.to_json`).
        values: likewise, in whatever sections.
    """
    return {**_flat(defaults), **_flat(values)}


def differences(
    before: Mapping[str, typing.Any], now: Mapping[str, typing.Any], growths: Mapping[str, Growth]
) -> list[Difference]:
    """Settings in which two configurations differ, by name.

    Args:
        before: JSON values, by section or alone (`Configuration.to_json`).
        now: likewise.
        growths: of the settings that may grow, by name.
    """
    was, wanted = _flat(before), _flat(now)
    return [
        Difference(name, was.get(name), wanted.get(name), growths.get(name))
        for name in sorted(set(was) | set(wanted))
        if was.get(name) != wanted.get(name)
    ]


def _flat(values: Mapping[str, typing.Any]) -> dict[str, typing.Any]:
    return {
        name: value
        for key, section in values.items()
        for name, value in (section.items() if isinstance(section, dict) else [(key, section)])
    }


def _told(value: object) -> str:
    """A value as flags take it."""
    return (",".join(map(str, value)) or "none") if isinstance(value, list) else str(value)
