"""A comparison of families of networks, as a picture."""

import os
import statistics
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.settings import FOUND, RIVALS
from goldnas_tf.comparison.table import groups
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.display import figures
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.settings.units import human

_LOOKS = {
    FOUND: (figures.ACCENT, "o"),
    "random": ("#c05a00", "s"),
    "resnet": ("#7a3fa0", "D"),
    "mobilenet": ("#2a7f3f", "v"),
    "narrowed": ("#6a6a6a", "^"),
    RIVALS: ("#a02030", "P"),
}


def draw_comparison(
    trained: Sequence[Trained],
    cost: str,
    start: float,
    path: str | os.PathLike,
    equal_time: bool = False,
) -> None:
    """Writes the picture as a PNG file."""
    figures.save_png(comparison_figure(trained, cost, start, equal_time), path)


def comparison_figure(
    trained: Sequence[Trained], cost: str, start: float, equal_time: bool = False
) -> Figure:
    """The picture as a figure, for a notebook: every network a mark, means of a family a line.

    Args:
        trained: all networks.
        cost: the resource that is compared over.
        start: of it, that the super-network has.
        equal_time: whether all fronts took the same time, or all trainings were alike.
    """
    resource = RESOURCES[cost]
    alike = (
        "Fronts that took the same time"
        if equal_time
        else f"Networks of equal {resource.unit}, trained alike"
    )
    figure, axes = figures.plot(f"{alike} (super-network: {human(round(start))} {resource.unit})")
    axes.set_xscale("log")
    axes.set_xlabel(resource.title)
    axes.set_ylabel("accuracy, %")
    for family in verdict.families(trained):
        _draw_family(axes, trained, family, cost)
    _label_costs(axes)
    axes.legend(frameon=False, loc="best")
    return figure


def _draw_family(axes: Axes, trained: Sequence[Trained], family: str, cost: str) -> None:
    colour, marker = _LOOKS[family]
    means = sorted(
        (
            statistics.fmean(one.costs[cost] for one in members),
            100 * statistics.fmean(one.accuracy for one in members),
            100 * verdict.spread([one.accuracy for one in members]),
        )
        for _, name, members in groups(trained)
        if name == family
    )
    costs, accuracies, deviations = zip(*means, strict=True)
    axes.errorbar(
        costs,
        accuracies,
        yerr=deviations if any(deviations) else None,
        color=colour,
        marker=marker,
        markersize=9,
        capsize=4,
        linewidth=1.5,
        label=f"{family}: mean and standard deviation" if any(deviations) else family,
    )
    every = verdict.of_family(trained, family)
    axes.scatter(
        [one.costs[cost] for one in every],
        [100 * one.accuracy for one in every],
        color=colour,
        marker=marker,
        alpha=0.35,
        s=25,
    )


def _label_costs(axes: Axes) -> None:
    """Costs as people say them: 2M, not 2 × 10⁶."""
    formatter = FuncFormatter(lambda value, _: human(round(value)))
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(formatter)
    axes.xaxis.set_minor_formatter(NullFormatter())
