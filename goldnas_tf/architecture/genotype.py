"""A genotype: which operators of a space are in the network. Plain data, no TensorFlow.

Pruning, resume, the Pareto set and export are functions from genotype to genotype. A cell whose
output no live cell reads is dead: it holds no operators, and the network is built without it.
"""

import dataclasses
import functools
import json
import pathlib
from collections.abc import Iterable
from typing import Any

from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.files import atomic
from goldnas_tf.files.kinds import Kind

KIND = Kind("a genotype", schema=1)


@dataclasses.dataclass(frozen=True)
class Genotype:
    """A network of a space, as the set of operators that are alive.

    Args:
        space: the space it is from.
        places: the live operators. Those of cells that nobody reads are dropped, so that two
            genotypes of the same network are equal.

    Raises:
        InputError: an operator that the space has not, a node without an operator in a cell that
            is read, or different operators in cells that share their gates.
    """

    space: Space
    places: frozenset[Place]

    def __post_init__(self) -> None:
        legal = _all_places(self.space)
        foreign = sorted(set(self.places) - legal, key=repr)
        if foreign:
            raise InputError(
                f"operators: expected those of the space; received {tuple(foreign[0])}"
            )
        live = _live_cells(self.space, self.places)
        kept = frozenset(place for place in self.places if place.cell in live)
        object.__setattr__(self, "places", kept)
        filled = {place.feeds for place in kept}
        for cell in sorted(live):
            for node in range(self.space.nodes):
                if (cell, node) not in filled:
                    raise InputError(
                        f"node {node} of cell {cell}: expected at least one operator; received none"
                    )
        for kind in self.space.kinds if self.space.shared else ():
            cells = live & {*kind}
            forms = {frozenset(p.in_cell for p in kept if p.cell == cell) for cell in cells}
            if len(forms) > 1:
                raise InputError(
                    f"cells {kind}: expected the same operators, as they share their gates; "
                    "received different ones"
                )

    @classmethod
    def full(cls, space: Space) -> "Genotype":
        """The super-network: every operator of the space."""
        return cls(space, frozenset(_all_places(space)))

    @functools.cached_property
    def ordered(self) -> tuple[Place, ...]:
        """Live operators by cell, node, source, and their order in `space.ops`."""
        rank = {name: index for index, name in enumerate(self.space.ops)}
        return tuple(sorted(self.places, key=lambda p: (p.feeds, p.source, rank[p.op])))

    @functools.cached_property
    def live_cells(self) -> tuple[int, ...]:
        """Indices of the cells that are in the network."""
        return tuple(sorted({place.cell for place in self.places}))

    def cell(self, index: int) -> tuple[Place, ...]:
        """Live operators of one cell, ordered."""
        return tuple(place for place in self.ordered if place.cell == index)

    def reads(self, index: int) -> tuple[int, ...]:
        """Which of the inputs (0, 1) of a cell any of its operators read."""
        sources = {place.source for place in self.places if place.cell == index}
        return tuple(sorted(sources & set(range(CELL_INPUTS))))

    @functools.cached_property
    def gates(self) -> tuple[Place, ...]:
        """One live operator for each gate, ordered: all of them, unless cells share gates."""
        first = {next((c for c in kind if c in self.live_cells), None) for kind in self.space.kinds}
        return tuple(place for place in self.ordered if place.cell in first)

    def without(self, places: Iterable[Place]) -> "Genotype":
        """The smaller network that is left when operators are pruned, with those of the same gate.

        Raises:
            InputError: a node of a cell that is read would lose its last operator.
        """
        return Genotype(self.space, self.places - twins(self.space, places))

    @functools.cached_property
    def prunable(self) -> bool:
        """Whether any node has more than one operator left."""
        nodes = {place.feeds for place in self.places}
        return len(self.places) > len(nodes)

    def to_json(self) -> dict[str, Any]:
        """JSON values: a list of cells of nodes; a node maps each source to operator names."""
        cells = []
        for index in range(self.space.cells):
            nodes: list[dict[str, list[str]]] = [{} for _ in range(self.space.nodes)]
            for place in self.cell(index):
                nodes[place.node].setdefault(str(place.source), []).append(place.op)
            cells.append(nodes)
        return KIND.stamp({"space": self.space.to_json(), "cells": cells})

    @classmethod
    def from_json(cls, values: object) -> "Genotype":
        """Reads what `to_json` wrote.

        Raises:
            InputError: another schema, or not a legal network of its space.
        """
        found = KIND.check(values)
        try:
            space = Space.from_json(found["space"])
            places = [
                Place(cell, node, int(source), name)
                for cell, nodes in enumerate(found["cells"])
                for node, sources in enumerate(nodes)
                for source, ops in sources.items()
                for name in ops
            ]
            return cls(space, frozenset(places))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"expected a genotype; received another value ({type(error).__name__}: {error})"
            ) from error

    def save(self, path: str | pathlib.Path) -> None:
        """Writes the genotype as a JSON file."""
        atomic.write_json(path, self.to_json())

    @classmethod
    def load(cls, path: str | pathlib.Path) -> "Genotype":
        """Reads a JSON file.

        Raises:
            InputError: the file cannot be read, or holds no genotype of this schema.
        """
        file = pathlib.Path(path)
        with KIND.reading(file):
            return cls.from_json(json.loads(file.read_text()))


def twins(space: Space, places: Iterable[Place]) -> frozenset[Place]:
    """All operators that share a gate with one of these: themselves, unless cells share gates."""
    kind_of = {cell: kind for kind in space.kinds for cell in kind}
    return frozenset(
        place._replace(cell=cell)
        for place in places
        for cell in kind_of.get(place.cell, (place.cell,))
    )


@functools.lru_cache(maxsize=16)
def _all_places(space: Space) -> frozenset[Place]:
    return frozenset(
        Place(cell, node, source, name)
        for cell in range(space.cells)
        for node in range(space.nodes)
        for source in space.sources(node)
        for name in space.ops
    )


def _live_cells(space: Space, places: Iterable[Place]) -> set[int]:
    """Cells that the classifier needs: it reads the last one, and cell k reads k - 2 and k - 1."""
    sources: dict[int, set[int]] = {}
    for place in places:
        sources.setdefault(place.cell, set()).add(place.source)
    live = {space.cells - 1}
    for index in range(space.cells - 1, -1, -1):
        if index in live:
            reads = sources.get(index, set())
            live |= {
                index - CELL_INPUTS + source for source in range(CELL_INPUTS) if source in reads
            }
    return {index for index in live if index >= 0}
