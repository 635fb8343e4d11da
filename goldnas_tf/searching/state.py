"""Where a search stands, as plain values that a checkpoint holds."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.searching.pruning import PruningRule
from goldnas_tf.searching.schedule import LambdaState, Stability
from goldnas_tf.training.state import RunState


@dataclasses.dataclass(frozen=True, kw_only=True)
class SearchState(RunState):
    """Everything that decides how a search goes on, besides weights and optimizer slots.

    Attributes:
        genotype: the operators that are alive.
        lambda_: λ and its history.
        stability: for how long the architecture has been unchanged.
        lowest: the least that any network so far cost that would have been used, by what points
            are taken at; None before the first pruning.
        wasted: work done for masked operators since the last rebuild, in steps.
        accuracy: on the watched validation images after the last epoch; None before the first.
        pending: why the present network is to be taken as a point, or None.
        ended: why the search is over, or None.
    """

    genotype: Genotype
    lambda_: LambdaState
    stability: Stability = dataclasses.field(default_factory=Stability)
    lowest: float | None = None
    wasted: float = 0.0
    accuracy: float | None = None
    pending: str | None = None
    ended: str | None = None

    @classmethod
    def start(cls, genotype: Genotype, rule: PruningRule) -> "SearchState":
        """The state before the first step."""
        return cls(genotype=genotype, lambda_=LambdaState.start(rule))

    def to_json(self) -> dict[str, Any]:
        """The state as JSON values."""
        return {**dataclasses.asdict(self), "genotype": self.genotype.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "SearchState":
        """Reads what `to_json` wrote."""
        return cls(
            **{
                **values,
                "genotype": Genotype.from_json(values["genotype"]),
                "lambda_": LambdaState(**values["lambda_"]),
                "stability": Stability(**values["stability"]),
                "sums": tuple(values["sums"]),
            }
        )
