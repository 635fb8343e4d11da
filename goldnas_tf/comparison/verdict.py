"""What the trainings of a comparison say, as arithmetic: means, hypervolumes, a paired test."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence

from scipy import stats

from goldnas_tf.comparison.families import FAMILIES
from goldnas_tf.pareto.hypervolume import hypervolume


@dataclasses.dataclass(frozen=True)
class Trained:
    """One training of a comparison.

    Attributes:
        point: whose cost the network has.
        family: one of `families.FAMILIES`.
        seed: of the training, and of a random network.
        costs: of the network, by the names of the resources.
        accuracy: top-1 on the split that is compared, in [0, 1].
    """

    point: str
    family: str
    seed: int
    costs: Mapping[str, float]
    accuracy: float


@dataclasses.dataclass(frozen=True)
class Paired:
    """The found networks against a rival, pair by pair: same point, same seed.

    Attributes:
        rival: the family.
        pairs: how many.
        gain: mean difference of the accuracies, above 0 where the found networks are better.
        p_value: of a two-sided paired t-test that the mean is 0; None for fewer than two pairs, or
            where all differences are alike.
    """

    rival: str
    pairs: int
    gain: float
    p_value: float | None


def spread(values: Sequence[float]) -> float:
    """Sample standard deviation, 0 for a single value."""
    return statistics.stdev(values) if len(values) > 1 else 0.0


def hypervolumes(trained: Sequence[Trained], family: str, start_macs: int) -> list[float]:
    """The area that the networks of a family dominate, for each seed.

    Args:
        trained: all trainings.
        family: of which to take.
        start_macs: multiply-adds of the super-network: the cost from which nothing counts.

    Returns:
        For each seed the share of the unit square of cost over `start_macs` and error that is
        dominated, in [0, 1].
    """
    seeds = sorted({one.seed for one in trained if one.family == family})
    return [
        hypervolume(
            [
                [one.costs["macs"], 1 - one.accuracy]
                for one in trained
                if one.family == family and one.seed == seed
            ],
            reference=[start_macs, 1.0],
        )
        for seed in seeds
    ]


def paired(trained: Sequence[Trained], rival: str) -> Paired:
    """The found networks against a rival over all points and seeds."""
    accuracy = {(one.family, one.point, one.seed): one.accuracy for one in trained}
    pairs = [
        (found, accuracy[rival, point, seed])
        for (family, point, seed), found in accuracy.items()
        if family == FAMILIES[0] and (rival, point, seed) in accuracy
    ]
    differences = [found - other for found, other in pairs]
    test = len(pairs) > 1 and spread(differences) > 0
    p_value = float(stats.ttest_rel(*zip(*pairs, strict=True)).pvalue) if test else None
    return Paired(rival, len(pairs), statistics.fmean(differences), p_value)


def sentence(result: Paired) -> str:
    """What the paired test says, in words that hide no loss."""
    p_value = "no p-value" if result.p_value is None else f"p = {result.p_value:.2g}"
    sure = result.p_value is not None and result.p_value < 0.05
    better = "better" if result.gain > 0 else "worse"
    against = f"than {result.rival} networks of equal cost"
    if sure:
        verdict = f"the found networks are {better} {against}"
    else:
        verdict = f"the found networks are not shown to be better or worse {against}"
    points = f"{abs(100 * result.gain):.2f} points {better}" if result.gain else "no difference"
    return f"{verdict}: {points} on average, {p_value}, {result.pairs} pairs"
