"""Where operators stand. Plain data, no TensorFlow.

An edge leads from a state of a cell to a later inner node, and carries operators. States 0 and 1
are the cell's inputs, the older one first; state n + 2 is inner node n. The channels of a cell, and
of the stem, go in groups.
"""

import typing

CELL_INPUTS = 2
STEM = -1
"""What stands for a cell where channels are the stem's."""

_WIDTH = -1


class Node(typing.NamedTuple):
    """What keeps at least one of its gates: an inner node of a network, or the width of a cell.

    Attributes:
        cell: from 0; `STEM` for the width of the stem.
        node: from 0; −1 for the width.
    """

    cell: int
    node: int

    @property
    def is_width(self) -> bool:
        """Whether it is the width of a cell, or of the stem."""
        return self.node == _WIDTH


class CellPlace(typing.NamedTuple):
    """An operator in its cell: the inner node it feeds, the state it reads, its name."""

    node: int
    source: int
    op: str

    def __str__(self) -> str:
        return f"{self.node}.{self.source}.{self.op}"


class Place(typing.NamedTuple):
    """An operator in a network: cell, the inner node it feeds, the state it reads, its name."""

    cell: int
    node: int
    source: int
    op: str

    @property
    def feeds(self) -> Node:
        """The inner node in whose sum it is a term."""
        return Node(self.cell, self.node)

    @property
    def in_cell(self) -> CellPlace:
        """Where it stands in its cell."""
        return CellPlace(self.node, self.source, self.op)


class Group(typing.NamedTuple):
    """A group of channels in a network: the cell, or `STEM`, and its number there from 0.

    All states of a cell have the same channels, and lose the group together.
    """

    cell: int
    number: int

    @property
    def feeds(self) -> Node:
        """The width that it is a part of."""
        return Node(self.cell, _WIDTH)


Gate = Place | Group
"""What a network has or has not."""
