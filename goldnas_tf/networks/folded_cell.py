"""A cell in inference: what its operators compute, and what of it is only linear."""

import functools
from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.places import CELL_INPUTS, CellPlace
from goldnas_tf.architecture.primitives import Norm, Relu
from goldnas_tf.networks import chains
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.chains import Link
from goldnas_tf.networks.layout import Layout, input_norm, plain_norms
from goldnas_tf.networks.linear import Joining, Linear, Map, Spatial, State
from goldnas_tf.networks.norm import EPSILON

_WIDEST = 4
"""Above so many channels for each of its own, a map that skip connections read is computed."""

Affine = tuple[np.ndarray, np.ndarray]


class FoldedCell:
    """The function of a cell in inference.

    Args:
        cell: a built one, gated or plain; its values now are what counts.

    Attributes:
        reads: the inputs (0, 1) that are read.
    """

    def __init__(self, cell: Cell):
        layout = Layout(cell.operators, cell.channels, cell.reduction, gated=False)
        self.reads = layout.reads
        self._operators, self._nodes = cell.operators, cell.nodes
        self._channels, self._halved = cell.channels, cell.halved
        values = {variable.name: constant(variable) for variable in cell.variables}
        norms = _norms(cell, layout)
        self._inputs = {
            source: (values[f"input_{source}"], *norms[input_norm(source)]) for source in self.reads
        }
        kernels = {
            (bank, key): row
            for bank, keys in cell.layout.kernels.items()
            for key, row in zip(keys, values[bank], strict=True)
        }
        self._chains = {
            place: tuple(_chain(layout, place, kernels, norms)) for place in cell.operators
        }

    def __call__(self, inputs: Mapping[int, Sequence[Map]], join: Joining) -> list[State]:
        """Its inner nodes.

        Args:
            inputs: of each input that is read the maps that it is made of, which are ReLUs.
            join: of the network.
        """
        terms: dict[CellPlace, Linear] = {}
        for source, maps in inputs.items():
            self._read(source, self._input(source, maps, join), join, terms)
        nodes = []
        for node in range(self._nodes):
            summed = [terms[place] for place in self._operators if place.node == node]
            value = functools.reduce(Linear.plus, summed)
            nodes.append(self._read(CELL_INPUTS + node, value, join, terms))
        return nodes

    def _input(self, source: int, maps: Sequence[Map], join: Joining) -> Linear:
        """An input, brought to the channels and the resolution of the cell."""
        matrix, factor, bias = self._inputs[source]
        if source in self._halved:
            kernel = chains.reduction_kernel(matrix)
            value = Linear({}, np.zeros_like(bias), {Spatial(join(maps), 2, 2): kernel})
            return value.times(factor, bias)
        ends = np.cumsum([map_.channels for map_ in maps])[:-1]
        products = dict(zip(maps, np.split(matrix, ends), strict=True))
        return Linear(products, np.zeros_like(bias)).times(factor, bias)

    def _read(
        self, source: int, value: Linear, join: Joining, terms: dict[CellPlace, Linear]
    ) -> State:
        """A state of the cell; adds what the operators that read it give to the terms."""
        state = State(value, join)
        reading = {p: self._chains[p] for p in self._operators if p.source == source}
        # before its ReLU, where operators read both
        wide = bool(value.convolutions) or value.reads > _WIDEST * self._channels
        first = [chain[0].primitive for chain in reading.values()]
        if any(not isinstance(one, Relu | Norm) or (wide and one == Norm()) for one in first):
            state.compute()
        for place, chain in reading.items():
            terms[place] = chains.term(chain, state, join)
        return state


def _chain(
    layout: Layout,
    place: CellPlace,
    kernels: Mapping[tuple[str, str], np.ndarray],
    norms: Mapping[str, Affine],
) -> Iterator[Link]:
    """The primitives of an operator, with their numbers."""
    for step in layout.steps[place]:
        for primitive in step.part.primitives(step.stride):
            if isinstance(primitive, Norm):
                factor, bias = norms[step.norm_of(primitive.name)]
                yield Link(primitive, factor=factor, bias=bias)
            else:
                kernel = kernels.get((primitive.bank, step.key))
                yield Link(primitive) if kernel is None else Link(primitive, kernel)


def _norms(cell: Cell, layout: Layout) -> dict[str, Affine]:
    """Factor and bias of every batch norm of a cell, with the gates.

    Args:
        cell: a built one, gated or plain.
        layout: of the cell without gates, whose names norms have here: the one with gates may share
            a norm where this one has one for each operator.
    """
    of_cell: dict[str, Affine] = {}
    for table in cell.norms:
        scale, shift = map(constant, table.affine(cell.width))
        rows = affine(scale, shift, *map(constant, table.statistics))
        of_cell |= dict(zip(table.names, zip(*rows, strict=True), strict=True))
    strengths = constant(cell.gate_values()) if cell.gated else np.ones(len(cell.operators))
    found = {}
    for name, (other, gate) in plain_norms(cell.layout, layout).items():
        strength = 1.0 if gate is None else strengths[gate]
        factor, bias = of_cell[other]
        found[name] = factor * strength, bias * strength
    return found


def affine(scale: np.ndarray, shift: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> Affine:
    """Factor and bias of batch norms in inference."""
    factor = scale / np.sqrt(variance + EPSILON)
    return factor, shift - mean * factor


def constant(value: keras.Variable | tf.Tensor) -> np.ndarray:
    """The numbers of now, in double precision."""
    return np.asarray(keras.ops.convert_to_numpy(value), np.float64)
