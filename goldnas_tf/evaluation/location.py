"""Which file or folder holds the network that a path names. Imports no TensorFlow."""

import pathlib
import typing

from goldnas_tf import pareto
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import origin

FILES = ("keras", "tflite", "onnx")


class Location(typing.NamedTuple):
    """Where a network is.

    Attributes:
        kind: its format: "keras", "saved_model", "tflite" or "onnx".
        path: the file, or the folder of the SavedModel.
    """

    kind: str
    path: pathlib.Path


def locate(path: pathlib.Path) -> Location:
    """Finds the network that a path names.

    Args:
        path: a file; a SavedModel; a folder of numbered versions of one, the highest of which is
            taken; or the folder of a point, whose SavedModel is taken.

    Raises:
        InputError: there is none.
    """
    if path.is_file():
        if path.suffix[1:] in FILES:
            return Location(path.suffix[1:], path)
    elif (path / pareto.FILE).is_file():
        raise InputError(
            f"network: expected the folder of a point; received that of a run, {path}; name one of "
            f"the points in {path}/pareto"
        )
    elif path.is_dir():
        base = path / "saved_model" if origin.point_folder(path) == path else path
        if version := _version(base):
            return Location("saved_model", version)
    seen = "another one" if path.exists() else "a path where nothing is"
    raise InputError(
        "network: expected the folder of a point, a .keras file, a SavedModel, a .tflite or an "
        f".onnx file; received {seen}, {path}"
    )


def _version(folder: pathlib.Path) -> pathlib.Path | None:
    """The SavedModel in a folder: itself, or the highest of its numbered versions."""
    if (folder / "saved_model.pb").is_file():
        return folder
    found = [file.parent for file in folder.glob("*/saved_model.pb")]
    versions = [version for version in found if version.name.isdecimal()]
    return max(versions, key=lambda version: int(version.name), default=None)
