"""How λ grows and when an architecture counts as stable: small values without a model.

Each state is immutable and serialises as JSON values; `after` gives the next one.
Reference: GOLD-NAS (arXiv 2007.03331), section 3.3.
"""

import dataclasses

from goldnas_tf.searching.pruning import PruningRule


@dataclasses.dataclass(frozen=True)
class LambdaState:
    """λ and its history.

    Attributes:
        value: λ, the weight of the resource term.
        increment: Δλ, what it last grew by.
        capped: for how many prunings in a row λ has stood at its ceiling while nothing went.
    """

    value: float
    increment: float
    capped: int = 0

    @classmethod
    def start(cls, rule: PruningRule) -> "LambdaState":
        """λ = 0 and Δλ = λ₀."""
        return cls(value=0.0, increment=rule.lambda_step)

    def after(self, pruned: int, rule: PruningRule) -> "LambdaState":
        """The state after a pruning in which so many operators went.

        If pruned ≥ n₀: Δλ ← λ₀, λ ← λ / c₀. Otherwise: Δλ ← c₀ · Δλ, λ ← λ + Δλ. Both stop at
        the ceiling, so that λ cannot run away where nothing more can be pruned.
        """
        if pruned >= rule.prune_weakest:
            return LambdaState(self.value / rule.lambda_growth, rule.lambda_step)
        increment = min(rule.lambda_growth * self.increment, rule.lambda_ceiling)
        value = min(self.value + increment, rule.lambda_ceiling)
        stuck = value == rule.lambda_ceiling and not pruned
        return LambdaState(value, increment, self.capped + 1 if stuck else 0)


@dataclasses.dataclass(frozen=True)
class Stability:
    """For how long the architecture has stayed as it is.

    Attributes:
        unchanged: prunings in a row that took nothing.
        taken: whether this architecture is a point already.
    """

    unchanged: int = 0
    taken: bool = False

    def after(self, pruned: int) -> "Stability":
        """The state after a pruning in which so many operators went."""
        return Stability() if pruned else Stability(self.unchanged + 1, self.taken)

    def now_taken(self) -> "Stability":
        """The state once the architecture is a point."""
        return dataclasses.replace(self, taken=True)

    def due(self, stable_epochs: int) -> bool:
        """Whether the architecture has been stable for n_m prunings and is not yet a point."""
        return self.unchanged >= stable_epochs and not self.taken
