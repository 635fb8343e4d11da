"""The cell for inference: its gates and batch norms are in its kernels and biases.

In inference a batch norm is y = a·x + b in each channel, with a = scale / √(variance + ε) and
b = shift − a·mean. After a pointwise convolution a goes into the kernel, and b stays as its bias;
after a pooling, or where there was nothing but the norm, one multiplication by a is left. The gate
of an operator multiplies both. Of the biases that a node adds one is left, their sum.
"""

import dataclasses
import functools

import numpy as np
import tensorflow as tf

from goldnas_tf import operators
from goldnas_tf.layers.cell import Cell
from goldnas_tf.layers.layout import input_norm
from goldnas_tf.layers.norm import EPSILON


@dataclasses.dataclass(eq=False)
class _Constants:
    """What a folded cell computes with; not a dict of the layer, which Keras would track.

    Attributes:
        kernels: by bank and row, as convolutions take them.
        factors: a of every norm that no kernel took, by its name.
        biases: b of every norm that has one, by its name.
    """

    kernels: dict[tuple[str, str], np.ndarray] = dataclasses.field(default_factory=dict)
    factors: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    biases: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)


class FoldedCell(Cell):
    """A cell that computes in inference what another one does, with fewer operators, in float32.

    Its numbers are constants, so that it has no weights: it cannot be trained or loaded.

    Args:
        cell: a built one, gated or plain; its values now are what counts.
    """

    def __init__(self, cell: Cell):
        super().__init__(**{**cell.get_config(), "gated": False, "dtype": "float32"})
        self._constants = _Constants()
        self._fold_inputs(cell)
        self._fold_edges(cell)

    def build(self, input_shape):
        """There is nothing to create."""

    def call(self, inputs, training=False):
        """Computes the cell in inference, whatever `training` says."""
        del training
        gates = dict.fromkeys(self.edges)
        return self._compute(inputs, self._constants.kernels, self._rest_of_norm, gates)

    def _rest_of_norm(self, name, x):
        """What folding has left of a batch norm."""
        if name in self._constants.factors:
            x = x * self._constants.factors[name]
        if name in self._constants.biases:
            x = tf.nn.bias_add(x, self._constants.biases[name])
        return x

    @staticmethod
    def _sum(terms):
        # phones have a quick sum of two, none of many
        return functools.reduce(tf.add, terms)

    def _fold_inputs(self, cell):
        values, norms = _values(cell), _affine(cell)
        for source in self._layout.reads:
            name = input_norm(source)
            factor, bias = norms[name]
            matrix = values[f"input_{source}"] * factor
            self._constants.kernels["input", name] = _kernel(matrix, source in self.halved)
            self._constants.biases[name] = bias.astype(np.float32)

    def _fold_edges(self, cell):
        values, norms = _values(cell), _affine(cell)
        strengths = cell.strengths().numpy() if cell.gated else np.ones(len(cell.edges))
        node_biases = [{} for _ in range(self.nodes)]
        for edge, strength in zip(self.edges, strengths, strict=True):
            steps = self._layout.steps[edge]
            # the other cell may share a norm where this one has one for each operator
            for step, other in zip(steps, cell._layout.steps[edge], strict=True):
                gate = strength if step is steps[-1] else 1.0
                factor, bias = (part * gate for part in norms[other.norm])
                self._fold_step(
                    step,
                    factor,
                    {
                        bank: values[bank][cell.rows[bank].index(other.key)]
                        for bank in step.stage.kernels(self.channels, step.stride)
                    },
                )
                self._constants.biases[step.norm] = bias.astype(np.float32)
            node_biases[edge.node][step.norm] = bias
        for biases in node_biases:
            self._add_up(biases)

    def _fold_step(self, step, factor, rows):
        if "pointwise" in rows:
            reduces = isinstance(step.stage, operators.Skip)
            rows["pointwise"] = _kernel(rows["pointwise"] * factor, reduces)
        else:
            self._constants.factors[step.norm] = factor.astype(np.float32)
        for bank, row in rows.items():
            self._constants.kernels[bank, step.key] = row.astype(np.float32)

    def _add_up(self, biases):
        """Leaves one bias of those that a node adds, with a convolution where there is one."""
        constants = self._constants
        for norm in biases:
            del constants.biases[norm]
        convolved = [norm for norm in biases if norm not in constants.factors]
        carrier = [*convolved, *biases][0]
        constants.biases[carrier] = sum(biases.values()).astype(np.float32)


def affine(scale, shift, mean, variance):
    """Factor and bias of a batch norm in inference, in double precision."""
    factor = np.asarray(scale, np.float64) / np.sqrt(np.asarray(variance, np.float64) + EPSILON)
    return factor, shift - mean * factor


def _values(cell):
    return {variable.name: variable.numpy().astype(np.float64) for variable in cell.variables}


def _affine(cell):
    """Factor and bias of every batch norm of a cell by its name, without gates."""
    values = _values(cell)
    scale, shift = values.get("scale", 1.0), values.get("shift", 0.0)
    rows = affine(scale, shift, values["moving_mean"], values["moving_variance"])
    return dict(zip(cell._layout.norms, zip(*rows, strict=True), strict=True))


def _kernel(matrix, reduces):
    """A matrix (in, out) as the kernel of a 1×1 convolution, or of a factorised reduction.

    In that one of stride 2 the first half of the outputs reads pixel (0, 0) of each 2×2, the second
    half pixel (1, 1).
    """
    if not reduces:
        return matrix[None, None].astype(np.float32)
    half = matrix.shape[-1] // 2
    kernel = np.zeros((2, 2, *matrix.shape), np.float32)
    kernel[0, 0, :, :half] = matrix[:, :half]
    kernel[1, 1, :, half:] = matrix[:, half:]
    return kernel
