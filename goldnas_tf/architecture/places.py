"""Where operators stand. Plain data, no TensorFlow.

An edge leads from a state of a cell to a later inner node, and carries operators. States 0 and 1
are the cell's inputs, the older one first; state n + 2 is inner node n.
"""

import typing

CELL_INPUTS = 2


class Node(typing.NamedTuple):
    """An inner node of a network: its cell, and its number in that, both from 0."""

    cell: int
    node: int


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
