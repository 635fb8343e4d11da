"""The folders of exported networks: FORMAT/NAME/VERSION, versions counted up and never replaced."""

import pathlib
from collections.abc import Iterable

from goldnas_tf.deployment.settings import FORMATS


def next_version(output: pathlib.Path, name: str) -> int:
    """The number after the highest version of a name in any format, so that formats agree.

    Args:
        output: the folder of all exports.
        name: of the network.
    """
    taken = [
        int(folder.name)
        for kind in FORMATS
        for folder in _entries(output / kind / name)
        if folder.name.isdecimal()
    ]
    return 1 + max(taken, default=0)


def version_folder(output: pathlib.Path, kind: str, name: str, version: int) -> pathlib.Path:
    """Where a version stands; for `kind` "serving", its parent is what TensorFlow Serving takes."""
    return output / kind / name / str(version)


def _entries(folder: pathlib.Path) -> Iterable[pathlib.Path]:
    return folder.iterdir() if folder.is_dir() else ()
