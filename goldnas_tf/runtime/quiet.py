"""Keeps back the notes of TensorFlow and LiteRT that no switch of their own does."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

from goldnas_tf.errors import InputError, in_a_line

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_WANTED = _LEVEL in os.environ  # by the user, before it is set here


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps what the block writes to the standard error stream, and shows it only if it fails.

    TensorFlow writes from C++, so the file descriptor is what is redirected. A user who has set
    TF_CPP_MIN_LOG_LEVEL wants to see, and sees, everything. Errors that are told in a line say all
    that the user needs to know.
    """
    if _WANTED:
        yield
        return
    os.environ[_LEVEL] = "2"
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except (InputError, KeyboardInterrupt):
            raise
        except BaseException as error:
            if in_a_line(error) is None:
                kept.seek(0)
                os.write(before, kept.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)
