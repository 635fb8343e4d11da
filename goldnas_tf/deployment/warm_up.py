"""Requests that TensorFlow Serving answers while it loads a network: the first real one is quick.

It looks for them in `assets.extra/tf_serving_warmup_requests`: records of requests and the
signatures they go to, at most 1000.
"""

import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from goldnas_tf.deployment.served import FILES, TENSORS, reads_files

PATH = "assets.extra/tf_serving_warmup_requests"
BATCHES = (1, 32)
"""How many images the requests hold: one, and a batch."""


def requests(images: np.ndarray) -> list[tuple[str, dict[str, tf.Tensor]]]:
    """Requests as they will come: (signature, inputs) each.

    Args:
        images: uint8 (images, height, width, channels), at least one.
    """
    found = []
    for batch in BATCHES:
        some = np.resize(images, (batch, *images.shape[1:]))
        found.append((TENSORS, {"images": tf.constant(some)}))
        if reads_files(images.shape[1:]):
            found.append((FILES, {"bytes": encoded(some)}))
    return found


def encoded(images: np.ndarray) -> tf.Tensor:
    """Images as the bytes of files, PNG and JPEG in turn."""
    formats = (tf.io.encode_png, tf.io.encode_jpeg)
    return tf.stack([formats[index % 2](image) for index, image in enumerate(images)])


def write(
    folder: pathlib.Path, name: str, asked: Sequence[tuple[str, Mapping[str, tf.Tensor]]]
) -> None:
    """Writes the requests into the folder of a SavedModel.

    Args:
        folder: of the SavedModel.
        name: of the network at the server.
        asked: signature and inputs of each request.
    """
    from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

    path = folder / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as file:
        for signature, inputs in asked:
            request = predict_pb2.PredictRequest()
            request.model_spec.name = name
            request.model_spec.signature_name = signature
            for key, value in inputs.items():
                request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
            log = prediction_log_pb2.PredictLog(request=request)
            file.write(prediction_log_pb2.PredictionLog(predict_log=log).SerializeToString())
