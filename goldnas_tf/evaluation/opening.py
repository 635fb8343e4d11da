"""`open_network`: any exported network, Keras file, SavedModel or LiteRT file, by its path."""

import dataclasses
import os
import pathlib

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import keras_file, origin, saved_model, tflite_file, threads
from goldnas_tf.evaluation.loaded import LoadedNetwork, loaded

_READERS = {
    "keras": keras_file.read,
    "saved_model": saved_model.read,
    "tflite": tflite_file.read,
}


def open_network(path: str | os.PathLike) -> LoadedNetwork:
    """Opens a network to measure it.

    Args:
        path: the folder of a point (`pareto/e042` of a run), whose SavedModel is opened; a `.keras`
            file; a SavedModel, or a folder of numbered versions of one, the highest of which is
            opened; or a `.tflite` file.

    Raises:
        InputError: there is no network, or none from images to a number for each class.
    """
    served = _served(pathlib.Path(path))
    kind = served.suffix[1:] if served.is_file() else "saved_model"
    runner = _READERS[kind](served)
    for name in ("macs", "params"):
        if getattr(runner, name) is None:
            runner = dataclasses.replace(runner, **{name: origin.recorded_cost(path, name)})
    class_names = origin.class_names(path)
    return loaded(path, kind, runner, _size(served), class_names, threads.count())


def _served(path: pathlib.Path) -> pathlib.Path:
    """The file or folder that holds the network."""
    if path.is_file():
        if path.suffix[1:] in _READERS:
            return path
    elif (path / "pareto.json").is_file():
        raise InputError(f"{path} is the folder of a run; name one of its points in {path}/pareto")
    elif origin.point_folder(path) == path and (path / "saved_model").is_dir():
        return _version(path / "saved_model") or path / "saved_model"
    elif path.is_dir() and (version := _version(path)):
        return version
    seen = "another one" if path.exists() else "a path where nothing is"
    raise InputError(
        "expected the folder of a point, a .keras file, a SavedModel or a .tflite file; "
        f"received {seen}, {path}"
    )


def _version(folder: pathlib.Path) -> pathlib.Path | None:
    """The SavedModel in a folder: itself, or the highest of its numbered versions."""
    if (folder / "saved_model.pb").is_file():
        return folder
    versions = [
        entry
        for entry in folder.iterdir()
        if entry.name.isdecimal() and (entry / "saved_model.pb").is_file()
    ]
    return max(versions, key=lambda version: int(version.name), default=None)


def _size(path: pathlib.Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return sum(file.stat().st_size for file in files)
