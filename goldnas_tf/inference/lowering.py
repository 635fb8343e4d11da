"""The graph of a network in inference, from its numbers: with as few operations as it takes.

Stem, preprocessing and every node are one convolution each, besides what is spatial in operators:
gates and batch norms are in its kernel and bias, and skip connections, too (`linear.py`). The last
cell's nodes are never computed: the classifier reads the means of what they are made of.

Reference: GOLD-NAS (arXiv 2007.03331), section 3.1, for what a cell computes.
"""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.geometry import first_inputs
from goldnas_tf.architecture.places import CELL_INPUTS, CellPlace
from goldnas_tf.architecture.primitives import Norm, Relu
from goldnas_tf.inference import chains
from goldnas_tf.inference.graph import (
    Centring,
    Convolution,
    Dense,
    Graph,
    Mean,
    Value,
    rectified,
)
from goldnas_tf.inference.linear import Builder, Linear, Spatial, State
from goldnas_tf.inference.numbers import CellNumbers, Input, NetworkNumbers, of_sizes

_WIDEST = 2
"""Above so many channels for each of its own, a map that skip connections read is computed."""


def lower(numbers: NetworkNumbers) -> Graph:
    """The graph of a network."""
    builder, image = Builder(), Value(numbers.image)
    x = builder.add(Centring(numbers.mean), image, channels=image.channels)
    maps: list[tuple[Value, ...]] = []
    for kernel, bias, stride in numbers.stem:
        operation = Convolution(kernel, bias, stride, relu=True)
        x = builder.add(operation, x, channels=kernel.shape[-1], stride=stride)
        maps.append((x,))
    outputs = dict(enumerate(first_inputs(maps)))
    nodes: list[State] = []
    for index, cell in sorted(numbers.cells.items()):
        nodes = _Cell(cell, builder).nodes({s: outputs[index + s] for s in cell.inputs})
        # the last one is read by the classifier alone, which takes no ReLU
        if index < max(numbers.cells):
            outputs[index + CELL_INPUTS] = tuple(node.rectified for node in nodes)
    _classify(nodes, numbers, builder)
    return Graph(image, tuple(rectified(builder.values)))


def of_genotype(genotype: Genotype) -> Graph:
    """The graph of a network that has no numbers yet: they are zeros."""
    return lower(of_sizes(genotype))


def _classify(nodes: Sequence[State], numbers: NetworkNumbers, builder: Builder) -> None:
    """The classifier of the mean of a cell's output, which is linear in what its nodes are."""
    total = Linear({}, numbers.bias)
    for node, rows in zip(nodes, np.split(numbers.matrix, len(nodes)), strict=True):
        if node.value.convolutions:
            node.compute()
        value = node.value
        products = {map_: found @ rows for map_, found in value.products.items()}
        total = total.plus(Linear(products, value.bias @ rows))
    maps = builder.joined([*total.products])
    builder.values.append(Value(maps.size._replace(height=1, width=1), Mean(), (maps,)))
    matrix = np.concatenate([*total.products.values()])
    builder.add(Dense(matrix, total.bias), builder.values[-1], channels=matrix.shape[-1])


class _Cell:
    """What the operators of a cell compute, and what of it is only linear."""

    def __init__(self, numbers: CellNumbers, builder: Builder):
        self._numbers = numbers
        self._builder = builder
        self._terms: dict[CellPlace, Linear] = {}

    def nodes(self, inputs: Mapping[int, Sequence[Value]]) -> list[State]:
        """Its inner nodes.

        Args:
            inputs: of each input that is read the maps that it is made of, which are ReLUs.
        """
        for source, maps in inputs.items():
            self._read(source, self._input(self._numbers.inputs[source], maps))
        nodes = []
        for node in range(self._numbers.nodes):
            summed = [self._terms[place] for place in self._numbers.chains if place.node == node]
            nodes.append(self._read(CELL_INPUTS + node, functools.reduce(Linear.plus, summed)))
        return nodes

    def _input(self, numbers: Input, maps: Sequence[Value]) -> Linear:
        """An input, brought to the channels and the resolution of the cell."""
        none = np.zeros(self._numbers.channels)
        if numbers.halved:
            kernel = chains.reduction_kernel(numbers.matrix)
            value = Linear({}, none, {Spatial(self._builder.joined(maps), 2, 2): kernel})
        else:
            ends = np.cumsum([map_.channels for map_ in maps])[:-1]
            rows = np.split(numbers.matrix, ends)
            value = Linear(dict(zip(maps, rows, strict=True)), none)
        return value.times(*numbers.norm)

    def _read(self, source: int, value: Linear) -> State:
        """A state of the cell; adds what the operators that read it give to the terms."""
        state = State(value, self._builder)
        reading = {p: chain for p, chain in self._numbers.chains.items() if p.source == source}
        # before its ReLU, where operators read both
        wide = bool(value.convolutions) or value.reads > _WIDEST * self._numbers.channels
        first = [chain[0].primitive for chain in reading.values()]
        if any(not isinstance(one, Relu | Norm) or (wide and one == Norm()) for one in first):
            state.compute()
        for place, chain in reading.items():
            self._terms[place] = chains.term(chain, state, self._builder)
        return state
