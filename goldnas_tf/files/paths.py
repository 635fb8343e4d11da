"""Paths as people write them: `~` is their home folder, and an address is no folder here."""

import os
import pathlib
import re

from goldnas_tf.errors import InputError

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")


def local_path(path: str | os.PathLike[str], name: str = "path") -> pathlib.Path:
    """A path in the file system of this machine, with `~` and `~user` in its place.

    Args:
        path: what the user gave.
        name: of the setting, for the message.

    Raises:
        InputError: it is an address, as `gs://bucket/x`, or a home folder that nobody has.
    """
    text = os.fspath(path)
    if _SCHEME.match(text):
        raise InputError(
            f"{name}: expected a path on this machine; received {text}; copy or mount it first"
        )
    try:
        return pathlib.Path(text).expanduser()
    except RuntimeError as error:
        raise InputError(
            f"{name}: expected a path whose home folder is known; received {text}; give it in full"
        ) from error
