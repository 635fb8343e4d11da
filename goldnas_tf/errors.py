"""The ways a run ends badly: the user gave something unusable, or the work itself broke down."""

import contextlib
import zipfile


class InputError(ValueError):
    """Something the user gave cannot be used; the message is one line for the user.

    The message says what was expected, what came, and what to do. Programs print
    it alone, without a traceback, and exit with code 2.
    """


class TrainingError(RuntimeError):
    """Training cannot go on (a loss that is not finite, say); programs exit with code 1."""


class ExportError(RuntimeError):
    """What was exported does not do what the network did; programs exit with code 1."""


@contextlib.contextmanager
def reading(path):
    """Turns what goes wrong in reading a file that a run has written into an `InputError`."""
    try:
        yield
    except InputError:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path} is damaged ({type(error).__name__}); put back a copy, or use another workdir"
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of what an error of a library says, or its type where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
