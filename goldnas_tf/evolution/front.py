"""The front of what was tried, and how its hypervolume grew. Plain data, no TensorFlow."""

from collections.abc import Sequence

from goldnas_tf import pareto
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.settings import EvolutionSettings
from goldnas_tf.pareto.hypervolume import hypervolume


def front(tried: Sequence[Candidate], settings: EvolutionSettings) -> list[Candidate]:
    """The feasible networks that no other one dominates, the cheapest first."""
    feasible = [one for one in tried if one.is_feasible(settings.most)]
    by_name = {one.name: one for one in feasible}
    points = pareto.mark([one.point() for one in feasible], settings.objectives)
    return [by_name[point.name] for point in reversed(points) if point.non_dominated]


def reference(
    history: Sequence[Sequence[Candidate]], settings: EvolutionSettings
) -> tuple[float, ...]:
    """The worst that counts: all answers wrong; of each cost its limit.

    Where a cost has no limit, it is the most of any network of the first generation.
    """
    first = history[0] if history else []
    worst = [
        settings.most.get(name) or max((one.costs.get(name, 0) for one in first), default=0) or 1
        for name in settings.objectives
    ]
    return (1.0, *worst)


def volumes(
    tried: Sequence[Candidate], settings: EvolutionSettings, worst: Sequence[float]
) -> list[float]:
    """The hypervolume after each trial, as a share of the box up to the worst.

    Args:
        tried: in their order.
        settings: of the evolution.
        worst: `reference`.
    """
    aims: list[list[float]] = []
    found = [0.0]
    for one in tried:
        new = one.aims(settings.objectives)
        better = one.is_feasible(settings.most) and not any(_covers(old, new) for old in aims)
        if better:
            aims = [old for old in aims if not _covers(new, old)] + [new]
        found.append(hypervolume(aims, worst) if better else found[-1])
    return found[1:] or found


def _covers(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))
