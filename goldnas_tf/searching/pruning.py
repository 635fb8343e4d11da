"""Which gates go: the pruning rule, as arithmetic on the shares ĝ. No TensorFlow."""

import collections
import dataclasses
from collections.abc import Callable, Mapping

from goldnas_tf.architecture.places import Gate, Node
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


def shares(strengths: Mapping[Gate, float]) -> dict[Gate, float]:
    """ĝ of each live gate: its σ(α) over the sum of its node; those of a node sum to 1.

    The groups of channels of a cell, or of the stem, are of one node: its width.
    """
    totals: dict[Node, float] = collections.defaultdict(float)
    for gate, strength in strengths.items():
        totals[gate.feeds] += strength
    return {
        gate: strength / totals[gate.feeds] if totals[gate.feeds] else 0.0
        for gate, strength in strengths.items()
    }


def _one(node: Node) -> int:
    del node
    return 1


def choose(
    shares: Mapping[Gate, float], rule: PruningRule, least: Callable[[Node], int] = _one
) -> list[Gate]:
    """The gates to prune.

    Every gate with ĝ ≤ ξ_min goes, and of the n₀ weakest others those with ĝ < ξ_max. The strongest
    of a node always stay, so that no node is left without one.

    Args:
        shares: ĝ of every live gate.
        rule: thresholds.
        least: how many of a node stay; default: one.

    Returns:
        The gates that go, weakest first; equal ones in the order of their places.
    """
    below = spent(shares, rule, least)
    weakest = _weakest_first(shares, least)[len(below) : len(below) + rule.prune_weakest]
    return below + [gate for gate in weakest if shares[gate] < rule.threshold_max]


def spent(
    shares: Mapping[Gate, float], rule: PruningRule, least: Callable[[Node], int] = _one
) -> list[Gate]:
    """The gates with ĝ ≤ ξ_min, but for the strongest of a node, weakest first."""
    return [gate for gate in _weakest_first(shares, least) if shares[gate] <= rule.threshold_min]


def _weakest_first(shares: Mapping[Gate, float], least: Callable[[Node], int]) -> list[Gate]:
    """All gates but the strongest of each node."""
    nodes: dict[Node, list[Gate]] = collections.defaultdict(list)
    for gate in sorted(shares, key=lambda gate: (-shares[gate], gate)):
        nodes[gate.feeds].append(gate)
    rest = [gate for node, gates in nodes.items() for gate in gates[least(node) :]]
    return sorted(rest, key=lambda gate: (shares[gate], gate))
