"""A network in inference, with as few operators as it takes, in float32.

Stem, preprocessing and every node are one convolution each, besides what is spatial in operators:
gates and batch norms are in its kernel and bias, and skip connections, too (`linear.py`). The last
cell's nodes are never computed: the classifier reads the means of what they are made of.

Reference: GOLD-NAS (arXiv 2007.03331), section 3.1, for what a cell computes.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.geometry import first_inputs
from goldnas_tf.architecture.places import CELL_INPUTS
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.folded_cell import Affine, FoldedCell, affine, constant
from goldnas_tf.networks.linear import Joining, Linear, Map, State
from goldnas_tf.networks.network import STEM_GATES, cell_index
from goldnas_tf.networks.norm import BatchNorm


class FoldedNetwork:
    """The function of a network in inference, from images with values in 0..255 to logits.

    It has no weights: its numbers are those that the model has now. An auxiliary head is left out.

    Args:
        model: as `network.build` makes it.
    """

    def __init__(self, model: keras.Model):
        layers = {layer.name: layer for layer in model.layers}
        self._mean = constant(layers["normalise"].mean).reshape(-1).astype(np.float32)
        self._stem = _stem(layers)
        cells = [layer for layer in model.layers if isinstance(layer, Cell)]
        self._cells = {cell_index(cell): FoldedCell(cell) for cell in cells}
        dense = layers["classifier"]
        self._classifier = tuple(constant(value) for value in (dense.kernel, dense.bias))

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Logits (batch, classes) of images (batch, height, width, channels)."""
        join, x = Joining(), images - self._mean
        maps: list[tuple[Map, ...]] = []
        for kernel, bias, stride in self._stem:
            x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, stride, "SAME"), bias))
            maps.append((join.map(x),))
        rectified = dict(enumerate(first_inputs(maps)))
        nodes: list[State] = []
        for index, cell in sorted(self._cells.items()):
            nodes = cell({s: rectified[index + s] for s in cell.reads}, join)
            # the last one is read by the classifier alone, which takes no ReLU
            if index < max(self._cells):
                rectified[index + CELL_INPUTS] = tuple(node.rectified for node in nodes)
        return self._logits(nodes, join)

    def _logits(self, nodes: Sequence[State], join: Joining) -> tf.Tensor:
        """The classifier of the mean of a cell's output, which is linear in what its nodes are."""
        matrix, bias = self._classifier
        total = Linear({}, bias)
        for node, rows in zip(nodes, np.split(matrix, len(nodes)), strict=True):
            if node.value.convolutions:
                node.compute()
            value = node.value
            products = {map_: found @ rows for map_, found in value.products.items()}
            total = total.plus(Linear(products, value.bias @ rows))
        means = tf.reduce_mean(join([*total.products]).x, [1, 2])
        kernel = np.concatenate([*total.products.values()]).astype(np.float32)
        return tf.nn.bias_add(tf.matmul(means, kernel), total.bias.astype(np.float32))


def _stem(layers: Mapping[str, keras.Layer]) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Kernel, bias and stride of every convolution of the stem.

    The pixels' standard deviation is in the first kernel. Their mean is not: the convolution pads
    with the zeros of pixels that have the mean taken off.
    """
    deviation = np.sqrt(constant(layers["normalise"].variance)).reshape(-1, 1)
    found: list[tuple[np.ndarray, np.ndarray, int]] = []
    gates = layers.get(STEM_GATES)
    for name, layer in layers.items():
        if not (name.startswith("stem_") and isinstance(layer, keras.layers.Conv2D)):
            continue
        factor, bias = _of_norm(layers[name.removesuffix("_conv") + "_norm"])
        if gates is not None:
            strengths = constant(gates.width.factors(layer.filters))
            factor, bias = factor * strengths, bias * strengths
        kernel = constant(layer.kernel) * factor
        if not found:
            kernel /= deviation
        found.append((kernel.astype(np.float32), bias.astype(np.float32), layer.strides[0]))
    return found


def _of_norm(norm: BatchNorm) -> Affine:
    values = {variable.name: constant(variable) for variable in norm.variables}
    statistics = values["moving_mean"], values["moving_variance"]
    return affine(values["scale"], values["shift"], *statistics)
