"""ONNX files as networks that can be measured, on the CPU of this machine by ONNX Runtime."""

import pathlib

import numpy as np

from goldnas_tf.errors import InputError, first_line
from goldnas_tf.evaluation.loaded import Runner
from goldnas_tf.runtime import threads

_STORED = {"tensor(uint8)": np.uint8, "tensor(float)": np.float32}


def read(path: pathlib.Path) -> Runner:
    """Loads the network into a session of its own.

    Raises:
        InputError: ONNX Runtime is not installed, the file is none of its, or the network is not
            one from images (N, height, width, channels) to a number for each class.
    """
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise InputError(
            f"{path}: an .onnx file needs ONNX Runtime, which is not installed; "
            "run: pip install 'onnxruntime>=1.20,<2'"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads.count()
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # told apart by their messages only
        raise InputError(f"{path}: cannot be loaded: {first_line(error)}") from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    if len(inputs) != 1 or len(outputs) != 1:
        raise InputError(
            f"{path}: expected one input and one output; received {len(inputs)} and {len(outputs)}"
        )
    (source,) = inputs
    if source.type not in _STORED:
        raise InputError(
            f"{path}: expected images of {' or '.join(_STORED)}; received {source.type}"
        )
    stored = _STORED[source.type]
    return Runner(
        outputs=lambda images: session.run(None, {source.name: images.astype(stored)})[0],
        image_shape=tuple(size if isinstance(size, int) else None for size in source.shape[1:]),
        macs=None,
        params=None,
        device="CPU",
    )
