"""What is measured: the sizes of supernets, and how much of them is left. No TensorFlow."""

import collections
import math
import random
import typing

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space


class Shape(typing.NamedTuple):
    """A training step.

    Attributes:
        channels: of the first cells.
        cells: in the network.
        batch: images in a step.
        side: of an image, in pixels.
        groups: of channels in every width; 1 where widths stay.
        nodes: of a cell.
    """

    channels: int
    cells: int
    batch: int
    side: int = 32
    groups: int = 1
    nodes: int = 4

    def __str__(self) -> str:
        widths = f", widths in {self.groups} groups" if self.groups > 1 else ""
        return f"C={self.channels}, {self.cells} cells, batch {self.batch}{widths}"

    @property
    def space(self) -> Space:
        """The space of that size, for coloured square images of ten classes."""
        return Space(
            (self.side, self.side, 3),
            10,
            cells=self.cells,
            channels=self.channels,
            nodes=self.nodes,
            width_groups=self.groups,
        )

    @property
    def with_widths(self) -> "Shape":
        """The same where widths are searched, in up to four groups."""
        fitting = (groups for groups in (4, 3, 2) if self.channels % (2 * groups) == 0)
        return self._replace(groups=next(fitting))


SHAPES = (Shape(16, 8, 32), Shape(16, 8, 96), Shape(36, 14, 16))
SHARES = (1.0, 0.5, 0.25, 0.12)


def genotype(space: Space, share: float, seed: int = 0) -> Genotype:
    """The full space after operators died at random, but for the last one of each node.

    They die in the same order for every share, so that each network is part of the larger ones.

    Args:
        space: of the network.
        share: of the operators' multiply-adds that is left, or a little less; and of the groups of
            channels of every width, or a little more.
        seed: decides the order.
    """
    places = list(Genotype.full(space).ordered)
    random.Random(seed).shuffle(places)
    macs = {place: costs.operator(space.geometry, place).macs for place in places}
    left = collections.Counter(place.feeds for place in places)
    total, goal, dead = sum(macs.values()), share * sum(macs.values()), set()
    for place in places:
        if total <= goal:
            break
        if left[place.feeds] > 1:
            left[place.feeds] -= 1
            total -= macs[place]
            dead.add(place)
    left_of_each = math.ceil(share * space.width_groups)
    groups = frozenset(group for group in space.groups if group.number < left_of_each)
    return Genotype(space, frozenset(places) - dead, groups)
