"""What has to be there before an export begins. Imports no TensorFlow."""

import importlib.util
import pathlib
from collections.abc import Mapping

from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.errors import InputError
from goldnas_tf.runs.run_folder import check_writable

NETWORK_FILE = "model.keras"

_LITERT = {"ai_edge_litert": "ai-edge-litert"}
_NEEDED = {
    "serving": ("export", {"tensorflow_serving": "tensorflow-serving-api"}),
    "litert": ("export", _LITERT),
    "micro": ("export", _LITERT),
    "onnx": ("onnx", {"onnx": "onnx", "onnxruntime": "onnxruntime"}),
}
"""The extra that brings what a format is written with, and its packages by their modules."""


def check(config: ExportConfig) -> None:
    """Checks that there is a network, that its formats can be written, and the folder too.

    Raises:
        InputError: something is missing.
    """
    if not (pathlib.Path(config.network) / NETWORK_FILE).is_file():
        raise InputError(
            f"network: expected a folder that holds a {NETWORK_FILE}; received {config.network}"
        )
    for kind in config.formats:
        _check_packages(f"format {kind}", *_NEEDED[kind])
    check_writable(pathlib.Path(config.output), "output")


def check_table(output: pathlib.Path) -> None:
    """Checks that a table of latencies can be measured, and written to a file.

    Raises:
        InputError: something is missing.
    """
    _check_packages("the time of operations", *_NEEDED["litert"])
    if output.is_dir():
        raise InputError(f"output: expected a file; received the folder {output}")
    check_writable(output.parent, "output")


def _check_packages(user: str, extra: str, packages: Mapping[str, str]) -> None:
    for module, package in packages.items():
        if importlib.util.find_spec(module) is None:
            raise InputError(
                f"{user} needs {package}, which is not installed; "
                f"run: pip install --editable '.[{extra}]'"
            )
