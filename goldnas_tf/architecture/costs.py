"""Exact costs of a genotype: multiply-adds and parameters, as integers. No TensorFlow.

A convolution or dense kernel of K elements that is applied at P positions costs K·P multiply-adds
("FLOPs" in the papers) and K parameters. Batch norm, ReLU, pooling and additions are free of
multiply-adds. Everything is counted from one list of kernels, so that the penalty which is
optimised (`training/objective.py`) and the cost which is reported rest on the same table.

Parameters are those of the network as the search trains and exports it: kernels, biases, the
stem's batch-norm scales and shifts, and one gate for each operator, and for each group of channels
where widths are searched. A network built for training from scratch (`gated=False`) has a scale and
shift in every batch norm and no gates.
"""

import dataclasses
import itertools
import math
from collections.abc import Iterable

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.geometry import Geometry
from goldnas_tf.architecture.places import Place


@dataclasses.dataclass(frozen=True)
class Cost:
    """Multiply-adds for one image, and parameters."""

    macs: int
    params: int

    def plus(self, other: "Cost") -> "Cost":
        """The sum of two costs."""
        return Cost(self.macs + other.macs, self.params + other.params)


GATE = Cost(0, 1)
"""Of the gate of a group of channels."""


def kernel(shape: Iterable[int], positions: int) -> Cost:
    """Cost of one kernel that is applied at so many positions."""
    elements = math.prod(shape)
    return Cost(elements * positions, elements)


def operator(geometry: Geometry, place: Place, gated: bool = True) -> Cost:
    """Cost of one operator: what the network loses when it alone is pruned."""
    cell = geometry.cells[place.cell]
    channels = cell.node.channels
    candidate = operators.get(place.op)
    norms = sum(1 + sum(part.inner_norms.values()) for part in candidate.parts)
    cost = Cost(0, 1 if gated else 2 * channels * norms)
    for part, stride in candidate.strided(cell.stride(place.source)):
        before = cell.state.pixels if stride == 2 else cell.node.pixels
        for bank in part.kernels(channels, stride).values():
            cost = cost.plus(kernel(bank.shape, before if bank.before_stride else cell.node.pixels))
    return cost


def preprocessing(geometry: Geometry, cell: int, source: int, gated: bool = True) -> Cost:
    """Cost of bringing one input of a cell to the cell's channels and resolution."""
    sizes = geometry.cells[cell]
    shape = (sizes.inputs[source].channels, sizes.state.channels)
    affine = 0 if gated else 2 * sizes.state.channels
    return kernel(shape, sizes.state.pixels).plus(Cost(0, affine))


def stem(geometry: Geometry) -> Cost:
    """Cost of the stem, with the scales and shifts of its batch norms."""
    cost = Cost(0, 0)
    for shape, output in stem_kernels(geometry):
        cost = cost.plus(kernel(shape, output)).plus(Cost(0, 2 * shape[-1]))
    return cost


def stem_kernels(geometry: Geometry) -> list[tuple[tuple[int, int, int, int], int]]:
    """The stem's 3×3 kernels (height, width, in, out) and the positions each is applied at."""
    maps = (geometry.image, *geometry.stem)
    return [
        ((3, 3, before.channels, after.channels), after.pixels)
        for before, after in itertools.pairwise(maps)
    ]


def classifier(geometry: Geometry) -> Cost:
    """Cost of the linear classifier on the pooled output of the last cell."""
    features = geometry.cells[-1].output.channels
    return kernel((features, geometry.classes), 1).plus(Cost(0, geometry.classes))


def outside_gates(genotype: Genotype, gated: bool = True) -> Cost:
    """Cost of what no operator has: stem, the preprocessing that is read, classifier, widths."""
    geometry = genotype.geometry
    cost = stem(geometry).plus(classifier(geometry))
    for cell in genotype.live_cells:
        for source in genotype.reads(cell):
            cost = cost.plus(preprocessing(geometry, cell, source, gated))
    gates = len(genotype.groups) if gated else 0
    return cost.plus(Cost(gates * GATE.macs, gates * GATE.params))


def in_gates(genotype: Genotype, gated: bool = True) -> Cost:
    """Cost of all live operators."""
    cost = Cost(0, 0)
    for place in genotype.ordered:
        cost = cost.plus(operator(genotype.geometry, place, gated))
    return cost


def total(genotype: Genotype, gated: bool = True) -> Cost:
    """Cost of the network: what is counted on the built Keras model (auxiliary head left out)."""
    return outside_gates(genotype, gated).plus(in_gates(genotype, gated))
