"""Which operators go: the pruning rule, as arithmetic on the shares ĝ. No TensorFlow."""

import collections
import dataclasses
from collections.abc import Mapping

from goldnas_tf.architecture.places import Place
from goldnas_tf.errors import InputError
from goldnas_tf.settings.setting import check, setting


@dataclasses.dataclass(frozen=True)
class PruningRule:
    """Thresholds of the pruning and the growth of λ.

    Raises:
        InputError: a value out of range, or ξ_min not below ξ_max.

    Reference: GOLD-NAS (arXiv 2007.03331), section 3.3.
    """

    threshold_min: float = setting(
        0.01, "share ĝ in its node at which an operator is pruned at once (ξ_min)", low=0, high=1
    )
    threshold_max: float = setting(
        0.05, "share ĝ below which the weakest others are pruned (ξ_max)", low=0, high=1
    )
    prune_weakest: int = setting(
        4,
        "how many of the weakest others an epoch may prune; λ falls when at least so many "
        "operators went, else it grows (n0)",
        low=1,
    )
    lambda_step: float = setting(
        1e-5,
        "the growth of the resource term's weight λ starts from this, and is multiplied by "
        "lambda_growth in each epoch (λ0)",
        above=0,
    )
    lambda_growth: float = setting(
        2.0, "factor of the growth of λ while too little is pruned (c0)", above=1
    )
    lambda_ceiling: float = setting(
        10.0, "largest λ; where it is reached and nothing goes, the search ends", above=0
    )

    def __post_init__(self) -> None:
        check(self)
        if not self.threshold_min < self.threshold_max:
            raise InputError(
                f"threshold_min: expected less than threshold_max; received {self.threshold_min:g} "
                f"and {self.threshold_max:g}"
            )


def shares(strengths: Mapping[Place, float]) -> dict[Place, float]:
    """ĝ of each live operator: its σ(α) over the sum of its node; those of a node sum to 1."""
    totals: dict[tuple[int, int], float] = collections.defaultdict(float)
    for place, strength in strengths.items():
        totals[place.feeds] += strength
    return {
        place: strength / totals[place.feeds] if totals[place.feeds] else 0.0
        for place, strength in strengths.items()
    }


def choose(shares: Mapping[Place, float], rule: PruningRule) -> list[Place]:
    """The operators to prune.

    Every operator with ĝ ≤ ξ_min goes, and of the n₀ weakest others those with ĝ < ξ_max. The
    strongest operator of a node always stays, so that no node is left without one.

    Args:
        shares: ĝ of every live operator.
        rule: thresholds.

    Returns:
        The operators that go, weakest first; equal ones in the order of their places.
    """
    below = spent(shares, rule)
    weakest = _weakest_first(shares)[len(below) : len(below) + rule.prune_weakest]
    return below + [place for place in weakest if shares[place] < rule.threshold_max]


def spent(shares: Mapping[Place, float], rule: PruningRule) -> list[Place]:
    """The operators with ĝ ≤ ξ_min, but for the strongest of a node, weakest first."""
    return [place for place in _weakest_first(shares) if shares[place] <= rule.threshold_min]


def _weakest_first(shares: Mapping[Place, float]) -> list[Place]:
    """All operators but the strongest of each node."""
    strongest: dict[tuple[int, int], Place] = {}
    for place in sorted(shares):
        best = strongest.setdefault(place.feeds, place)
        if shares[place] > shares[best]:
            strongest[place.feeds] = place
    return sorted(set(shares) - set(strongest.values()), key=lambda place: (shares[place], place))
