"""LiteRT files (`.tflite`) as networks that can be measured, on the CPU of this machine.

Quantised inputs and outputs stand for real numbers: real = (stored - zero point) * scale.
"""

import pathlib
import typing

import numpy as np

from goldnas_tf.errors import InputError, first_line
from goldnas_tf.evaluation import micro
from goldnas_tf.evaluation.loaded import Runner
from goldnas_tf.runtime import threads

if typing.TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


def read(path: pathlib.Path) -> Runner:
    """Loads the network into an interpreter of its own.

    Raises:
        InputError: LiteRT is not installed, the file is none of its, or the network is not one
            from images to a number for each class.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path}: a .tflite file needs LiteRT, which is not installed; "
            "run: pip install 'ai-edge-litert>=2.0,<3'"
        ) from error
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=threads.count())
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    except Exception as error:  # told apart by their messages only
        raise InputError(f"{path}: cannot be loaded: {first_line(error)}") from error
    rows = [tensor for tensor in outputs if _is_real(tensor) and len(tensor["shape"]) == 2]
    if len(inputs) != 1 or len(rows) != 1:
        raise InputError(
            f"{path}: expected one input and one output (images, classes) of numbers; "
            f"received {len(inputs)} and {len(rows)}"
        )
    # those of real numbers are for phones
    quantised = bool(inputs[0]["quantization"][0])
    return Runner(
        outputs=_Calls(interpreter, inputs[0], rows[0]),
        image_shape=tuple(
            int(size) if size > 0 else None for size in inputs[0]["shape_signature"][1:]
        ),
        macs=None,
        params=None,
        device="CPU",
        ram_bytes=lambda: micro.arena_bytes(path) if quantised else None,
    )


class _Calls:
    """The interpreter as a function of images, for which memory is taken anew for each size."""

    def __init__(self, interpreter: "Interpreter", source: dict, target: dict):
        self._interpreter = interpreter
        self._source, self._target = source["index"], target["index"]
        self._stored = _stored_pixels(source)
        self._scale, self._zero_point = target["quantization"]
        self._batch: int | None = None

    def __call__(self, images: np.ndarray) -> np.ndarray:
        if len(images) != self._batch:
            self._interpreter.resize_tensor_input(self._source, images.shape)
            self._interpreter.allocate_tensors()
            self._batch = len(images)
        self._interpreter.set_tensor(self._source, self._stored[images])
        self._interpreter.invoke()
        outputs = self._interpreter.get_tensor(self._target).astype(np.float32)
        return (outputs - self._zero_point) * self._scale if self._scale else outputs


def _stored_pixels(source: dict) -> np.ndarray:
    """How each of the 256 values of a pixel is stored in the input."""
    values, kind = np.arange(256), source["dtype"]
    scale, zero_point = source["quantization"]
    if not scale:
        return values.astype(kind)
    limits = np.iinfo(kind)
    return np.clip(np.rint(values / scale + zero_point), limits.min, limits.max).astype(kind)


def _is_real(tensor: dict) -> bool:
    """Whether a tensor holds real numbers, quantised or not: no names, no numbers of classes."""
    return np.issubdtype(tensor["dtype"], np.floating) or bool(tensor["quantization"][0])
