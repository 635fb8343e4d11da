"""The Pareto picture: accuracy over cost of the networks that a search or an evolution found."""

import itertools
import os
import typing
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from goldnas_tf import pareto
from goldnas_tf.display import axes as cost_axis
from goldnas_tf.display import figures, labels
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.settings.units import human

_FAINT = "#a6a6a6"
_PALE = 0.5  # of what was only taken out of a search, where others are finished
_MARKERS = {
    "stable": ("o", "stable: unchanged for some epochs"),
    "budget": ("s", "budget: a budget was crossed"),
    "final": ("D", "final: the search ended"),
    "evolved": ("o", "evolved, then trained longer"),
}
_OTHER_MARKER = "^"


class _Mark(typing.NamedTuple):
    """A point in the picture: cost, accuracy in %, and what `pareto.Point` says."""

    x: float
    y: float
    name: str
    reason: str
    non_dominated: bool
    is_pale: bool


def draw_front(
    points: Sequence[pareto.Point],
    start_macs: int | None,
    path: str | os.PathLike,
    costs: Sequence[str] = ("macs",),
) -> None:
    """Writes the picture as a PNG file, whole or not at all.

    Args:
        points: in any order; which of them are not dominated is found anew.
        start_macs: multiply-adds of the super-network that the search began with; None where there
            was none.
        path: the file to write.
        costs: what points are compared by, besides accuracy; the first one is shown.
    """
    figures.save_png(front_figure(points, start_macs, costs), path)


def front_rgb(
    points: Sequence[pareto.Point], start_macs: int | None, costs: Sequence[str] = ("macs",)
) -> np.ndarray:
    """The same picture as uint8 pixels of shape (height, width, 3), for TensorBoard."""
    return figures.rgb(front_figure(points, start_macs, costs))


def front_figure(
    points: Sequence[pareto.Point], start_macs: int | None, costs: Sequence[str] = ("macs",)
) -> Figure:
    """The same picture as a figure, for a notebook.

    Where some points are finished the others are pale, and those far below them are left out.
    Labels come last, when everything they must keep clear of has its place.
    """
    points = pareto.mark(points, costs)
    finished = sum(point.finished for point in points)
    marks = [_mark(point, costs[0], bool(finished) and not point.finished) for point in points]
    counted = f", finished: {finished}" if finished else ""
    found = sum(point.non_dominated for point in points)
    figure, axes = figures.plot(
        f"Networks found: {len(points)}{counted}, not dominated: {found}{_of(start_macs)}"
    )
    axes.set_ylabel("validation accuracy, %")
    if not points:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no points yet", ha="center", transform=axes.transAxes, color="gray")
        axes.set_xlabel(RESOURCES[costs[0]].title)
        return figure
    _set_limits(axes, marks, RESOURCES[costs[0]].title)
    low, _ = axes.get_ylim()
    marks = [mark for mark in marks if mark.y >= low]
    if start_macs and costs[0] == "macs":
        _share_axis(axes, start_macs)
    best = {point.name for point in pareto.mark(points, costs[:1]) if point.non_dominated}
    steps = _draw_steps(axes, [mark for mark in marks if mark.name in best])
    _draw_marks(axes, marks)
    _legend(axes, marks)
    labels.place(axes, [_label(mark) for mark in marks], steps)
    return figure


def _of(start_macs: int | None) -> str:
    return f"  (super-network: {human(start_macs)} multiply-adds)" if start_macs else ""


def _mark(point: pareto.Point, cost: str, is_pale: bool) -> _Mark:
    # a logarithmic axis has no 0
    x = point.costs[cost] or 1
    y = 100 * point.val_accuracy
    return _Mark(x, y, point.name, point.reason, point.non_dominated, is_pale)


def _set_limits(axes: Axes, marks: Sequence[_Mark], name: str) -> None:
    """Room around all points, also where they have the same cost or accuracy."""
    cost_axis.show(axes, [mark.x for mark in marks], name)
    accuracies = [mark.y for mark in marks if not mark.is_pale]
    low, high = min(accuracies), max(accuracies)
    margin = max(0.12 * (high - low), 0.2)
    axes.set_ylim(low - margin, high + margin)


def _share_axis(axes: Axes, start_macs: int) -> None:
    """Above the plot: the share of the super-network's multiply-adds."""
    factor = 100 / start_macs
    share = axes.secondary_xaxis(
        "top",
        functions=(lambda macs: np.multiply(macs, factor), lambda share: np.divide(share, factor)),
    )
    share.set_xlabel("share of the super-network", color="#666666", fontsize=9)
    low, high = axes.get_xlim()
    cost_axis.mark(
        share.xaxis, (factor * low, factor * high), axes.get_xscale() == "log", "{:.4g}%".format
    )
    share.tick_params(colors="#666666", labelsize=9)
    share.spines["top"].set_visible(False)


def _draw_steps(axes: Axes, marks: Sequence[_Mark]) -> list[tuple[float, float]]:
    """The best accuracy to be had at a cost, as steps over the dominated region; their corners."""
    front = sorted({(mark.x, mark.y) for mark in marks})
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    corners = [(front[0][0], bottom), front[0]]
    for (_, before), (macs, accuracy) in itertools.pairwise(front):
        corners += [(macs, before), (macs, accuracy)]
    corners.append((right, front[-1][1]))
    xs, ys = zip(*corners, strict=True)
    axes.fill_between(xs, ys, bottom, color=figures.ACCENT, alpha=0.05, linewidth=0, zorder=1)
    axes.plot(xs[1:-1], ys[1:-1], color=figures.ACCENT, linewidth=1.8, alpha=0.75, zorder=2)
    axes.plot(
        xs[-2:], ys[-2:], color=figures.ACCENT, linewidth=1.0, alpha=0.5, zorder=2, linestyle=":"
    )
    return corners[1:]


def _draw_marks(axes: Axes, marks: Sequence[_Mark]) -> None:
    for mark in marks:
        marker, _ = _MARKERS.get(mark.reason, (_OTHER_MARKER, mark.reason))
        axes.plot(
            mark.x,
            mark.y,
            marker=marker,
            markersize=8.5 if mark.non_dominated else 6,
            markerfacecolor=figures.ACCENT if mark.non_dominated else "white",
            markeredgecolor="white" if mark.non_dominated else _FAINT,
            markeredgewidth=1.0,
            alpha=_PALE if mark.is_pale else 1.0,
            linestyle="none",
            zorder=4 if mark.non_dominated else 3,
        )


def _legend(axes: Axes, marks: Sequence[_Mark]) -> None:
    """Markers by reason, and what full and hollow marks mean, for what is in the picture."""
    look: dict[str, typing.Any] = {
        "linestyle": "none",
        "markeredgecolor": "#444444",
        "markerfacecolor": "#444444",
    }
    entries = []
    for reason in dict.fromkeys([*_MARKERS, *(mark.reason for mark in marks)]):
        if any(mark.reason == reason for mark in marks):
            marker, text = _MARKERS.get(reason, (_OTHER_MARKER, reason))
            entries.append(Line2D([], [], marker=marker, markersize=6.5, label=text, **look))
    entries.append(Line2D([], [], color=figures.ACCENT, linewidth=1.8, label="not dominated"))
    hollow = {**look, "markeredgecolor": _FAINT, "markerfacecolor": "white"}
    if any(not mark.non_dominated and not mark.is_pale for mark in marks):
        entries.append(Line2D([], [], marker="o", markersize=6, label="dominated", **hollow))
    if any(mark.is_pale for mark in marks):
        pale = {**hollow, "alpha": _PALE}
        entries.append(Line2D([], [], marker="o", markersize=6, label="not finished", **pale))
    # below the plot: points may lie anywhere inside it
    axes.figure.legend(
        handles=entries, loc="outside lower center", ncols=3, fontsize=9, frameon=False
    )


def _label(mark: _Mark) -> labels.Label:
    if mark.non_dominated:
        style = {"fontsize": 9, "color": figures.INK, "zorder": 6}
    else:
        style = {"fontsize": 7, "color": "#8c8c8c", "zorder": 5}
    return labels.Label(mark.x, mark.y, mark.name, must=mark.non_dominated, style=style)
