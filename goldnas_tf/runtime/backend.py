"""Checks that Keras runs on TensorFlow, before an import of Keras could fail on another backend.

Where Keras is not imported yet, what it will be set to is found out as it does that itself.
"""

import json
import os
import pathlib
import sys

from goldnas_tf.errors import InputError

# with anything else, an import of Keras fails
_ALLOWED = {
    "floatx": ("float16", "float32", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}


def require_tensorflow() -> None:
    """Checks the backend that Keras has, or will have once it is imported.

    Raises:
        InputError: it is not TensorFlow, or Keras cannot be imported with its settings.
    """
    keras = sys.modules.get("keras")
    name = keras.backend.backend() if keras else _configured()
    if name != "tensorflow":
        raise InputError(
            f"backend of Keras: expected tensorflow; received {name}; set KERAS_BACKEND=tensorflow"
        )


def _configured() -> str:
    settings = _settings(_settings_file())
    # an empty name is none
    return os.environ.get("KERAS_BACKEND") or settings.get("backend", "tensorflow")


def _settings_file() -> pathlib.Path:
    # not by pathlib, which raises an error for a user without a home
    if "KERAS_HOME" in os.environ:
        folder = os.path.expanduser(os.environ["KERAS_HOME"])  # noqa: PTH111
    else:
        home = os.path.expanduser("~")  # noqa: PTH111
        folder = (home if os.access(home, os.W_OK) else "/tmp") + "/.keras"
    return pathlib.Path(folder) / "keras.json"


def _settings(file: pathlib.Path) -> dict:
    if not os.path.exists(file):  # noqa: PTH110 - pathlib may raise an error
        return {}
    try:
        values = json.loads(file.read_text())
    except ValueError:
        return {}
    except OSError as error:
        raise InputError(f"settings of Keras: cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise InputError(f"{file}: expected the settings of Keras; received another value")
    for name, allowed in _ALLOWED.items():
        if (value := values.get(name, allowed[0])) not in allowed:
            known = ", ".join(allowed)
            raise InputError(f"{name} in {file}: expected one of {known}; received {value!r}")
    if not isinstance(epsilon := values.get("epsilon", 1e-7), float):
        raise InputError(f"epsilon in {file}: expected a number as 1e-7; received {epsilon!r}")
    return values
