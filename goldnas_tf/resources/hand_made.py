"""Networks of a space that nobody searched for: one plain cell everywhere, at any width."""

import dataclasses

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.space import WIDTHS_STAY, Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources

_WIDEST = 4


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
    fixed = dataclasses.replace(space, **WIDTHS_STAY)
    networks = [hand_made(dataclasses.replace(fixed, channels=width)) for width in widths]
    return min(
        networks, key=lambda network: abs(resources.total(network, gated=False)[cost] - amount)
    )
