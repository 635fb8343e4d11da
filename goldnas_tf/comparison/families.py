"""What a found network is compared with: networks of equal cost from three sources. Plain data.

found     the network of the point
random    genotypes of the same space, drawn at the same multiply-adds
narrowed  one hand-made cell everywhere, as wide as the multiply-adds allow
"""

import dataclasses
import random
from collections.abc import Sequence

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.sampling import sample_at_macs
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError

FAMILIES = ("found", "random", "narrowed")
TOLERANCE = 0.03
"""Largest relative difference between the multiply-adds of a random network and the found one."""

_WIDEST = 4


def members(family: str, found: Genotype, seeds: Sequence[int]) -> dict[int, Genotype]:
    """The networks of a family, by seed.

    Args:
        family: one of `FAMILIES`.
        found: the network of the point.
        seeds: of trainings, and of what is drawn.

    Raises:
        InputError: the space has no other network at that cost, or no operator to make a cell of.
    """
    macs = costs.total(found).macs
    if family == "found":
        return dict.fromkeys(seeds, found)
    if family == "narrowed":
        return dict.fromkeys(seeds, narrowed(found.space, macs))
    return {
        seed: sample_at_macs(found.space, macs, random.Random(seed), TOLERANCE) for seed in seeds
    }


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


def narrowed(space: Space, macs: int) -> Genotype:
    """The hand-made network whose channels bring it nearest to the multiply-adds.

    Args:
        space: its images, cells, nodes and operators.
        macs: wanted; channels are whole numbers, so that a network that costs just that is rare.
    """
    widths = range(2, _WIDEST * space.channels + 1)
    networks = [hand_made(dataclasses.replace(space, channels=width)) for width in widths]
    return min(networks, key=lambda network: abs(costs.total(network).macs - macs))
