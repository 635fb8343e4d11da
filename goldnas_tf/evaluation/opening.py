"""`open_network`: any exported network, Keras file, SavedModel or LiteRT file, by its path."""

import dataclasses
import os
import pathlib

from goldnas_tf.evaluation import keras_file, onnx_file, origin, saved_model, tflite_file
from goldnas_tf.evaluation.loaded import LoadedNetwork, loaded
from goldnas_tf.evaluation.location import locate
from goldnas_tf.files.paths import local_path
from goldnas_tf.runtime import threads

_READERS = {
    "keras": keras_file.read,
    "saved_model": saved_model.read,
    "tflite": tflite_file.read,
    "onnx": onnx_file.read,
}


def open_network(path: str | os.PathLike) -> LoadedNetwork:
    """Opens a network to measure it.

    Args:
        path: the folder of a point (`pareto/e042` of a run), whose SavedModel is opened; a `.keras`
            file; a SavedModel, or a folder of numbered versions of one, the highest of which is
            opened; or a `.tflite` or `.onnx` file.

    Raises:
        InputError: there is no network, or none from images to a number for each class.
    """
    path = local_path(path, "network")
    kind, served = locate(path)
    runner = _READERS[kind](served)
    if runner.macs is None:
        runner = dataclasses.replace(runner, macs=origin.recorded_cost(path, "macs"))
    if runner.params is None:
        runner = dataclasses.replace(runner, params=origin.recorded_cost(path, "params"))
    class_names = origin.class_names(path)
    return loaded(path, kind, runner, _size(served), class_names, threads.count())


def _size(path: pathlib.Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return sum(file.stat().st_size for file in files)
