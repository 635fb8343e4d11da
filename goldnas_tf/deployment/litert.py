"""LiteRT (TFLite) files for phones, in float32, float16 and int8, all called alike.

Signature `serving_default`: from `images`, uint8 (1, height, width, channels), pixels as they come
from a camera or a file, to `probabilities`, float32 (1, classes). The batch is one image: a phone
has one at a time, and fixed shapes run fastest. An interpreter can still resize its input.
"""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

KINDS = ("float32", "float16", "int8")


class _Phone(tf.Module):
    """What is converted; in int8 the converter itself makes the input uint8."""

    def __init__(self, model: keras.Model, input_type: tf.DType):
        super().__init__()
        self._model = model
        image = tf.TensorSpec((1, *model.input_shape[1:]), input_type, name="images")
        self.answer = tf.function(self._answer, input_signature=[image], autograph=False)

    def _answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        logits = self._model(tf.cast(images, tf.float32), training=False)
        return {"probabilities": tf.nn.softmax(logits)}


def convert(model: keras.Model, kind: str, calibration: np.ndarray) -> bytes:
    """The content of a LiteRT file.

    float16 halves the weights, not the arithmetic of processors without it. int8 computes in whole
    numbers, with ranges that the calibration images show.

    Args:
        model: a folded one.
        kind: one of `KINDS`.
        calibration: uint8 images (images, height, width, channels) like those it will see; read for
            int8 alone.
    """
    phone = _Phone(model, tf.float32 if kind == "int8" else tf.uint8)
    function = phone.answer.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], phone)
    if kind != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if kind == "int8":
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.representative_dataset = lambda: _each(calibration)
    return converter.convert()


def _each(images: np.ndarray) -> Iterator[list[np.ndarray]]:
    images = images.astype(np.float32)
    # two pixels make the range of the input 0 to 255, and a step of it one: raw bytes are right
    images[0].flat[0], images[0].flat[-1] = 0, 255
    for image in images:
        yield [image[np.newaxis]]
