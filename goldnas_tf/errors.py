"""The ways a run ends badly: the user gave something unusable, or the work itself broke down."""

import difflib
import re
import sys
from collections.abc import Iterable

_PLACE_IN_GRAPH = re.compile(r"\{\{.*?\}\} ?| ?\[Op:\w+\]|^ +\(0\) [A-Z_]+: ")
"""What TensorFlow says of its own insides in the message of an operation."""
_BEFORE_IN_GRAPH = re.compile(
    r"\s*|Graph execution error:|\d+ root error\(s\) found\.|Detected at node .*| +File \".*"
    r"|<stack traces unavailable>"
)
"""Lines that stand in such a message before the one that says what went wrong."""


class InputError(ValueError):
    """Something the user gave cannot be used; the message is one line for the user.

    Of a bad value or file the message says, as every `ValueError` here, what it is of, what was
    expected and what came, then perhaps what to do: "batch_size: expected at least 1; received 0;
    raise it". Programs print it alone, without a traceback, and exit with code 2.
    """


class TrainingError(RuntimeError):
    """Training cannot go on (a loss that is not finite, say); programs exit with code 1."""


class ExportError(RuntimeError):
    """What was exported does not do what the network did; programs exit with code 1."""


def close_to(name: str, known: Iterable[str]) -> str:
    """Asks whether a name that is close to an unknown one was meant; "" where none is."""
    close = difflib.get_close_matches(name, list(known), n=3)
    return f"did you mean {' or '.join(close)}?" if close else ""


def in_a_line(error: BaseException) -> str | None:
    """What went wrong with a file, a disk or a device, in a line; None for errors of other kinds.

    Args:
        error: of the operating system, or of TensorFlow's operations on files and memory.
    """
    if isinstance(error, OSError):
        file = f"{error.filename}: " if error.filename else ""
        return f"{file}{error.strerror or first_line(error)}"
    # an import would take seconds, and whatever TensorFlow has raised has loaded it
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None or not isinstance(error, tensorflow.errors.OpError):
        return None
    # these say that the program asked for nonsense
    mistakes = tensorflow.errors.InvalidArgumentError, tensorflow.errors.UnimplementedError
    return None if isinstance(error, mistakes) else first_line(error)


def first_line(error: BaseException) -> str:
    """The first line of what an error of a library says, or its type where it says nothing.

    Of an error in a graph of TensorFlow's it is the one that says what went wrong: lines before
    it, and parts of it, say where.
    """
    lines = [_PLACE_IN_GRAPH.sub("", line) for line in str(error).splitlines()]
    said = (line.strip() for line in lines if not _BEFORE_IN_GRAPH.fullmatch(line))
    return next(said, type(error).__name__)
