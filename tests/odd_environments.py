"""Environments that people have, and that must change no result: one table for all programs."""

import dataclasses
import json
import subprocess
from collections.abc import Mapping

from processes import environment


@dataclasses.dataclass(frozen=True)
class Odd:
    """What is odd about an environment.

    Attributes:
        variables: that are set; None is one that is not there.
        keras_json: settings of Keras as its keras.json has them, a text where it is damaged.
        is_nobody: the user has no name, as in containers.
    """

    variables: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    keras_json: dict | str | None = None
    is_nobody: bool = False

    def run(self, command, folder):
        """Runs a command in a folder, where Keras finds its settings too."""
        home = folder / "keras"
        home.mkdir(exist_ok=True)
        if self.keras_json is not None:
            text = self.keras_json
            text = text if isinstance(text, str) else json.dumps(text)
            (home / "keras.json").write_text(text)
        values = {**environment(), "KERAS_HOME": str(home), **self.variables}
        if self.is_nobody:
            # Python runs this at every start
            (folder / "sitecustomize.py").write_text(_NOBODY)
            values["PYTHONPATH"] += f":{folder}"
        env = {name: value for name, value in values.items() if value is not None}
        return subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False
        )


_NOBODY = """
import pwd

def nobody(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")

pwd.getpwuid = nobody
"""

PLAIN = Odd()

# in which everything is as in a plain one
ENVIRONMENTS = {
    "keras_json": Odd(
        keras_json={
            "image_data_format": "channels_first",
            "floatx": "float16",
            "epsilon": 100.0,
            "backend": "jax",
        },
        # an empty name is none, and this one counts
        variables={"KERAS_BACKEND": "tensorflow"},
    ),
    "nobody": Odd({"HOME": None, "KERAS_HOME": None}, is_nobody=True),
    "legacy_keras": Odd({"TF_USE_LEGACY_KERAS": "1", "KERAS_BACKEND": ""}, "no settings"),
}

# that are refused in one line, and what it says
REFUSED = {
    "backend": (Odd({"KERAS_BACKEND": "jax"}), "set KERAS_BACKEND=tensorflow"),
    "backend_of_settings": (Odd(keras_json={"backend": "torch"}), "set KERAS_BACKEND=tensorflow"),
    "no_dictionary": (Odd(keras_json="[]"), "keras.json: expected the settings of Keras"),
    "floatx": (Odd(keras_json={"floatx": "bfloat16"}), "expected one of float16, float32"),
    "data_format": (Odd(keras_json={"image_data_format": "last"}), "expected one of channels_last"),
    "epsilon": (Odd(keras_json={"epsilon": 1}), "expected a number as 1e-7"),
}
