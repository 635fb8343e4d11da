"""The cell for inference: its gates and batch norms are in its kernels and biases.

In inference a batch norm is y = a·x + b in each channel, with a = scale / √(variance + ε) and
b = shift − a·mean. After a pointwise convolution a goes into the kernel, and b stays as its bias;
after a pooling, or where there was nothing but the norm, one multiplication by a is left. The gate
of an operator multiplies both. A bias after such a multiplication goes into that of a convolution
which the same node adds.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.parts import LAST
from goldnas_tf.architecture.places import CellPlace
from goldnas_tf.networks import parts
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.layout import Step, input_norm, plain_norms
from goldnas_tf.networks.norm import EPSILON, MapShape


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
        form = {"gated": False, "drop_path": False, "dtype": "float32"}
        super().__init__(**{**cell.get_config(), **form})
        self._constants = _Constants()
        self._fold_inputs(cell)
        self._fold_operators(cell)

    def build(self, input_shape: Sequence[MapShape]) -> None:
        """There is nothing to create."""

    def call(self, inputs: list[tf.Tensor], training: bool = False) -> tf.Tensor:
        """Computes the cell in inference, whatever `training` says."""
        del training
        return self._compute(inputs, self._constants.kernels, self._rest_of_norm, factors={})

    def _rest_of_norm(self, name: str, x: tf.Tensor) -> tf.Tensor:
        """What folding has left of a batch norm."""
        if name in self._constants.factors:
            x = x * self._constants.factors[name]
        if name in self._constants.biases:
            x = tf.nn.bias_add(x, self._constants.biases[name].astype(np.float32))
        return x

    @staticmethod
    def _sum(terms: list[tf.Tensor]) -> tf.Tensor:
        # in pairs: phones have a quick sum of two, none of many; and the last one comes negated, as
        # TensorFlow's optimiser gives up where a ReLU and others read the sum of a convolution
        *others, last = terms
        return functools.reduce(tf.add, others) - last if others else last

    def _fold_inputs(self, cell: Cell) -> None:
        values, norms = _values(cell), _affine(cell)
        for source in self.layout.reads:
            name = input_norm(source)
            factor, bias = norms[name]
            matrix = values[f"input_{source}"] * factor
            halved = source in self.halved
            kernel = parts.reduction_kernel(matrix) if halved else parts.pointwise_kernel(matrix)
            self._constants.kernels["input", name] = kernel.astype(np.float32)
            self._constants.biases[name] = bias

    def _fold_operators(self, cell: Cell) -> None:
        values, norms = _values(cell), _affine(cell)
        # the other cell may share a norm where this one has one for each operator
        found = plain_norms(cell.layout, self.layout)
        strengths = cell.gate_values().numpy() if cell.gated else np.ones(len(cell.operators))
        for place in self.operators:
            for step in self.layout.steps[place]:
                rows = {
                    bank: values[bank][cell.rows[bank].index(step.key)]
                    for bank in step.part.kernels(self.channels, step.stride)
                }
                factors = {}
                for norm in (*step.part.inner_norms, LAST):
                    name, gate = found[step.norm_of(norm)]
                    scale = 1.0 if gate is None else strengths[gate] * self._sign(place)
                    factor, bias = (part * scale for part in norms[name])
                    factors[norm] = factor
                    self._constants.biases[step.norm_of(norm)] = bias
                self._fold_step(step, factors, rows)
        for node in range(self.nodes):
            self._merge_biases([place for place in self.operators if place.node == node])

    def _sign(self, place: CellPlace) -> float:
        """How the sum of a node takes an operator: the last of several is subtracted."""
        places = [other for other in self.operators if other.node == place.node]
        return -1.0 if place == places[-1] and len(places) > 1 else 1.0

    def _fold_step(
        self, step: Step, factors: Mapping[str, np.ndarray], rows: Mapping[str, np.ndarray]
    ) -> None:
        kernels, taken = parts.fold(step.part, step.stride, rows, factors)
        for norm in factors.keys() - taken:
            self._constants.factors[step.norm_of(norm)] = factors[norm].astype(np.float32)
        for bank, kernel in kernels.items():
            self._constants.kernels[bank, step.key] = kernel.astype(np.float32)

    def _merge_biases(self, places: Sequence[CellPlace]) -> None:
        """Moves biases that cost an addition to a convolution of the sum, which has one anyway."""
        constants = self._constants
        norms = {self.layout.steps[place][-1].norm: self._sign(place) for place in places}
        costly = [norm for norm in norms if norm in constants.factors]
        free = [norm for norm in norms if norm not in constants.factors]
        carrier = (free or costly)[0]
        for norm in costly:
            if norm != carrier:
                bias = constants.biases.pop(norm)
                constants.biases[carrier] += bias * norms[norm] * norms[carrier]


def affine(
    scale: np.ndarray | float,
    shift: np.ndarray | float,
    mean: np.ndarray,
    variance: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Factor and bias of a batch norm in inference, in double precision."""
    factor = np.asarray(scale, np.float64) / np.sqrt(np.asarray(variance, np.float64) + EPSILON)
    return factor, shift - mean * factor


def _values(cell: Cell) -> dict[str, np.ndarray]:
    return {variable.name: variable.numpy().astype(np.float64) for variable in cell.variables}


def _affine(cell: Cell) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Factor and bias of every batch norm of a cell by its name, without gates."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for table in cell.norms:
        scale, shift = (values.numpy().astype(np.float64) for values in table.affine(cell.width))
        mean, variance = (values.numpy().astype(np.float64) for values in table.statistics)
        rows = affine(scale, shift, mean, variance)
        found |= dict(zip(table.names, zip(*rows, strict=True), strict=True))
    return found
