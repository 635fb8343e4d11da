"""The picture of an evolution: its front, generation by generation, and its hypervolume."""

import itertools
import os
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from goldnas_tf import pareto
from goldnas_tf.display import axes as cost_axis
from goldnas_tf.display import figures
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.front import front, reference, volumes
from goldnas_tf.evolution.settings import EvolutionSettings
from goldnas_tf.resources.resources import RESOURCES

_COLOURS = matplotlib.colormaps["viridis_r"]
_LINES = 6


def draw_evolution(
    history: Sequence[Sequence[Candidate]], settings: EvolutionSettings, path: str | os.PathLike
) -> None:
    """Writes the picture as a PNG file, whole or not at all.

    Args:
        history: the generations so far, at least one.
        settings: of the evolution; the first of its costs is shown.
        path: the file to write.
    """
    figures.save_png(evolution_figure(history, settings), path)


def evolution_figure(history: Sequence[Sequence[Candidate]], settings: EvolutionSettings) -> Figure:
    """The same picture as a figure, for a notebook."""
    tried = list({one.name: one for part in history for one in part if one.name}.values())
    figure = Figure(figsize=(13, 5.6), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_fronts(left, tried, len(history), settings)
    _draw_volume(right, tried, history, settings)
    return figure


def _draw_fronts(
    axes: Axes, tried: Sequence[Candidate], generations: int, settings: EvolutionSettings
) -> None:
    """Every network as a dot, coloured by its generation, and the front after some of them."""
    cost = settings.objectives[0]
    feasible = [one for one in tried if one.is_feasible(settings.most)]
    out = len(tried) - len(feasible)
    figures.style(axes, f"Networks tried: {len(tried)}" + (f", infeasible: {out}" if out else ""))
    axes.set_ylabel("validation accuracy after the short training, %")
    if not feasible:
        return
    values = [one.costs[cost] for one in feasible]
    cost_axis.show(axes, values, RESOURCES[cost].title)
    last = max(generations - 1, 1)
    axes.scatter(
        values,
        [100 * one.accuracy for one in feasible],
        c=[_COLOURS((one.generation - 1) / last) for one in feasible],
        s=22,
        alpha=0.75,
        linewidths=0,
        zorder=2,
    )
    for generation in pareto.evenly(range(1, generations + 1), _LINES):
        until = [one for one in feasible if one.generation <= generation]
        if not until:
            continue
        # of several costs the picture shows one: its own front
        found = sorted((o.costs[cost], 100 * o.accuracy) for o in front(until, settings))
        steps = [found[0]]
        for x, y in found[1:]:
            if y > steps[-1][1]:
                steps += [(x, steps[-1][1]), (x, y)]
        axes.plot(
            *zip(*steps, strict=True),
            color=_COLOURS((generation - 1) / last),
            linewidth=2.4 if generation == generations else 1.2,
            label=f"front after generation {generation}",
            zorder=3,
        )
    axes.legend(frameon=False, fontsize=9, loc="lower right")


def _draw_volume(
    axes: Axes,
    tried: Sequence[Candidate],
    history: Sequence[Sequence[Candidate]],
    settings: EvolutionSettings,
) -> None:
    figures.style(axes, "Hypervolume")
    grown = volumes(tried, settings, reference(history, settings))
    axes.plot(range(1, len(grown) + 1), grown, color=_COLOURS(1.0), linewidth=1.8)
    ends = list(itertools.accumulate(_new(history)))
    marks = [end for end in ends if 0 < end <= len(grown)]
    axes.plot(marks, [grown[end - 1] for end in marks], "o", color=_COLOURS(1.0), markersize=4)
    axes.set_xlabel("networks tried (dots: ends of generations)")
    axes.set_ylabel("share of the box of errors and costs that is dominated")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _new(history: Sequence[Sequence[Candidate]]) -> list[int]:
    """How many networks were first tried in each generation."""
    seen: set[str] = set()
    counts = []
    for generation in history:
        names = {one.name for one in generation if one.name} - seen
        seen |= names
        counts.append(len(names))
    return counts
