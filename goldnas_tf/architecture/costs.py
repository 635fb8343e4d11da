"""Exact costs of a genotype: multiply-adds and parameters, as integers. No TensorFlow.

A convolution or dense kernel of K elements that is applied at P positions costs K·P multiply-adds
("FLOPs" in the papers) and K parameters. Batch norm, ReLU, pooling and additions are free of
multiply-adds. Everything is counted from one list of kernels, so that the penalty which is
optimised (`training/objective.py`) and the cost which is reported rest on the same table.

Parameters are those of the network as the search trains and exports it: kernels, biases, the
stem's batch-norm scales and shifts, and one gate for each operator. A network built for training
from scratch (`gated=False`) has a scale and shift in every batch norm and no gates.
"""

import dataclasses
import math
from collections.abc import Iterable

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.architecture.space import FeatureMap, Space


@dataclasses.dataclass(frozen=True)
class Cost:
    """Multiply-adds for one image, and parameters."""

    macs: int
    params: int

    def plus(self, other: "Cost") -> "Cost":
        """The sum of two costs."""
        return Cost(self.macs + other.macs, self.params + other.params)


def kernel(shape: Iterable[int], positions: int) -> Cost:
    """Cost of one kernel that is applied at so many positions."""
    elements = math.prod(shape)
    return Cost(elements * positions, elements)


def operator(space: Space, place: Place, gated: bool = True) -> Cost:
    """Cost of one operator: what the network loses when it alone is pruned."""
    geometry = space.geometry[place.cell]
    channels = geometry.node.channels
    candidate = operators.get(place.op)
    cost = Cost(0, 1 if gated else 2 * channels * len(candidate.parts))
    for part, stride in candidate.strided(geometry.stride(place.source)):
        for bank in part.kernels(channels, stride).values():
            cost = cost.plus(kernel(bank.shape, geometry.node.pixels))
    return cost


def preprocessing(space: Space, cell: int, source: int, gated: bool = True) -> Cost:
    """Cost of bringing one input of a cell to the cell's channels and resolution."""
    geometry = space.geometry[cell]
    shape = (geometry.inputs[source].channels, geometry.state.channels)
    affine = 0 if gated else 2 * geometry.state.channels
    return kernel(shape, geometry.state.pixels).plus(Cost(0, affine))


def stem(space: Space) -> Cost:
    """Cost of the stem, with the scales and shifts of its batch norms."""
    cost = Cost(0, 0)
    for shape, output in stem_kernels(space):
        cost = cost.plus(kernel(shape, output)).plus(Cost(0, 2 * shape[-1]))
    return cost


def stem_kernels(space: Space) -> list[tuple[tuple[int, int, int, int], int]]:
    """The stem's 3×3 kernels (height, width, in, out) and the positions each is applied at."""
    height, width, image_channels = space.image_shape
    older, newer = space.stem_outputs
    if space.stem == "cifar":
        return [((3, 3, image_channels, newer.channels), newer.pixels)]
    first = FeatureMap(height, width, image_channels).halved(space.channels // 2)
    return [
        ((3, 3, image_channels, first.channels), first.pixels),
        ((3, 3, first.channels, older.channels), older.pixels),
        ((3, 3, older.channels, newer.channels), newer.pixels),
    ]


def classifier(space: Space) -> Cost:
    """Cost of the linear classifier on the pooled output of the last cell."""
    features = space.geometry[-1].output.channels
    return kernel((features, space.classes), 1).plus(Cost(0, space.classes))


def outside_gates(genotype: Genotype, gated: bool = True) -> Cost:
    """Cost of what has no gate: stem, the preprocessing that is read, classifier."""
    space = genotype.space
    cost = stem(space).plus(classifier(space))
    for cell in genotype.live_cells:
        for source in genotype.reads(cell):
            cost = cost.plus(preprocessing(space, cell, source, gated))
    return cost


def in_gates(genotype: Genotype, gated: bool = True) -> Cost:
    """Cost of all live operators."""
    cost = Cost(0, 0)
    for place in genotype.ordered:
        cost = cost.plus(operator(genotype.space, place, gated))
    return cost


def total(genotype: Genotype, gated: bool = True) -> Cost:
    """Cost of the network: what is counted on the built Keras model (auxiliary head left out)."""
    return outside_gates(genotype, gated).plus(in_gates(genotype, gated))
