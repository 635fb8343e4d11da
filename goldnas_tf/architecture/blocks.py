"""Blocks: cells that can be placed anywhere, and the library of those that a search has found.

A block has two forms, one for each kind of place: normal, and reduction, which halves the
resolution. Plain data, no TensorFlow.
"""

import dataclasses
import pathlib
import typing
from collections.abc import Iterable, Sequence

from goldnas_tf import pareto
from goldnas_tf.architecture import operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, CellPlace
from goldnas_tf.errors import InputError
from goldnas_tf.files.kinds import Kind
from goldnas_tf.files.paths import local_path
from goldnas_tf.pareto import Point

KIND = Kind("a library of blocks", schema=1)
FILE = "blocks.json"
COST = "params"
"""What blocks are compared by, besides the accuracy of the network they were found in."""


@dataclasses.dataclass(frozen=True)
class Block:
    """A block, with what is known of the network it was found in.

    Attributes:
        name: of the point.
        nodes: inner nodes.
        normal: operators where the resolution stays; every node has at least one.
        reduction: operators where it is halved, likewise.
        macs: multiply-adds of the network.
        params: its parameters.
        val_accuracy: its accuracy on the validation images, in [0, 1].

    Raises:
        InputError: a node without an operator, or an operator that there is not.
    """

    name: str
    nodes: int
    normal: tuple[CellPlace, ...]
    reduction: tuple[CellPlace, ...]
    macs: int
    params: int
    val_accuracy: float

    def __post_init__(self) -> None:
        for form in ("normal", "reduction"):
            places = tuple(sorted(CellPlace(*place) for place in getattr(self, form)))
            object.__setattr__(self, form, places)
            fed = {place.node for place in places}
            legal = all(0 <= place.source < CELL_INPUTS + place.node for place in places)
            if fed != set(range(self.nodes)) or not legal:
                raise InputError(
                    f"block {self.name}: expected an operator for each of {self.nodes} nodes, of "
                    f"states before it, in its {form} form; received another cell"
                )
            for place in places:
                operators.get(place.op)

    def operators(self, reduction: bool) -> tuple[CellPlace, ...]:
        """The operators of one of its forms."""
        return self.reduction if reduction else self.normal


def library(points: Iterable[Point], folder: pathlib.Path) -> list[Block]:
    """The blocks of a search's points that are not dominated, from small to large.

    Args:
        points: of a search of blocks. One whose network has no cell of one kind left, because
            nothing reads it, has no block; of several with the same block the best one counts.
        folder: the work folder of the search.
    """
    found: dict[tuple[tuple[CellPlace, ...], ...], tuple[Point, Block]] = {}
    for point in sorted(points, key=lambda point: point.val_accuracy):
        genotype = Genotype.load(folder / point.path / "genotype.json")
        kinds = tuple(_operators(genotype, kind) for kind in genotype.space.kinds)
        if all(kinds):
            normal, reduction = kinds
            found[kinds] = (
                point,
                Block(
                    name=point.name,
                    nodes=genotype.space.nodes,
                    normal=normal,
                    reduction=reduction,
                    macs=point.macs,
                    params=point.params,
                    val_accuracy=point.val_accuracy,
                ),
            )
    by_name = {block.name: block for _, block in found.values()}
    marked = pareto.mark([point for point, _ in found.values()], (COST,))
    return [by_name[point.name] for point in reversed(marked) if point.non_dominated]


def _operators(genotype: Genotype, kind: Sequence[int]) -> tuple[CellPlace, ...]:
    """Operators of the cells of a kind, none where all of them are dead."""
    cells = [cell for cell in kind if cell in genotype.live_cells]
    return tuple(place.in_cell for place in genotype.cell(cells[0])) if cells else ()


def save(blocks: Sequence[Block], folder: pathlib.Path) -> None:
    """Writes `blocks.json`."""
    values = [dataclasses.asdict(block) for block in blocks]
    KIND.write(folder / FILE, {"cost": COST, "blocks": values})


def load(path: str | pathlib.Path) -> list[Block]:
    """Reads the library of a search, from small to large.

    Args:
        path: the work folder of a search of blocks, or its `blocks.json`.

    Raises:
        InputError: there is none, it is empty, or holds something else.
    """
    path = local_path(path, "blocks")
    file = path if path.suffix == ".json" else path / FILE
    if not file.exists():
        raise InputError(
            f"blocks: expected the work folder of a search with --space=block; received {path}, "
            f"which has no {FILE}"
        )
    blocks = KIND.read(file, lambda values: [_block(block) for block in values["blocks"]])
    if not blocks:
        raise InputError(
            f"{file}: expected at least one block; received none; search longer, or for more points"
        )
    if len({block.name for block in blocks}) < len(blocks):
        raise InputError(f"{file}: expected a name of its own for each block; received equal ones")
    if len({block.nodes for block in blocks}) > 1:
        raise InputError(
            f"{file}: expected blocks of the same number of nodes, which can be put together; "
            "received others"
        )
    return blocks


def _block(values: dict[str, typing.Any]) -> Block:
    forms = {name: tuple(map(tuple, values[name])) for name in ("normal", "reduction")}
    return Block(**{**values, **forms})
