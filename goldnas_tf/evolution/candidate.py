"""A network that was tried, and what came of it. Plain data, no TensorFlow."""

import dataclasses
import pathlib
import typing
from collections.abc import Mapping, Sequence

from goldnas_tf.evolution.assembly import Genes
from goldnas_tf.files import json_lines
from goldnas_tf.pareto import Point
from goldnas_tf.pareto.flat import from_flat, to_flat

FILE = "candidates.jsonl"


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One trial.

    Attributes:
        name: unique in its run: "n012" for the twelfth network.
        genes: what it was put together from.
        generation: in which it was tried, from 1.
        costs: what it costs, by the names of the resources: those that can be counted, and
            "latency_ms" once it was measured.
        val_accuracy: top-1 on the validation images after the short training, in [0, 1]; None where
            there was none.
        failure: why it is infeasible though its costs are not, or None.
        seconds: that the trial took.
    """

    name: str
    genes: Genes
    generation: int
    costs: Mapping[str, float]
    val_accuracy: float | None = None
    failure: str | None = None
    seconds: float = 0.0

    def tried(self, outcome: Mapping[str, typing.Any], seconds: float) -> "Candidate":
        """The same once it was tried.

        Args:
            outcome: "val_accuracy" and the "costs" that were measured, or a "failure".
            seconds: that the trial took.
        """
        costs = {**self.costs, **outcome.get("costs", {})}
        return dataclasses.replace(self, **{**outcome, "costs": costs, "seconds": seconds})

    @property
    def accuracy(self) -> float:
        """Top-1 of a network that was trained, as all feasible ones were."""
        assert self.val_accuracy is not None, f"{self.name} was not trained"
        return self.val_accuracy

    def aims(self, costs: Sequence[str]) -> list[float]:
        """What is minimised: the error in [0, 1], then the costs; of a failure the worst error."""
        error = 1.0 if self.val_accuracy is None else 1 - self.val_accuracy
        # a network that failed before it was timed is infeasible anyway
        return [error, *(self.costs.get(name, 0.0) for name in costs)]

    def excess(self, limits: dict[str, float]) -> list[float]:
        """By how much it breaks each constraint, relative to the limit; at most 0 where it holds.

        The last constraint is that the trial succeeded.
        """
        broken = [self.costs.get(name, 0.0) / limit - 1 for name, limit in limits.items()]
        return [*broken, 1.0 if self.failure else 0.0]

    def is_feasible(self, limits: dict[str, float]) -> bool:
        """Whether it was trained and breaks no limit."""
        return self.val_accuracy is not None and max(self.excess(limits)) <= 0

    def point(self) -> Point:
        """As one of the networks that a run is judged by; it was trained."""
        return Point(
            name=self.name,
            path="",
            costs=self.costs,
            val_accuracy=self.accuracy,
            epoch=self.generation,
            reason="evolved",
        )


def append(candidate: Candidate, folder: pathlib.Path) -> None:
    """Adds a line to `candidates.jsonl`."""
    json_lines.append(folder / FILE, to_flat(candidate))


def read(folder: pathlib.Path) -> list[Candidate]:
    """All trials so far, for the process that goes on with them."""
    return _parsed(json_lines.read(folder / FILE))


def finished(folder: pathlib.Path) -> list[Candidate]:
    """All trials that are written down; another process may be adding to them."""
    return _parsed(json_lines.finished(folder / FILE))


def _parsed(lines: Sequence[Mapping[str, typing.Any]]) -> list[Candidate]:
    return [from_flat(Candidate, {**line, "genes": tuple(line["genes"])}) for line in lines]
