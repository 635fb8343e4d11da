"""What a found network is compared with: networks of equal cost from other sources.

found      the network of the point
random     genotypes of the same space, drawn at the same cost
resnet     a small residual network, as wide as the cost allows
mobilenet  inverted residuals, likewise
narrowed   one hand-made cell of the same space everywhere, likewise
"""

import dataclasses
import random
from collections.abc import Sequence

from goldnas_tf.architecture import operators, resources
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.sampling import sample_at
from goldnas_tf.architecture.space import Space
from goldnas_tf.comparison import keras_families
from goldnas_tf.comparison.settings import FOUND
from goldnas_tf.errors import InputError
from goldnas_tf.training.blueprint import Blueprint, GenotypeBlueprint

TOLERANCE = 0.03
"""Largest relative difference between the cost of a random network and that of the found one."""

_WIDEST = 4


def members(family: str, found: Genotype, cost: str, seeds: Sequence[int]) -> dict[int, Blueprint]:
    """The networks of a family, by seed.

    Args:
        family: one of `settings.FAMILIES`.
        found: the network of the point.
        cost: what they have in common: a resource that can be counted.
        seeds: of trainings, and of what is drawn.

    Raises:
        InputError: the space has no other network at that cost, or no operator to make a cell of.
    """
    amount = resources.total(found, gated=False)[cost]
    if family == "random":
        drawn = {
            seed: sample_at(found.space, cost, amount, random.Random(seed), TOLERANCE)
            for seed in seeds
        }
        return {seed: GenotypeBlueprint(genotype) for seed, genotype in drawn.items()}
    if family in keras_families.NAMES:
        return dict.fromkeys(seeds, keras_families.nearest(family, found.space, cost, amount))
    genotype = found if family == FOUND else narrowed(found.space, cost, amount)
    return dict.fromkeys(seeds, GenotypeBlueprint(genotype))


def hand_made(space: Space) -> Genotype:
    """A plain cell in every place: a chain of residual blocks.

    The first node adds a convolution of each input. Every later one adds a convolution of the node
    before it to a skip connection of the state before that.

    Args:
        space: with at least one operator that has kernels at stride 1; the first of them is the
            convolution. Without a skip connection the chain has none.

    Raises:
        InputError: the space has no such operator.
    """
    kernels = {
        op: any(part.kernels(space.channels, 1) for part in operators.get(op).parts)
        for op in space.ops
    }
    convolutions = [op for op, has_kernels in kernels.items() if has_kernels]
    if not convolutions:
        raise InputError(
            "ops: expected an operator with kernels, for a hand-made cell; received "
            f"{', '.join(space.ops)}"
        )
    places = set()
    for cell in range(space.cells):
        places |= {Place(cell, 0, source, convolutions[0]) for source in range(CELL_INPUTS)}
        for node in range(1, space.nodes):
            before = CELL_INPUTS + node - 1
            places.add(Place(cell, node, before, convolutions[0]))
            if "skip_connect" in space.ops:
                places.add(Place(cell, node, before - 1, "skip_connect"))
    return Genotype(space, frozenset(places))


def narrowed(space: Space, cost: str, amount: float) -> Genotype:
    """The network of hand-made cells whose channels bring it nearest to a cost.

    Args:
        space: its images, cells, nodes and operators.
        cost: a resource that can be counted.
        amount: wanted of it; channels are whole numbers, so that a network that costs just that is
            rare.
    """
    widths = range(2, _WIDEST * space.channels + 1)
    networks = [hand_made(dataclasses.replace(space, channels=width)) for width in widths]
    return min(
        networks, key=lambda network: abs(resources.total(network, gated=False)[cost] - amount)
    )
