"""What has to be there before an export begins. Imports no TensorFlow."""

import importlib.util
import pathlib

from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.errors import InputError
from goldnas_tf.runs.run_folder import check_writable

NETWORK_FILE = "model.keras"

_NEEDED = {
    "serving": ("tensorflow_serving", "tensorflow-serving-api"),
    "litert": ("ai_edge_litert", "ai-edge-litert"),
    "micro": ("ai_edge_litert", "ai-edge-litert"),
    "onnx": ("onnxruntime", "onnxruntime"),
}


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
        module, package = _NEEDED[kind]
        if importlib.util.find_spec(module) is None:
            raise InputError(
                f"format {kind} needs {package}, which is not installed; "
                f"run: pip install --editable '.[{'onnx' if kind == 'onnx' else 'export'}]'"
            )
    check_writable(pathlib.Path(config.output), "output")
