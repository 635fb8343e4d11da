"""Files that grow by a line of JSON at a time, so that a killed process loses its last at most."""

import json
import pathlib
import typing
from collections.abc import Mapping, Sequence

from goldnas_tf.files import atomic
from goldnas_tf.files.kinds import Kind

_KIND = Kind("lines of JSON", advice="put back a copy, or use another workdir")


def append(file: pathlib.Path, values: Mapping[str, object]) -> None:
    """Adds a line."""
    with file.open("a") as opened:
        opened.write(_line(values))


def finished(file: pathlib.Path) -> list[dict[str, typing.Any]]:
    """Values of every finished line, none if there is no file; another process may be writing it.

    Raises:
        InputError: a line is no JSON.
    """
    with _KIND.reading(file):
        return [json.loads(line) for line in _lines(file) if line.endswith("\n")]


def read(file: pathlib.Path) -> list[dict[str, typing.Any]]:
    """The same for the process that goes on with the file: an unfinished line is cut off.

    The next line would else continue it.

    Raises:
        InputError: a line is no JSON.
    """
    values = finished(file)
    lines = _lines(file)
    if len(values) < len(lines):
        atomic.write_text(file, "".join(lines[: len(values)]))
    return values


def _lines(file: pathlib.Path) -> list[str]:
    return file.read_text().splitlines(keepends=True) if file.exists() else []


def write(file: pathlib.Path, lines: Sequence[Mapping[str, object]]) -> None:
    """Writes the file anew, atomically."""
    atomic.write_text(file, "".join(map(_line, lines)))


def _line(values: Mapping[str, object]) -> str:
    return json.dumps(values) + "\n"
