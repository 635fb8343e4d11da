"""Files that grow by a line of JSON at a time, so that a killed process loses its last at most."""

import json
import pathlib

from goldnas_tf.errors import reading
from goldnas_tf.files import atomic


def append(file: pathlib.Path, values: dict) -> None:
    """Adds a line."""
    with file.open("a") as opened:
        opened.write(_line(values))


def read(file: pathlib.Path) -> list[dict]:
    """Values of every line, none if there is no file; an unfinished last line is cut off the file.

    The next line would else continue it.

    Raises:
        InputError: a line is no JSON.
    """
    with reading(file):
        lines = file.read_text().splitlines(keepends=True) if file.exists() else []
        whole = [line for line in lines if line.endswith("\n")]
        values = [json.loads(line) for line in whole]
    if whole != lines:
        atomic.write_text(file, "".join(whole))
    return values


def write(file: pathlib.Path, lines: list[dict]) -> None:
    """Writes the file anew, atomically."""
    atomic.write_text(file, "".join(map(_line, lines)))


def _line(values: dict) -> str:
    return json.dumps(values) + "\n"
