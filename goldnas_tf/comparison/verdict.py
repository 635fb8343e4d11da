"""What the trainings of a comparison say, as arithmetic: means, hypervolumes, paired tests."""

import dataclasses
import math
import statistics
from collections.abc import Mapping, Sequence

from scipy import stats

from goldnas_tf.comparison.settings import FOUND, RIVALS
from goldnas_tf.pareto import dominates
from goldnas_tf.pareto.hypervolume import hypervolume

Front = tuple[str, int]
"""A search and a seed: what the networks of a family are on one front by."""


@dataclasses.dataclass(frozen=True)
class Trained:
    """One trained network of a comparison.

    Attributes:
        run: name of the search that it is compared with.
        point: whose cost the network has.
        family: one of `settings.FAMILIES`, or "rivals".
        seed: of the training, and of a random network.
        costs: of the network, by the names of the resources.
        val_accuracy: top-1 on the validation split, in [0, 1].
        accuracy: top-1 on the split that is compared, in [0, 1].
    """

    run: str
    point: str
    family: str
    seed: int
    costs: Mapping[str, float]
    val_accuracy: float
    accuracy: float

    @property
    def front(self) -> Front:
        """What it is on one front with others of its family by."""
        return self.run, self.seed


@dataclasses.dataclass(frozen=True)
class Paired:
    """What was found against a rival, pair by pair.

    Attributes:
        rival: the family.
        pairs: how many.
        found: mean of what was found.
        other: mean of the rival.
        deviation: standard deviation of the differences.
        ahead: in how many pairs what was found is better.
        p_value: of a two-sided paired t-test that the mean difference is 0; None for fewer than two
            pairs, or where all differences are alike.
    """

    rival: str
    pairs: int
    found: float
    other: float
    deviation: float
    ahead: int
    p_value: float | None

    @property
    def gain(self) -> float:
        """Mean difference, above 0 where what was found is better."""
        return self.found - self.other

    @property
    def is_sure(self) -> bool:
        """Whether chance alone would hardly give such a difference: p < 0.05."""
        return self.p_value is not None and self.p_value < 0.05


def spread(values: Sequence[float]) -> float:
    """Sample standard deviation, 0 for a single value."""
    return statistics.stdev(values) if len(values) > 1 else 0.0


def families(trained: Sequence[Trained]) -> list[str]:
    """The families that were trained, in the order in which they came, the found one first."""
    names = dict.fromkeys(one.family for one in trained)
    return sorted(names, key=lambda name: name != FOUND)


def of_family(trained: Sequence[Trained], family: str) -> list[Trained]:
    """The members of a family."""
    return [one for one in trained if one.family == family]


def paired(trained: Sequence[Trained], rival: str) -> Paired | None:
    """The accuracies of found networks against those of a rival: same search, point and seed.

    Of several searches each is one pair, by its means: several trainings of what one search has
    found are no several findings.

    Args:
        trained: all of the comparison.
        rival: the family.

    Returns:
        None where there is no pair, as of networks of a cost of their own.
    """
    theirs = {(one.front, one.point): one.accuracy for one in of_family(trained, rival)}
    pairs = [
        (one.run, one.accuracy, theirs[one.front, one.point])
        for one in of_family(trained, FOUND)
        if (one.front, one.point) in theirs
    ]
    return _against(rival, pairs)


def hypervolumes(
    trained: Sequence[Trained],
    family: str,
    cost: str,
    start: float,
    least: float | None = None,
) -> dict[Front, float]:
    """How much each front of a family is worth, over the logarithm of the cost.

    That is the mean accuracy of the network that one would choose, by validation, over all budgets
    between the smallest networks and the super-network, evenly in their logarithms: the
    hypervolume of the unit square of log(cost) and error.

    Args:
        trained: all of the comparison.
        family: of which to take.
        cost: a resource.
        start: of it, that the super-network has: the end of the range.
        least: the beginning of the range; a budget that buys nothing has no right answers. Default:
            where every family has a network.

    Returns:
        For each front a share, in [0, 1].
    """
    # a user's own networks may be few, and large
    least = least or max(
        min(one.costs[cost] for one in trained if (one.family, one.front) == front)
        for front in {(one.family, one.front) for one in trained if one.family != RIVALS}
    )
    width = math.log(max(start / least, 1.0))
    values: dict[Front, float] = {}
    for front in dict.fromkeys(one.front for one in of_family(trained, family)):
        members = [one for one in of_family(trained, family) if one.front == front]
        chosen = [
            one for one in members if not any(dominates(other, one, (cost,)) for other in members)
        ]
        aims = [
            [
                math.log(max(one.costs[cost] / least, 1.0)) / width if width else 0.0,
                1 - one.accuracy,
            ]
            for one in chosen
        ]
        values[front] = hypervolume(aims, reference=[1.0, 1.0])
    return values


def fronts(trained: Sequence[Trained], rival: str, cost: str, start: float) -> Paired | None:
    """The hypervolumes of found fronts against those of a rival: same search, same seed.

    Of several searches each is one pair, by the mean over its trainings.

    Args:
        trained: all of the comparison.
        rival: the family.
        cost: a resource.
        start: of it, that the super-network has.
    """
    ours, theirs = (hypervolumes(trained, name, cost, start) for name in (FOUND, rival))
    pairs = [(front[0], area, theirs[front]) for front, area in ours.items() if front in theirs]
    return _against(rival, pairs)


def _against(rival: str, pairs: Sequence[tuple[str, float, float]]) -> Paired | None:
    """What pairs say: (search, found, rival); each of several searches is one, by its means."""
    if not pairs:
        return None
    runs = list(dict.fromkeys(run for run, _, _ in pairs))
    groups = [[pair for pair in pairs if pair[0] == run] for run in runs]
    if len(groups) == 1:
        groups = [[pair] for pair in pairs]
    found = [statistics.fmean(ours for _, ours, _ in group) for group in groups]
    other = [statistics.fmean(theirs for _, _, theirs in group) for group in groups]
    differences = [a - b for a, b in zip(found, other, strict=True)]
    deviation = spread(differences)
    p_value = float(stats.ttest_rel(found, other).pvalue) if deviation > 0 else None
    ahead = sum(difference > 0 for difference in differences)
    means = statistics.fmean(found), statistics.fmean(other)
    return Paired(rival, len(differences), *means, deviation, ahead, p_value)


def accuracy_sentence(result: Paired) -> str:
    """What the paired test of accuracies says, in words that hide no loss."""
    better = "better" if result.gain > 0 else "worse"
    against = f"than {result.rival} networks of equal cost"
    amount = f"{abs(100 * result.gain):.2f} points {better}" if result.gain else "no difference"
    return _sentence(result, "networks", against, f"{amount} on average")


def front_sentence(result: Paired) -> str:
    """What the paired test of hypervolumes says, in words that hide no loss."""
    better = "more" if result.gain > 0 else "less"
    share = abs(result.gain) / result.other if result.other else math.inf
    amount = f"{share:.2%} {better} hypervolume" if result.gain else "no difference"
    return _sentence(result, "fronts", f"than those of {result.rival}", amount)


def _sentence(result: Paired, what: str, against: str, amount: str) -> str:
    better = "better" if result.gain > 0 else "worse"
    shown = better if result.is_sure else "not shown to be better or worse"
    p_value = "no p-value" if result.p_value is None else f"p = {result.p_value:.2g}"
    ahead = f"ahead in {result.ahead} of {result.pairs} pairs"
    return f"the found {what} are {shown} {against}: {amount}, {p_value}, {ahead}"
