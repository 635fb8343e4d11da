"""One panel of a network's drawing: a cell's boxes, and a line for each of its operators."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patches import FancyBboxPatch
from matplotlib.path import Path

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Gate
from goldnas_tf.display import figures, routing
from goldnas_tf.settings.units import human

# distinct also to most of the colour-blind (Okabe and Ito), then more for larger spaces
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"),
    *("#7f3c8d", "#a0522d", "#808000", "#e41a1c", "#3f3f3f", "#17becf"),
)
MARGIN = 14.0  # around a panel's drawing, in points
HEADING = 26.0  # above it
TINT, FRAME = "#fdf3e3", "#dcdcdc"  # of reduction cells; around panels
_PAPER, _TRAY = "#fafafa", "#ececec"


def colour(name: str) -> str:
    """The colour of an operator, the same in every drawing: by its place in the registry."""
    return COLOURS[operators.names().index(name) % len(COLOURS)]


def draw_cell(
    axes: Axes,
    genotype: Genotype,
    cell: int,
    room: float,
    gates: Mapping[Gate, float] | None = None,
    block: str | None = None,
) -> None:
    """Draws one cell into axes of which one unit is to be one point of the page.

    Args:
        axes: empty axes of the size `routing.panel_size` with the margins and the heading.
        genotype: the network.
        cell: index of a live cell.
        room: height above and below the row of nodes, the same in all panels of a page.
        gates: strength of operators in [0, 1]; None draws all alike.
        block: what the cell is called as a block, which can stand anywhere; None draws it at its
            place in the network.
    """
    space = genotype.space
    geometry = genotype.geometry.cells[cell]
    layout = routing.route(space.nodes, genotype.cell(cell), room)
    width, height = layout.size
    axes.set_xlim(-MARGIN, width + MARGIN)
    axes.set_ylim(-height / 2 - MARGIN, height / 2 + MARGIN + HEADING)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(TINT if geometry.reduction else _PAPER)
    for spine in axes.spines.values():
        spine.set_edgecolor(FRAME)
    corner = (width, height / 2 + HEADING)
    if block:
        axes.text(
            0, corner[1], block, fontsize=12, fontweight="bold", color=figures.INK, va="center"
        )
    else:
        _draw_heading(axes, genotype, cell, corner)
    _draw_tray(axes, layout)
    _draw_lanes(axes, layout, gates)
    for source in range(CELL_INPUTS):
        before = cell - CELL_INPUTS + source
        name = f"cell {before}" if before >= 0 else "stem"
        if block:
            name = f"k − {CELL_INPUTS - source}"
        _draw_box(axes, layout.states[source], name, source not in genotype.reads(cell))
    for node in range(space.nodes):
        box = layout.states[CELL_INPUTS + node]
        _draw_box(axes, box, str(node + 1), strong=True)
        if genotype.groups:
            _draw_width(axes, box, geometry.node.channels / space.widths[cell])
    _draw_box(axes, layout.output, "output")


def _draw_heading(axes: Axes, genotype: Genotype, cell: int, corner: tuple[float, float]) -> None:
    """The cell's index, kind and size; its multiply-adds and operators."""
    space, sizes = genotype.space, genotype.geometry
    geometry = sizes.cells[cell]
    places = genotype.cell(cell)
    macs = sum(costs.operator(sizes, place).macs for place in places)
    macs += sum(costs.preprocessing(sizes, cell, source).macs for source in genotype.reads(cell))
    kind = "reduction, " if geometry.reduction else ""
    size = "x".join(str(side) for side in geometry.node)
    per_cell = sum(len(space.sources(node)) for node in range(space.nodes)) * len(space.ops)
    right, top = corner
    axes.text(
        0, top, f"cell {cell}", fontsize=12, fontweight="bold", color=figures.INK, va="center"
    )
    axes.text(52, top, f"{kind}{size}", fontsize=10, color=figures.INK, va="center")
    axes.text(
        right,
        top,
        f"{human(macs)} multiply-adds, {len(places)}/{per_cell} operators",
        fontsize=9,
        color=figures.MUTED,
        ha="right",
        va="center",
    )


def _draw_tray(axes: Axes, layout: routing.Layout) -> None:
    """The shade under the inner nodes, which are concatenated, and from there to the output."""
    first, last, output = layout.states[CELL_INPUTS], layout.states[-1], layout.output
    axes.plot([last.x, output.x], [0, 0], color=_TRAY, linewidth=9, zorder=0.5)
    left, width = first.x - first.width / 2, last.x - first.x + first.width
    axes.add_patch(
        FancyBboxPatch(
            (left, -first.height / 2),
            width,
            first.height,
            boxstyle="round,pad=5,rounding_size=7",
            facecolor=_TRAY,
            edgecolor="none",
            zorder=0.6,
        )
    )


def _draw_lanes(axes: Axes, layout: routing.Layout, gates: Mapping[Gate, float] | None) -> None:
    """All lines of a panel and their arrow heads; the strongest last, on top."""
    lanes = routing.strongest_last(layout.lanes, gates)
    paint = [(colour(lane.place.op), routing.opacity(strength)) for lane, strength in lanes]
    widths = [routing.thickness(layout, strength) for _, strength in lanes]
    lines = [_path(routing.outline(lane, layout.head)) for lane, _ in lanes]
    axes.add_collection(
        PathCollection(lines, facecolors="none", edgecolors=paint, linewidths=widths, zorder=2),
        autolim=False,
    )
    heads = [Path(routing.arrow_head(lane, layout.head), closed=True) for lane, _ in lanes]
    axes.add_collection(
        PathCollection(heads, facecolors=paint, edgecolors="none", zorder=3), autolim=False
    )


def _path(outline: Sequence[routing.Piece]) -> Path:
    """The outline of a lane: its start, then lines and turns."""
    codes = [Path.MOVETO]
    for piece in outline[1:]:
        codes += [Path.LINETO] if len(piece) == 1 else [Path.CURVE3, Path.CURVE3]
    return Path([point for piece in outline for point in piece], codes)


def _draw_width(axes: Axes, box: routing.Box, share: float) -> None:
    """A bar in a node's box: how many of the channels that it could have it has."""
    left, below = box.x - box.width / 2 + 6, box.y - box.height / 2 + 5
    for length, shade in ((1.0, _TRAY), (share, figures.LINE)):
        axes.plot(
            [left, left + length * (box.width - 12)],
            [below, below],
            color=shade,
            linewidth=2.5,
            solid_capstyle="butt",
            zorder=4.5,
        )


def _draw_box(
    axes: Axes, box: routing.Box, text: str, faded: bool = False, strong: bool = False
) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (box.x - box.width / 2 + 4, box.y - box.height / 2 + 4),
            box.width - 8,
            box.height - 8,
            boxstyle="round,pad=4,rounding_size=5",
            facecolor="white",
            edgecolor=figures.FADED if faded else figures.LINE,
            linestyle=(0, (3, 2)) if faded else "-",
            linewidth=0.9 if faded else 1.2,
            zorder=4,
        )
    )
    axes.text(
        box.x,
        box.y,
        text,
        ha="center",
        va="center_baseline",
        fontsize=13 if strong else 9,
        fontweight="bold" if strong else "normal",
        color=figures.FADED if faded else figures.INK,
        zorder=5,
    )
