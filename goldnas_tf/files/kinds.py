"""Kinds of JSON files that runs leave, each with a schema: written and read in one way.

A file that cannot be read as what it is said to be ends in one line: which file, what was expected
there, what was found.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import typing
import zipfile
from collections.abc import Callable, Iterator, Mapping

from goldnas_tf.errors import InputError
from goldnas_tf.files import atomic

_T = typing.TypeVar("_T")
_DIGEST = "digest"


def _digest(values: Mapping[str, typing.Any]) -> str:
    """Tells values apart from others, in whatever order they are written."""
    # as they are read: names that are numbers become text
    text = json.dumps(json.loads(json.dumps(values)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_lost_digest(values: dict[str, typing.Any]) -> dict[str, typing.Any]:
    """The values without their digest where only its name was damaged: it says they are right."""
    for name, value in values.items():
        if isinstance(value, str):
            others = {other: values[other] for other in values if other != name}
            if value == _digest(others):
                return others
    return values


class Kind(typing.NamedTuple):
    """A kind of file.

    Attributes:
        name: what is in it, with its article, as messages call it.
        schema: the number of its form, which grows when older files can no longer be read; None for
            files that have none.
        advice: what to do about a file that is none, if that is always the same.
    """

    name: str
    schema: int | None = None
    advice: str = ""

    def stamp(self, values: Mapping[str, typing.Any]) -> dict[str, typing.Any]:
        """The values with the schema, as they stand in a file."""
        return {"schema": self.schema, **values}

    def check(self, values: object) -> dict[str, typing.Any]:
        """The values that `stamp` gave, without the schema, or that `write` wrote.

        Raises:
            InputError: another schema, no values by names, or other ones than were written.
        """
        if not isinstance(values, dict):
            raise InputError(f"expected {self.name}; received {type(values).__name__}")
        if values.get("schema") != self.schema:
            raise InputError(
                f"expected {self.name} of schema {self.schema}; received "
                + ("none" if "schema" not in values else f"schema {values['schema']!r}")
            )
        found = {name: value for name, value in values.items() if name != _DIGEST}
        if _DIGEST not in values:
            found = _without_lost_digest(found)
        elif values[_DIGEST] != _digest(found):
            raise InputError(
                f"expected {self.name} as it was written; received one that was changed since; "
                f"where that was on purpose, take its line of {_DIGEST!r} away"
            )
        return {name: value for name, value in found.items() if name != "schema"}

    def write(self, file: pathlib.Path, values: Mapping[str, typing.Any]) -> None:
        """Writes a file, whole or not at all, with a digest that tells whether it was changed."""
        stamped = self.stamp(values)
        atomic.write_json(file, {**stamped, _DIGEST: _digest(stamped)})

    def read(
        self, file: pathlib.Path, parse: Callable[[typing.Any], _T] = lambda values: values
    ) -> _T:
        """What a file holds.

        Args:
            file: it.
            parse: makes it of the values, which are checked for the schema; may raise `KeyError`,
                `TypeError`, `ValueError` or `AttributeError` where they are not right.

        Raises:
            InputError: there is no such file, or it is of another kind, or damaged.
        """
        with self.reading(file):
            values = json.loads(file.read_text())
            return parse(values if self.schema is None else self.check(values))

    @contextlib.contextmanager
    def reading(self, file: str | os.PathLike[str]) -> Iterator[None]:
        """Turns what goes wrong in reading a file into an `InputError`."""
        advice = f"; {self.advice}" if self.advice else ""
        try:
            yield
        except InputError as error:
            raise InputError(f"{file}: {error}{advice}") from error
        except FileNotFoundError as error:
            raise InputError(
                f"{file}: expected {self.name}; received no such file{advice}"
            ) from error
        except OSError as error:
            raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error
        except (
            AttributeError,
            EOFError,
            LookupError,
            TypeError,
            ValueError,
            zipfile.BadZipFile,
        ) as error:
            raise InputError(
                f"{file}: expected {self.name}; received a damaged file or another one "
                f"({type(error).__name__}: {error}){advice}"
            ) from error
