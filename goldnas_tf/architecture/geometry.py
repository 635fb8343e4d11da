"""Sizes of all maps of a network, from the image to what the classifier reads. Plain data.

They follow from the space and from how many groups of channels the stem and every cell keep.
"""

import typing
from collections.abc import Sequence

from goldnas_tf.architecture.places import CELL_INPUTS

_Map = typing.TypeVar("_Map")


class FeatureMap(typing.NamedTuple):
    """Height, width and channels of what flows between cells."""

    height: int
    width: int
    channels: int

    @property
    def pixels(self) -> int:
        """Number of positions."""
        return self.height * self.width

    def halved(self, channels: int) -> "FeatureMap":
        """Half the resolution, rounded up, as a stride of 2 with padding leaves it."""
        return FeatureMap(-(-self.height // 2), -(-self.width // 2), channels)


class CellGeometry(typing.NamedTuple):
    """Sizes in one cell of the network.

    Attributes:
        cell: place in the network, from 0.
        reduction: whether edges from the cell's inputs have stride 2.
        inputs: the two maps read, the older one first, before preprocessing.
        state: the map of an input after preprocessing.
        node: the map of an inner node.
        output: the concatenated inner nodes.
    """

    cell: int
    reduction: bool
    inputs: tuple[FeatureMap, FeatureMap]
    state: FeatureMap
    node: FeatureMap
    output: FeatureMap

    def stride(self, source: int) -> int:
        """Stride of an edge that leaves the given state (0 and 1 are the cell's inputs)."""
        return 2 if self.reduction and source < CELL_INPUTS else 1


class Geometry(typing.NamedTuple):
    """Sizes in a network.

    Attributes:
        image: what is read.
        classes: how many are told apart.
        stem: what each convolution of the stem gives, in order.
        cells: of every cell, in order.
    """

    image: FeatureMap
    classes: int
    stem: tuple[FeatureMap, ...]
    cells: tuple[CellGeometry, ...]

    @property
    def stem_outputs(self) -> tuple[FeatureMap, FeatureMap]:
        """The two maps that the first cell reads, the older one first."""
        return first_inputs(self.stem)


def first_inputs(stem: Sequence[_Map]) -> tuple[_Map, _Map]:
    """What the first cell reads of the maps of a stem: the last two, or the only one twice."""
    return stem[-CELL_INPUTS:][0], stem[-1]
