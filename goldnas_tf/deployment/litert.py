"""LiteRT (TFLite) files for phones, in float32, float16 and int8, all called alike.

Signature `serving_default`: from `images`, uint8 (1, height, width, channels), pixels as they come
from a camera or a file, to `probabilities`, float32 (1, classes). The batch is one image: a phone
has one at a time, and fixed shapes run fastest. An interpreter can still resize its input.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from goldnas_tf.deployment.slimming import slimmed
from goldnas_tf.inference.graph import Value
from goldnas_tf.inference.quantisation import bounded, without_rectifications
from goldnas_tf.networks.folded import FoldedNetwork, QuantisedNetwork, ranges

KINDS = ("float32", "float16", "int8")


class _Phone(tf.Module):
    """What is converted; in int8 the converter itself makes the input uint8."""

    def __init__(self, network: FoldedNetwork, kind: str, maps: Sequence[Value] = ()):
        super().__init__()
        self._network, self._maps = network, maps
        input_type = tf.float32 if kind == "int8" else tf.uint8
        image = tf.TensorSpec((1, *network.graph.image.size), input_type, name="images")
        self.answer = tf.function(self._answer, input_signature=[image], autograph=False)

    def _answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        tensors = self._network.tensors(tf.cast(images, tf.float32))
        if self._maps:
            return {f"map_{number}": tensors[map_] for number, map_ in enumerate(self._maps)}
        return {"probabilities": tf.nn.softmax(tensors[self._network.graph.logits])}


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
    return slimmed(_converter(_Phone(network, kind), kind).convert())


def convert_maps(network: FoldedNetwork, kind: str, maps: Sequence[Value]) -> bytes:
    """The content of a LiteRT file that gives some maps of a network instead of its answer.

    Args:
        network: what is converted; for int8 a `QuantisedNetwork`.
        kind: one of `KINDS`.
        maps: what is given, as the file keeps it.
    """
    converter = _converter(_Phone(network, kind, maps), kind)
    if kind == "int8":
        converter.inference_output_type = tf.int8
    return converter.convert()


def _converter(phone: _Phone, kind: str) -> tf.lite.TFLiteConverter:
    function = phone.answer.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], phone)
    if kind != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if kind == "int8":
        # maps say their bounds themselves, so that there is nothing to calibrate
        converter.inference_input_type = tf.uint8
    return converter


def _quantised(network: FoldedNetwork, calibration: np.ndarray) -> QuantisedNetwork:
    graph = without_rectifications(network.graph)
    return QuantisedNetwork(bounded(graph, ranges(graph, calibration)))
