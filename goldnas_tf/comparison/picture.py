"""A comparison of families of networks, as a table and as a picture."""

import os
import statistics
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.families import FAMILIES
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.report import columns, figures
from goldnas_tf.settings.units import human

_COLOURS = {"found": figures.ACCENT, "random": "#c05a00", "narrowed": "#6a6a6a"}
_MARKERS = {"found": "o", "random": "s", "narrowed": "^"}


def comparison_table(trained: Sequence[Trained], start_macs: int) -> str:
    """Mean and spread of every family at every point, hypervolumes, and what follows.

    Args:
        trained: all trainings; at least one of a found network.
        start_macs: multiply-adds of the super-network.
    """
    rows = [["point", "family", "macs", "of start", "params", "accuracy", "spread", "seeds"]]
    for point, family, members in _groups(trained):
        macs = statistics.fmean(one.costs["macs"] for one in members)
        accuracies = [one.accuracy for one in members]
        rows.append(
            [
                point,
                family,
                human(round(macs)),
                f"{macs / start_macs:.1%}",
                human(round(statistics.fmean(one.costs["params"] for one in members))),
                f"{statistics.fmean(accuracies):.2%}",
                f"± {100 * verdict.spread(accuracies):.2f}",
                str(len(members)),
            ]
        )
    areas = [["family", "hypervolume", "spread"]]
    for family in _families(trained):
        values = verdict.hypervolumes(trained, family, start_macs)
        mean, spread = statistics.fmean(values), verdict.spread(values)
        areas.append([family, f"{mean:.4f}", f"± {spread:.4f}"])
    sentences = [
        verdict.sentence(verdict.paired(trained, rival))
        for rival in _families(trained)
        if rival != FAMILIES[0]
    ]
    tables = (columns.lines(rows, {"point", "family"}), columns.lines(areas, {"family"}))
    return "\n".join([*tables[0], "", *tables[1], "", *sentences])


def draw_comparison(trained: Sequence[Trained], start_macs: int, path: str | os.PathLike) -> None:
    """Writes the picture as a PNG file: every training a mark, the means of a family a line."""
    figures.save_png(comparison_figure(trained, start_macs), path)


def comparison_figure(trained: Sequence[Trained], start_macs: int) -> Figure:
    """The picture as a figure, for a notebook."""
    figure, axes = figures.plot(
        f"Networks of equal cost, trained alike (super-network: {human(start_macs)} multiply-adds)"
    )
    axes.set_xlabel("multiply-adds, % of the super-network")
    axes.set_ylabel("accuracy, %")
    for family in _families(trained):
        groups = [members for _, name, members in _groups(trained) if name == family]
        means = sorted(
            (
                100 * statistics.fmean(one.costs["macs"] for one in members) / start_macs,
                100 * statistics.fmean(one.accuracy for one in members),
                100 * verdict.spread([one.accuracy for one in members]),
            )
            for members in groups
        )
        macs, accuracies, deviations = zip(*means, strict=True)
        axes.errorbar(
            macs,
            accuracies,
            yerr=deviations,
            color=_COLOURS[family],
            marker=_MARKERS[family],
            markersize=9,
            capsize=4,
            linewidth=1.5,
            label=f"{family}: mean and standard deviation",
        )
        every = [one for members in groups for one in members]
        axes.scatter(
            [100 * one.costs["macs"] / start_macs for one in every],
            [100 * one.accuracy for one in every],
            color=_COLOURS[family],
            marker=_MARKERS[family],
            alpha=0.35,
            s=25,
        )
    axes.legend(frameon=False, loc="lower right")
    return figure


def _families(trained: Sequence[Trained]) -> list[str]:
    return [name for name in FAMILIES if any(one.family == name for one in trained)]


def _groups(trained: Sequence[Trained]) -> Iterator[tuple[str, str, list[Trained]]]:
    """(point, family, trainings), points in the order of the trainings."""
    points = dict.fromkeys(one.point for one in trained)
    for point in points:
        for family in _families(trained):
            members = [one for one in trained if (one.point, one.family) == (point, family)]
            if members:
                yield point, family, members
