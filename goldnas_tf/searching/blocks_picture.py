"""A drawing of a library of blocks: both forms of each, side by side."""

import functools
import os
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from goldnas_tf.architecture.blocks import Block
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.display import drawing, figures, panel, routing
from goldnas_tf.settings.units import human


def draw_blocks(
    blocks: Sequence[Block], found_in: Mapping[str, Genotype], path: str | os.PathLike
) -> None:
    """Writes the drawing as a PNG file, whole or not at all.

    Args:
        blocks: the library, at least one, from small to large.
        found_in: by the name of a block the network that it was found in.
        path: the file to write.
    """
    figures.save_png(blocks_figure(blocks, found_in), path)


def blocks_figure(blocks: Sequence[Block], found_in: Mapping[str, Genotype]) -> Figure:
    """The same drawing as a figure, for a notebook."""
    places = [_form(found_in[block.name], kind) for block in blocks for kind in (0, 1)]
    room = max(routing.side_room(genotype.cell(cell)) for genotype, cell in places)
    headings = [
        f"{block.name}, {form}: {human(block.params)} parameters, {block.val_accuracy:.1%}"
        for block in blocks
        for form in ("normal", "reduction")
    ]
    panels = [
        functools.partial(panel.draw_cell, genotype=genotype, cell=cell, room=room, block=heading)
        for (genotype, cell), heading in zip(places, headings, strict=True)
    ]
    drawn = [place for genotype, cell in places for place in genotype.cell(cell)]
    ops = {op for genotype, _ in places for op in genotype.space.ops}
    counted = "1 block" if len(blocks) == 1 else f"{len(blocks)} blocks"
    return drawing.page(
        f"{counted} that no other one dominates, from small to large",
        [
            "A line is an operator; k − 1 and k − 2 are the blocks before. Parameters and "
            "accuracy are those of the network that a block was found in."
        ],
        drawing.legend(ops, drawn),
        panels,
        routing.panel_size(blocks[0].nodes, room),
        columns=2,
    )


def _form(genotype: Genotype, kind: int) -> tuple[Genotype, int]:
    """A network, and the first of its live cells of a kind."""
    return genotype, next(c for c in genotype.space.kinds[kind] if c in genotype.live_cells)
