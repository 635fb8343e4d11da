"""Checks that Keras runs on TensorFlow, before an import of Keras could fail on another backend."""

import json
import os
import pathlib
import sys

from goldnas_tf.errors import InputError


def require_tensorflow() -> None:
    """Checks the backend that Keras has, or will have once it is imported.

    Raises:
        InputError: it is not TensorFlow.
    """
    keras = sys.modules.get("keras")
    name = keras.backend.backend() if keras else _configured()
    if name != "tensorflow":
        raise InputError(f"Keras is set to the backend {name!r}; set KERAS_BACKEND=tensorflow")


def _configured() -> str:
    if "KERAS_BACKEND" in os.environ:
        return os.environ["KERAS_BACKEND"]
    home = pathlib.Path(os.environ.get("KERAS_HOME", pathlib.Path.home() / ".keras"))
    try:
        return json.loads((home / "keras.json").read_text()).get("backend", "tensorflow")
    except (OSError, ValueError):
        return "tensorflow"
