"""A network in inference as a function of TensorFlow, in float32 (`inference/lowering.py`)."""

import functools

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.inference.graph import (
    Applied,
    Centring,
    Concatenation,
    Convolution,
    Dense,
    Difference,
    Graph,
    Mean,
    Operation,
    Rectification,
    Sum,
    Value,
)
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.quantisation import Bounded, Range
from goldnas_tf.networks import numbers, parts

_BATCH = 64
"""Images whose maps are there at once."""


class FoldedNetwork:
    """The function of a network in inference, from images with values in 0..255 to logits.

    It has no weights: its numbers are constants.

    Args:
        graph: of the network.

    Attributes:
        graph: of the network.
    """

    def __init__(self, graph: Graph):
        self.graph = graph

    @classmethod
    def of(cls, model: keras.Model) -> "FoldedNetwork":
        """That of a model as `network.build` makes it; an auxiliary head is left out."""
        return cls(lower(numbers.of_model(model)))

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Logits (batch, classes) of images (batch, height, width, channels)."""
        return self.tensors(images)[self.graph.logits]

    def tensors(self, images: tf.Tensor) -> dict[Value, tf.Tensor]:
        """All maps of images (batch, height, width, channels), themselves among them."""
        tensors = {self.graph.image: self._kept(self.graph.image, images)}
        for value in self.graph.values:
            x = compute(value.operation, *[tensors[read] for read in value.reads])
            tensors[value] = self._kept(value, x)
        return tensors

    def _kept(self, value: Value, x: tf.Tensor) -> tf.Tensor:
        """A map as it is kept until it is read."""
        del value
        return x


class QuantisedNetwork(FoldedNetwork):
    """A network whose maps are kept in whole numbers of 8 bits.

    It computes with what these stand for, as a converter to whole numbers expects it.

    Args:
        network: its graph, and the bounds of its maps.
    """

    def __init__(self, network: Bounded):
        super().__init__(network.graph)
        self._bounds = network.bounds

    def _kept(self, value: Value, x: tf.Tensor) -> tf.Tensor:
        return tf.quantization.fake_quant_with_min_max_args(x, *self._bounds[value])


def ranges(graph: Graph, images: np.ndarray) -> dict[Value, Range]:
    """The ranges of all maps of a network.

    Args:
        graph: of the network.
        images: (images, height, width, channels), at least one.
    """
    network, found = FoldedNetwork(graph), dict[Value, Range]()
    for batch in np.array_split(images, -(-len(images) // _BATCH)):
        # a few batches are done before a graph of it were traced
        for value, x in network.tensors(tf.constant(batch, tf.float32)).items():
            flat = tf.reshape(x, [-1, x.shape[-1]])
            seen = Range(tf.reduce_min(flat, 0).numpy(), tf.reduce_max(flat, 0).numpy())
            found[value] = found.get(value, seen).plus(seen)
    return found


@functools.singledispatch
def compute(operation: Operation, *reads: tf.Tensor) -> tf.Tensor:
    """What an operation gives.

    Args:
        operation: of a graph.
        *reads: what it reads, (batch, height, width, channels) each; a mean and what reads it are
            (batch, channels).
    """
    raise NotImplementedError(f"no function computes operations of type {type(operation).__name__}")


@compute.register
def _centring(operation: Centring, x: tf.Tensor) -> tf.Tensor:
    return x - _constant(operation.mean)


@compute.register
def _concatenation(operation: Concatenation, *reads: tf.Tensor) -> tf.Tensor:
    del operation
    return tf.concat(reads, -1)


@compute.register
def _sum(operation: Sum, one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    del operation
    return one + other


@compute.register
def _difference(operation: Difference, one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    del operation
    return one - other


@compute.register
def _rectification(operation: Rectification, x: tf.Tensor) -> tf.Tensor:
    del operation
    return tf.nn.relu(x)


@compute.register
def _convolution(operation: Convolution, x: tf.Tensor) -> tf.Tensor:
    x = tf.nn.conv2d(x, _constant(operation.kernel), operation.stride, "SAME")
    return _ended(x, operation)


@compute.register
def _applied(operation: Applied, x: tf.Tensor) -> tf.Tensor:
    kernel = None if operation.kernel is None else _constant(operation.kernel)
    x = parts.compute(operation.primitive, parts.Activation(x), kernel)
    return _ended(x, operation)


@compute.register
def _mean(operation: Mean, x: tf.Tensor) -> tf.Tensor:
    del operation
    return tf.reduce_mean(x, [1, 2])


@compute.register
def _dense(operation: Dense, x: tf.Tensor) -> tf.Tensor:
    return tf.nn.bias_add(tf.matmul(x, _constant(operation.matrix)), _constant(operation.bias))


def _ended(x: tf.Tensor, operation: Convolution | Applied) -> tf.Tensor:
    """With the bias and the ReLU of an operation."""
    if operation.bias is not None:
        x = tf.nn.bias_add(x, _constant(operation.bias))
    return tf.nn.relu(x) if operation.relu else x


def _constant(numbers: np.ndarray) -> tf.Tensor:
    return tf.constant(numbers, tf.float32)
