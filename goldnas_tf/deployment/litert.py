"""LiteRT (TFLite) files for phones, in float32, float16 and int8, all called alike.

Signature `serving_default`: from `images`, uint8 (1, height, width, channels), pixels as they come
from a camera or a file, to `probabilities`, float32 (1, classes). The batch is one image: a phone
has one at a time, and fixed shapes run fastest. An interpreter can still resize its input.
"""

import numpy as np
import tensorflow as tf

from goldnas_tf.deployment.slimming import slimmed
from goldnas_tf.inference.quantisation import bounded, without_rectifications
from goldnas_tf.networks.folded import FoldedNetwork, QuantisedNetwork, ranges

KINDS = ("float32", "float16", "int8")


class _Phone(tf.Module):
    """What is converted; in int8 the converter itself makes the input uint8."""

    def __init__(self, network: FoldedNetwork, input_type: tf.DType):
        super().__init__()
        self._network = network
        image = tf.TensorSpec((1, *network.graph.image.size), input_type, name="images")
        self.answer = tf.function(self._answer, input_signature=[image], autograph=False)

    def _answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"probabilities": tf.nn.softmax(self._network(tf.cast(images, tf.float32)))}


def convert(network: FoldedNetwork, kind: str, calibration: np.ndarray) -> bytes:
    """The content of a LiteRT file.

    float16 halves the weights, not the arithmetic of processors without it. int8 computes in whole
    numbers, with ranges that the calibration images show.

    Args:
        network: what is converted.
        kind: one of `KINDS`.
        calibration: uint8 images (images, height, width, channels) like those it will see; read for
            int8 alone.
    """
    if kind == "int8":
        network = _quantised(network, calibration)
    phone = _Phone(network, tf.float32 if kind == "int8" else tf.uint8)
    function = phone.answer.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], phone)
    if kind != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if kind == "int8":
        # maps say their bounds themselves, so that there is nothing to calibrate
        converter.inference_input_type = tf.uint8
    return slimmed(converter.convert())


def _quantised(network: FoldedNetwork, calibration: np.ndarray) -> QuantisedNetwork:
    graph = without_rectifications(network.graph)
    return QuantisedNetwork(bounded(graph, ranges(graph, calibration)))
