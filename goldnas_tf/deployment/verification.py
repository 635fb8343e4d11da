"""Checks that what was exported works elsewhere: in a process of its own, without this package."""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from goldnas_tf.deployment.served import FILES, TENSORS, reads_files
from goldnas_tf.errors import ExportError

TOLERANCE = 1e-4
"""How far a probability may be from that of the network before it was exported."""

_PROGRAM = pathlib.Path(__file__).with_name("clean_program.py")

_PATIENCE = 600
"""Seconds after which a process that does not end counts as failed."""


def verify_elsewhere(
    what: str,
    path: pathlib.Path,
    images: np.ndarray,
    expected: np.ndarray,
    class_names: Sequence[str],
) -> None:
    """Checks that a network answers in a clean process as it does here, through every signature.

    Args:
        what: its name in messages.
        path: a SavedModel, or a .tflite or .onnx file.
        images: uint8 (images, height, width, channels).
        expected: probabilities (images, classes).
        class_names: in the order of classes.

    Raises:
        ExportError: it does not.
    """
    requests = [request(TENSORS, images)]
    if path.is_dir() and reads_files(images.shape[1:]):
        requests.append(request(FILES, [tf.io.encode_png(image).numpy() for image in images]))
    for answer in answers(what, path, requests):
        require_same(f"{what} in a clean process", answer["probabilities"], expected)
        best = np.argmax(answer["probabilities"], -1)
        if answer.get("classes", named := [class_names[index] for index in best]) != named:
            raise ExportError(f"{what} in a clean process names other classes than the network")


def request(signature: str, inputs: np.ndarray | Sequence[bytes]) -> dict:
    """A request as TensorFlow Serving takes it over HTTP, as a JSON value.

    Args:
        signature: which one is called.
        inputs: numbers, or the contents of files.
    """
    if isinstance(inputs, np.ndarray):
        instances = inputs.tolist()
    else:
        instances = [{"b64": base64.b64encode(content).decode()} for content in inputs]
    return {"signature_name": signature, "instances": instances}


def answers(what: str, path: pathlib.Path, requests: Sequence[Mapping]) -> list[dict]:
    """What an exported network answers in a clean process.

    Args:
        what: its name in messages.
        path: a SavedModel, or a .tflite or .onnx file.
        requests: as `request` makes them.

    Raises:
        ExportError: it cannot be loaded or run there.
    """
    with tempfile.TemporaryDirectory() as name:
        job, written = pathlib.Path(name) / "job.json", pathlib.Path(name) / "answers.json"
        job.write_text(json.dumps({"path": str(path.resolve()), "requests": list(requests)}))
        try:
            ran = subprocess.run(
                # -I: neither the environment nor the working folder can bring the package in
                [sys.executable, "-I", str(_PROGRAM), str(job), str(written)],
                cwd=name,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ExportError(f"{what} does not answer in a clean process") from error
        if ran.returncode:
            # places in code and graphs are indented
            said = [line for line in ran.stderr.splitlines() if line and not line[0].isspace()]
            why = said[-1] if said else f"exit code {ran.returncode}"
            raise ExportError(f"{what} does not run in a clean process: {why}")
        return json.loads(written.read_text())


def require_same(what: str, found: np.ndarray, expected: np.ndarray) -> float:
    """Checks that probabilities are the same within `TOLERANCE`.

    Returns:
        The largest difference.

    Raises:
        ExportError: they are not; the message says by how much.
    """
    found = np.asarray(found, np.float64)
    difference = float(np.abs(found - expected).max()) if found.shape == expected.shape else np.inf
    # also where one of them is not a number
    if not difference <= TOLERANCE:
        raise ExportError(
            f"{what} does not answer as the network did: a probability is off by "
            f"{difference:.2g}, more than {TOLERANCE:g}"
        )
    return difference
