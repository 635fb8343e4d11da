"""The Pareto picture: accuracy over multiply-adds of the networks that a search found."""

import itertools
import math
import os
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from goldnas_tf import pareto
from goldnas_tf.report import figures, labels
from goldnas_tf.units import human

_FRONT = "#0b5394"
_FAINT = "#a6a6a6"
_MARKERS = {
    "stable": ("o", "stable: unchanged for some epochs"),
    "budget": ("s", "budget: a budget was crossed"),
    "final": ("D", "final: the search ended"),
}
_OTHER_MARKER = "^"
_LOG_FROM = 4.0  # costs that differ by more than this factor get a logarithmic axis


def draw_front(points: Sequence[pareto.Point], start_macs: int, path: str | os.PathLike) -> None:
    """Writes the picture as a PNG file, whole or not at all.

    Args:
        points: the points of a search, in any order; which of them are not dominated is found anew.
        start_macs: multiply-adds of the super-network that the search began with, at least 1.
        path: the file to write.
    """
    figures.save_png(front_figure(points, start_macs), path)


def front_rgb(points: Sequence[pareto.Point], start_macs: int) -> np.ndarray:
    """The same picture as uint8 pixels of shape (height, width, 3), for TensorBoard."""
    return figures.rgb(front_figure(points, start_macs))


def front_figure(points: Sequence[pareto.Point], start_macs: int) -> Figure:
    """The same picture as a figure, for a notebook.

    Labels come last, when everything they must keep clear of has its place.
    """
    points = pareto.mark(points)
    found = sum(point.non_dominated for point in points)
    figure, axes = figures.plot(
        f"Networks found: {len(points)}, not dominated: {found}"
        f"  (super-network: {human(start_macs)} multiply-adds)"
    )
    axes.set_ylabel("validation accuracy, %")
    if not points:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no points yet", ha="center", transform=axes.transAxes, color="gray")
        axes.set_xlabel("multiply-adds for one image")
        return figure
    _set_limits(axes, points)
    _cost_axes(axes, start_macs)
    steps = _draw_steps(axes, points)
    _draw_marks(axes, points)
    _legend(axes, points)
    labels.place(axes, [_label(point) for point in points], steps)
    return figure


def _set_limits(axes: Axes, points: Sequence[pareto.Point]) -> None:
    """Room around all points, also where they have the same cost or accuracy."""
    costs = [max(point.macs, 1) for point in points]
    low, high = min(costs), max(costs)
    if high / low > _LOG_FROM:
        axes.set_xscale("log")
        margin = (high / low) ** 0.08
        axes.set_xlim(low / margin, high * margin)
    else:
        margin = max(0.08 * (high - low), 0.05 * high)
        axes.set_xlim(low - margin, high + margin)
    accuracies = [100 * point.val_accuracy for point in points]
    low, high = min(accuracies), max(accuracies)
    margin = max(0.12 * (high - low), 0.2)
    axes.set_ylim(low - margin, high + margin)


def _cost_axes(axes: Axes, start_macs: int) -> None:
    """Multiply-adds below, and above their share of the super-network's."""
    low, high = axes.get_xlim()
    log = axes.get_xscale() == "log"
    axes.set_xlabel("multiply-adds for one image" + (" (log scale)" if log else ""))
    axes.xaxis.set_major_locator(FixedLocator(_ticks(low, high, log)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: human(value)))
    if start_macs < 1:
        return
    factor = 100 / start_macs
    share = axes.secondary_xaxis(
        "top", functions=(lambda macs: macs * factor, lambda percent: percent / factor)
    )
    share.set_xlabel("share of the super-network", color="#666666", fontsize=9)
    share.xaxis.set_major_locator(FixedLocator(_ticks(low * factor, high * factor, log)))
    share.xaxis.set_minor_locator(NullLocator())
    share.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4g}%"))
    share.tick_params(colors="#666666", labelsize=9)
    share.spines["top"].set_visible(False)


def _ticks(low: float, high: float, log: bool) -> list[float]:
    """About four to ten round numbers between two limits."""
    if log:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
            ticks = [step * 10.0**decade for decade in decades for step in steps]
            ticks = [tick for tick in ticks if low <= tick <= high]
            if len(ticks) >= 5:
                break
        return ticks
    rough = (high - low) / 6
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(step * decade for step in (1, 2, 2.5, 5, 10) if step * decade >= rough)
    return [step * count for count in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _draw_steps(axes: Axes, points: Sequence[pareto.Point]) -> list[tuple[float, float]]:
    """The best accuracy to be had at a cost, as steps over the dominated region; their corners."""
    front = sorted(
        {(point.macs, 100 * point.val_accuracy) for point in points if point.non_dominated}
    )
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    corners = [(front[0][0], bottom), front[0]]
    for (_, before), (macs, accuracy) in itertools.pairwise(front):
        corners += [(macs, before), (macs, accuracy)]
    corners.append((right, front[-1][1]))
    xs, ys = zip(*corners, strict=True)
    axes.fill_between(xs, ys, bottom, color=_FRONT, alpha=0.05, linewidth=0, zorder=1)
    axes.plot(xs[1:-1], ys[1:-1], color=_FRONT, linewidth=1.8, alpha=0.75, zorder=2)
    axes.plot(xs[-2:], ys[-2:], color=_FRONT, linewidth=1.0, alpha=0.5, zorder=2, linestyle=":")
    return corners[1:]


def _draw_marks(axes: Axes, points: Sequence[pareto.Point]) -> None:
    for point in points:
        marker, _ = _MARKERS.get(point.reason, (_OTHER_MARKER, point.reason))
        axes.plot(
            max(point.macs, 1),
            100 * point.val_accuracy,
            marker=marker,
            markersize=8.5 if point.non_dominated else 6,
            markerfacecolor=_FRONT if point.non_dominated else "white",
            markeredgecolor="white" if point.non_dominated else _FAINT,
            markeredgewidth=1.0,
            linestyle="none",
            zorder=4 if point.non_dominated else 3,
        )


def _legend(axes: Axes, points: Sequence[pareto.Point]) -> None:
    """Markers by reason, and what full and hollow marks mean, for what is in the picture."""
    look = {"linestyle": "none", "markeredgecolor": "#444444", "markerfacecolor": "#444444"}
    entries = []
    for reason in dict.fromkeys([*_MARKERS, *(point.reason for point in points)]):
        if any(point.reason == reason for point in points):
            marker, text = _MARKERS.get(reason, (_OTHER_MARKER, reason))
            entries.append(Line2D([], [], marker=marker, markersize=6.5, label=text, **look))
    entries.append(Line2D([], [], color=_FRONT, linewidth=1.8, label="not dominated"))
    if not all(point.non_dominated for point in points):
        hollow = {**look, "markeredgecolor": _FAINT, "markerfacecolor": "white"}
        entries.append(Line2D([], [], marker="o", markersize=6, label="dominated", **hollow))
    # below the plot: points may lie anywhere inside it
    axes.figure.legend(
        handles=entries, loc="outside lower center", ncols=3, fontsize=9, frameon=False
    )


def _label(point: pareto.Point) -> labels.Label:
    if point.non_dominated:
        style = {"fontsize": 9, "color": "#1a1a1a", "zorder": 6}
    else:
        style = {"fontsize": 7, "color": "#8c8c8c", "zorder": 5}
    x, y = max(point.macs, 1), 100 * point.val_accuracy
    return labels.Label(x, y, point.name, must=point.non_dominated, style=style)
