"""A genotype: which operators and channels of a space are in the network. Plain data.

Pruning, resume, the Pareto set and export are functions from genotype to genotype. A cell whose
output no live cell reads is dead: it holds no operators, and the network is built without it.
"""

import collections
import dataclasses
import functools
import json
import pathlib
from collections.abc import Iterable
from typing import Any, TypeVar

from goldnas_tf.architecture.geometry import Geometry
from goldnas_tf.architecture.places import CELL_INPUTS, STEM, Gate, Group, Node, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.files.kinds import Kind

KIND = Kind("a genotype", schema=1)

_Member = TypeVar("_Member", Place, Group, Gate)


@dataclasses.dataclass(frozen=True)
class Genotype:
    """A network of a space, as the sets of operators and of groups of channels that are alive.

    Args:
        space: the space it is from.
        places: the live operators. Those of cells that nobody reads are dropped, so that two
            genotypes of the same network are equal.
        groups: the live groups of channels, likewise; none stands for all of the space, and that is
            what they are where widths stay.

    Raises:
        InputError: an operator or a group that the space has not, a node without an operator or a
            width without its least in a cell that is read, or different ones in cells that share
            their gates.
    """

    space: Space
    places: frozenset[Place]
    groups: frozenset[Group] = frozenset()

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
        object.__setattr__(self, "groups", self._live_groups(live))
        for kind in self.space.kinds if self.space.shared else ():
            cells = live & {*kind}
            forms = {
                (
                    frozenset(p.in_cell for p in kept if p.cell == cell),
                    frozenset(g.number for g in self.groups if g.cell == cell),
                )
                for cell in cells
            }
            if len(forms) > 1:
                raise InputError(
                    f"cells {kind}: expected the same operators and channels, as they share their "
                    "gates; received different ones"
                )

    def _live_groups(self, live: set[int]) -> frozenset[Group]:
        """Those of the stem and of live cells, checked."""
        legal = self.space.groups
        groups = self.groups or legal
        foreign = sorted(set(groups) - legal)
        if foreign:
            raise InputError(f"groups: expected those of the space; received {tuple(foreign[0])}")
        if not groups:
            return groups
        owners = {STEM, *live}
        kept = frozenset(group for group in groups if group.cell in owners)
        counts = collections.Counter(group.cell for group in kept)
        for owner in sorted(owners):
            least = self.space.least_groups(owner)
            if counts[owner] < least:
                name = "the stem" if owner == STEM else f"cell {owner}"
                raise InputError(
                    f"channels of {name}: expected at least {least} of "
                    f"{self.space.groups_in(owner)} groups; received {counts[owner]}"
                )
        return kept

    @classmethod
    def full(cls, space: Space) -> "Genotype":
        """The super-network: every operator and channel of the space."""
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

    def groups_of(self, owner: int) -> tuple[int, ...]:
        """Numbers of the live groups of channels of the stem (`STEM`) or a cell, ascending."""
        return self._groups_by_owner.get(owner, ())

    @functools.cached_property
    def _groups_by_owner(self) -> dict[int, tuple[int, ...]]:
        owners: dict[int, tuple[int, ...]] = {}
        for group in sorted(self.groups):
            owners[group.cell] = (*owners.get(group.cell, ()), group.number)
        return owners

    @functools.cached_property
    def geometry(self) -> Geometry:
        """Sizes of its maps; what is not in the network is as wide as can be."""
        return self.space.geometry_of(self._widths()) if self.groups else self.space.geometry

    def narrower(self, owner: int) -> Geometry:
        """Sizes if the stem (`STEM`) or a live cell had a group of channels less."""
        kept = self._widths()
        kept[owner - STEM] -= 1
        return self.space.geometry_of(kept)

    def _widths(self) -> list[int]:
        """Groups that the stem and every cell keep; of cells that are not there all."""
        owners = range(STEM, self.space.cells)
        return [len(self.groups_of(owner)) or self.space.groups_in(owner) for owner in owners]

    @property
    def channels(self) -> dict[str, int | list[int]]:
        """What the stem gives, and every cell has; 0 where a cell is not in the network."""
        sizes, live = self.geometry, {*self.live_cells}
        cells = [cell.node.channels if cell.cell in live else 0 for cell in sizes.cells]
        return {"stem": sizes.stem[-1].channels, "cells": cells}

    @functools.cached_property
    def members(self) -> tuple[Gate, ...]:
        """All live operators and then all live groups of channels, ordered."""
        return (*self.ordered, *sorted(self.groups))

    @functools.cached_property
    def gates(self) -> tuple[Gate, ...]:
        """One of the members for each gate: all of them, unless cells share gates."""
        return tuple(member for member in self.members if member.cell in self._first)

    @functools.cached_property
    def operator_gates(self) -> tuple[Place, ...]:
        """Those of `gates` that are operators."""
        return tuple(place for place in self.ordered if place.cell in self._first)

    @functools.cached_property
    def _first(self) -> set[int]:
        """The stem, and the first live cell of each kind."""
        live = {*self.live_cells}
        return {STEM, *(next((c for c in kind if c in live), STEM) for kind in self.space.kinds)}

    def without(self, gates: Iterable[Gate]) -> "Genotype":
        """The smaller network that is left when some of it is pruned, with all of the same gate.

        Raises:
            InputError: a node of a cell that is read would lose its last operator, or a width its
                last groups.
        """
        gone = twins(self.space, gates)
        groups = self.groups - gone
        if self.groups and not groups:
            raise InputError("channels: expected some groups of the stem; received none")
        return Genotype(self.space, self.places - gone, groups)

    def least(self, node: Node) -> int:
        """How many gates of a node, or of a width, there have to be."""
        return self.space.least_groups(node.cell) if node.is_width else 1

    @functools.cached_property
    def prunable(self) -> bool:
        """Whether any node has an operator, or any width a group, that it can lose."""
        counts = collections.Counter(gate.feeds for gate in self.members)
        return any(count > self.least(node) for node, count in counts.items())

    def to_json(self) -> dict[str, Any]:
        """JSON values: a list of cells of nodes; a node maps each source to operator names.

        Where widths are searched also the groups of channels of the stem and of every cell.
        """
        cells = []
        for index in range(self.space.cells):
            nodes: list[dict[str, list[str]]] = [{} for _ in range(self.space.nodes)]
            for place in self.cell(index):
                nodes[place.node].setdefault(str(place.source), []).append(place.op)
            cells.append(nodes)
        values: dict[str, Any] = {"space": self.space.to_json(), "cells": cells}
        if self.groups:
            # of the stem, then of every cell
            owners = range(STEM, self.space.cells)
            values["groups"] = [list(self.groups_of(owner)) for owner in owners]
        return KIND.stamp(values)

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
            groups = [
                Group(owner, int(index))
                for owner, indices in enumerate(found.get("groups", ()), STEM)
                for index in indices
            ]
            return cls(space, frozenset(places), frozenset(groups))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"expected a genotype; received another value ({type(error).__name__}: {error})"
            ) from error

    def save(self, path: str | pathlib.Path) -> None:
        """Writes the genotype as a JSON file."""
        KIND.write(pathlib.Path(path), self.to_json())

    @classmethod
    def load(cls, path: str | pathlib.Path) -> "Genotype":
        """Reads a JSON file.

        Raises:
            InputError: the file cannot be read, or holds no genotype of this schema.
        """
        file = pathlib.Path(path)
        with KIND.reading(file):
            return cls.from_json(json.loads(file.read_text()))


def twins(space: Space, gates: Iterable[_Member]) -> frozenset[_Member]:
    """All that share a gate with one of these: themselves, unless cells share gates."""
    kind_of = {cell: kind for kind in space.kinds for cell in kind}
    return frozenset(
        gate._replace(cell=cell) for gate in gates for cell in kind_of.get(gate.cell, (gate.cell,))
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
