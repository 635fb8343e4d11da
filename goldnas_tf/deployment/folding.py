"""A network for inference: gates and batch norms are folded into the convolutions."""

import functools

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.folded import FoldedCell, affine
from goldnas_tf.networks.network import STEM_GATES
from goldnas_tf.networks.norm import BatchNorm
from goldnas_tf.networks.width import ChannelGates

_FREE_OF_OPERATIONS = {"Const", "Placeholder", "Identity", "NoOp", "ReadVariableOp"}


def folded(model: keras.Model) -> keras.Model:
    """The same function in inference, with as few operators as it takes, in float32.

    Folding is exact but for rounding. A gate and a batch norm after a convolution go into its
    kernel and a bias; so does the pixels' standard deviation. Their mean does not: the convolution
    pads with the zeros of pixels that have the mean taken off.

    Args:
        model: as `network.build` makes it, with any weights.

    Returns:
        A model without weights: all its numbers are constants.
    """
    layers = {layer.name: layer for layer in model.layers}
    deviation = np.sqrt(_constant(layers["normalise"].variance))
    stem_gates = layers.get(STEM_GATES)

    def counterpart(layer: keras.Layer) -> keras.Layer:
        if isinstance(layer, Cell):
            return FoldedCell(layer)
        if isinstance(layer, keras.layers.Conv2D):
            norm = layers[layer.name.removesuffix("_conv") + "_norm"]
            reads_pixels = layer.name == "stem_0_conv"
            gates = 1.0
            if stem_gates and layer.name.startswith("stem_"):
                gates = stem_gates.width.factors(layer.filters).numpy().astype(np.float64)
            return _convolution(layer, norm, 1 / deviation if reads_pixels else 1.0, gates)
        if isinstance(layer, BatchNorm | ChannelGates):
            return keras.layers.Identity(name=layer.name, dtype="float32")
        if isinstance(layer, keras.layers.Normalization):
            mean = _constant(layer.mean).astype(np.float32)
            return keras.layers.Lambda(lambda x: x - mean, name=layer.name, dtype="float32")
        if isinstance(layer, keras.layers.Dense):
            return _classifier(layer)
        return type(layer).from_config({**layer.get_config(), "dtype": "float32"})

    small = keras.models.clone_model(model, clone_function=counterpart)
    small.dtype_policy = "float32"
    return small


def _convolution(
    layer: keras.layers.Conv2D,
    norm: BatchNorm,
    input_factor: np.ndarray | float,
    gates: np.ndarray | float,
) -> keras.Layer:
    weights = {variable.name: variable.numpy().astype(np.float64) for variable in norm.variables}
    factor, bias = affine(
        weights["scale"], weights["shift"], weights["moving_mean"], weights["moving_variance"]
    )
    factor, bias = factor * gates, bias * gates
    kernel = layer.kernel.numpy() * factor * np.reshape(input_factor, (-1, 1))
    convolve = functools.partial(
        _convolve,
        kernel=kernel.astype(np.float32),
        bias=bias.astype(np.float32),
        stride=layer.strides[0],
        padding=layer.padding.upper(),
    )
    return keras.layers.Lambda(convolve, name=layer.name, dtype="float32")


def _convolve(
    x: tf.Tensor, kernel: np.ndarray, bias: np.ndarray, stride: int, padding: str
) -> tf.Tensor:
    return tf.nn.bias_add(tf.nn.conv2d(x, kernel, stride, padding), bias)


def _classifier(layer: keras.layers.Dense) -> keras.Layer:
    kernel, bias = layer.kernel.numpy(), layer.bias.numpy()
    return keras.layers.Lambda(
        lambda x: tf.nn.bias_add(tf.matmul(x, kernel), bias), name=layer.name, dtype="float32"
    )


def _constant(value: keras.Variable | tf.Tensor) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(value), np.float64).reshape(-1)


def operations(function: tf.types.experimental.ConcreteFunction) -> int:
    """How many operators a traced function runs, those that only hold or pass values left out."""
    found = function.graph.get_operations()
    return sum(operation.type not in _FREE_OF_OPERATIONS for operation in found)
