"""A drawing of a found network: one panel for each live cell, one line for each live operator."""

import collections
import functools
import math
import os
import textwrap
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate, Place
from goldnas_tf.display import figures, panel, routing
from goldnas_tf.settings.units import human

_COLUMNS = 4
_GAP = 14.0  # between panels and around the page, in points
_TITLE, _NOTE, _LEGEND = 23.0, 17.0, 19.0  # heights of a line of each, in points


def draw_network(
    genotype: Genotype,
    path: str | os.PathLike,
    gates: Mapping[Gate, float] | None = None,
) -> None:
    """Writes the drawing as a PNG file, whole or not at all.

    Args:
        genotype: the network.
        path: the file to write.
        gates: gate values in [0, 1] by operator; weaker gates are drawn thinner and paler, those
            of operators that are not named at full strength. None draws all alike.
    """
    figures.save_png(network_figure(genotype, gates), path)


def network_rgb(genotype: Genotype, gates: Mapping[Gate, float] | None = None) -> np.ndarray:
    """The same drawing as uint8 pixels of shape (height, width, 3), for TensorBoard."""
    return figures.rgb(network_figure(genotype, gates))


def network_figure(genotype: Genotype, gates: Mapping[Gate, float] | None = None) -> Figure:
    """The same drawing as a figure, for a notebook."""
    live = genotype.live_cells
    room = max(routing.side_room(genotype.cell(cell)) for cell in live)
    panels = [
        functools.partial(panel.draw_cell, genotype=genotype, cell=cell, room=room, gates=gates)
        for cell in live
    ]
    size = routing.panel_size(genotype.space.nodes, room)
    return page(
        _title(genotype, gates is not None),
        _notes(genotype, gates is not None),
        legend(genotype.space.ops, genotype.places),
        panels,
        size,
        min(_COLUMNS, len(live)),
    )


def page(
    title: str,
    notes: Sequence[str],
    entries: Sequence[Artist],
    panels: Sequence[Callable[[Axes], None]],
    size: tuple[float, float],
    columns: int,
) -> Figure:
    """A page of panels of one size.

    It is laid out in points, so that a panel looks the same however many there are.

    Args:
        title: above all, in bold.
        notes: lines below it.
        entries: of the legend.
        panels: functions that draw one into axes.
        size: width and height of a panel's drawing, in points.
        columns: of panels.
    """
    rows = math.ceil(len(panels) / columns)
    panel_width = size[0] + 2 * panel.MARGIN
    panel_height = size[1] + 2 * panel.MARGIN + panel.HEADING
    width = _GAP + columns * (panel_width + _GAP)
    # a letter of the title takes 10 points in the mean, one of the notes 5.5
    titles = textwrap.wrap(title, int((width - 2 * _GAP) / 10))
    notes = [line for note in notes for line in textwrap.wrap(note, int((width - 2 * _GAP) / 5.5))]
    legend_columns = min(len(entries), max(1, int((width - 2 * _GAP) / 150)))
    legend_height = _LEGEND * math.ceil(len(entries) / legend_columns)
    top = _GAP + len(titles) * _TITLE + len(notes) * _NOTE + legend_height + 1.5 * _GAP
    height = top + rows * (panel_height + _GAP)

    figure = Figure(figsize=(width / 72, height / 72), dpi=110, facecolor="white")
    y = height - _GAP
    texts: tuple[tuple[list[str], float, dict[str, typing.Any]], ...] = (
        (titles, _TITLE, {"fontsize": 16, "color": figures.INK, "fontweight": "bold"}),
        (notes, _NOTE, {"fontsize": 10, "color": figures.MUTED}),
    )
    for lines, step, style in texts:
        for line in lines:
            figure.text(_GAP / width, (y - step / 2) / height, line, va="center", **style)
            y -= step
    _draw_legend(figure, entries, (_GAP / width, (y - 5) / height), legend_columns)
    for index, draw in enumerate(panels):
        row, column = divmod(index, columns)
        left = _GAP + column * (panel_width + _GAP)
        bottom = height - top - (row + 1) * (panel_height + _GAP) + _GAP
        draw(
            figure.add_axes(
                (left / width, bottom / height, panel_width / width, panel_height / height)
            )
        )
    return figure


def _title(genotype: Genotype, has_gates: bool) -> str:
    found = costs.total(genotype, has_gates)
    full = Genotype.full(genotype.space)
    largest = costs.total(full).macs
    return (
        f"{human(found.macs)} multiply-adds ({found.macs / largest:.1%} of {human(largest)}), "
        f"{human(found.params)} parameters, "
        f"{len(genotype.places)} of {len(full.places)} operators"
    ) + (
        f", {len(genotype.groups)} of {len(full.groups)} groups of channels" if full.groups else ""
    )


def _notes(genotype: Genotype, has_gates: bool) -> list[str]:
    """How to read the drawing, and which cells are missing in it."""
    cells = range(genotype.space.cells)
    how = "A line is an operator. The shaded nodes are concatenated to the output of their cell."
    if genotype.groups:
        how += " The bar in a node: how many of its channels are left."
    if has_gates:
        how += " Thin and pale: a weak gate."
    dead = [str(cell) for cell in cells if cell not in genotype.live_cells]
    if not dead:
        return [how]
    plural = "s" if len(dead) > 1 else ""
    return [how, f"Not in the network, as nothing reads them: cell{plural} {', '.join(dead)}."]


def legend(ops: Collection[str], places: Iterable[Place]) -> list[Artist]:
    """Operators in the order of the registry, with how many of each are there; reduction cells."""
    counts = collections.Counter(place.op for place in places)
    entries = [
        Line2D([], [], color=panel.colour(name), linewidth=3, label=f"{name} ({counts[name]})")
        for name in operators.names()
        if name in ops
    ]
    tint = Patch(facecolor=panel.TINT, edgecolor=panel.FRAME, label="reduction cell")
    return [*entries, tint]


def _draw_legend(
    figure: Figure, entries: Sequence[Artist], corner: tuple[float, float], columns: int
) -> None:
    figure.legend(
        handles=entries,
        loc="upper left",
        bbox_to_anchor=corner,
        ncols=columns,
        fontsize=10,
        frameon=False,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.6,
        columnspacing=1.6,
        labelspacing=0.5,
    )
