"""The drawing of a network of blocks: its stages, their widths, and the block at each place."""

import os
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.display import figures, panel
from goldnas_tf.settings.units import human


def draw_plan(plan: Sequence[dict], genotype: Genotype, path: str | os.PathLike) -> None:
    """Writes a drawing of a network's stages, blocks and widths as a PNG file.

    Args:
        plan: as `Assembly.plan` gives it.
        genotype: the network.
        path: the file to write.
    """
    figures.save_png(plan_figure(plan, genotype), path)


def plan_figure(plan: Sequence[dict], genotype: Genotype) -> Figure:
    """The same drawing as a figure, for a notebook: a row for each stage."""
    longest = max(len(stage["blocks"]) for stage in plan)
    figure = Figure(figsize=(3.4 + 1.7 * longest, 1.5 + 0.95 * len(plan)), dpi=110)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-2.0, 1.2 * longest + 0.4)
    axes.set_ylim(-len(plan) + 0.25, 1.15)
    cost = costs.total(genotype, gated=False)
    axes.text(
        -1.9,
        0.9,
        f"{human(cost.params)} parameters, {human(cost.macs)} multiply-adds",
        fontsize=13,
        fontweight="bold",
        color=figures.INK,
        va="center",
    )
    cell = 0
    for row, stage in enumerate(plan):
        size = genotype.geometry.cells[cell].node
        text = f"stage {row + 1}\n{stage['channels']} channels, {size.height}×{size.width}"
        axes.text(-1.9, -row, text, fontsize=10, color=figures.MUTED, va="center")
        for column, block in enumerate(stage["blocks"]):
            _draw_block(axes, column, row, block["block"], genotype, cell)
            cell += 1
    return figure


def _draw_block(
    axes: Axes, column: int, row: int, name: str, genotype: Genotype, cell: int
) -> None:
    reduces = genotype.geometry.cells[cell].reduction
    live = cell in genotype.live_cells
    x, y = 1.2 * column, -row
    axes.add_patch(
        FancyBboxPatch(
            (x, y - 0.28),
            0.9,
            0.56,
            boxstyle="round,pad=0.02,rounding_size=0.08",
            facecolor=panel.TINT if reduces else "#eef3f8",
            edgecolor=figures.LINE if live else figures.FADED,
            linestyle="-" if live else (0, (3, 2)),
        )
    )
    colour = figures.INK if live else "#b0b0b0"
    axes.text(x + 0.45, y + 0.1, name, ha="center", va="center", fontsize=11, color=colour)
    note = _kind(genotype, cell) if live else "nothing reads it"
    axes.text(x + 0.45, y - 0.13, note, ha="center", va="center", fontsize=8, color=figures.MUTED)
    if column:
        arrow = {"arrowstyle": "->", "color": figures.LINE}
        axes.annotate("", (x - 0.03, y), xytext=(x - 0.27, y), arrowprops=arrow)


def _kind(genotype: Genotype, cell: int) -> str:
    """The form of the block, and the kernels that its convolutions have."""
    sides = operators.kernel_sizes(place.op for place in genotype.cell(cell))
    form = "reduction" if genotype.geometry.cells[cell].reduction else "normal"
    return ", ".join([form, *(f"{side}×{side}" for side in sides)])
