"""A search in a given time: the pace that was measured, and the plan in steps that follows from it.

The plan is made once, after the first epoch, and written down: a search that is stopped follows it
when it goes on, to the same last digit. What the search takes longer or shorter than was thought
goes to the finishing, whose part is planned network by network in the time that is left.
"""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from goldnas_tf.files.kinds import Kind
from goldnas_tf.runs.clock import Clock
from goldnas_tf.searching.planned import PlanSettings, planned_macs

KIND = Kind("the plan of a timed search", schema=1, advice="use another workdir")
FILE = "plan.json"

# rebuilds, and operators that are masked until then, while networks are pruned
_PRUNING_OVERHEAD = 1.3
# of a step's time where one cost alone is known
_FIXED_SHARE = 0.25
# a forward pass takes about a third of a step
_FORWARD = 1 / 3
_FEWEST_EPOCHS = 8
_MOST_EPOCHS = 100_000
# of the time: what nobody foresees
_RESERVE = 0.02


@dataclasses.dataclass(frozen=True)
class Pace:
    """Seconds of a step, as a line in the multiply-adds of the network: fixed + slope · macs."""

    fixed: float
    slope: float

    @classmethod
    def fit(cls, samples: Sequence[tuple[float, float]]) -> "Pace":
        """The line through what was measured.

        Args:
            samples: multiply-adds and seconds of a step, at least one.
        """
        macs, seconds = np.array(samples, float).T
        fixed, slope = (
            _FIXED_SHARE * seconds.mean(),
            (1 - _FIXED_SHARE) * seconds.mean() / macs.mean(),
        )
        if macs.max() > 1.2 * macs.min():
            measured, level = np.polyfit(macs, seconds, 1)
            if measured > 0 and level >= 0:
                fixed, slope = level, measured
        return cls(float(fixed), float(slope))

    def step(self, macs: float, teacher: float = 0.0) -> float:
        """Seconds of a step of a network, perhaps with the forward pass of a teacher."""
        return self.fixed + self.slope * (macs + _FORWARD * teacher)

    def forward(self, macs: float) -> float:
        """Seconds in which a network answers a batch."""
        return _FORWARD * self.step(macs)


def plan_epochs(
    settings: PlanSettings,
    pace: Pace,
    steps: int,
    watched: int,
    start: int,
    floor: int,
    time: float,
) -> int:
    """How many epochs a planned search has time for.

    Args:
        settings: the curve of its cost.
        pace: what was measured.
        steps: of an epoch.
        watched: batches that are answered after each epoch.
        start: multiply-adds of the full network.
        floor: where it ends.
        time: seconds.
    """

    def seconds(epochs: int) -> float:
        whole = 0.0
        for epoch in range(epochs):
            macs = planned_macs(settings, epoch, epochs, start, floor)
            overhead = _PRUNING_OVERHEAD if macs < start else 1.0
            whole += overhead * (steps * pace.step(macs) + watched * pace.forward(macs))
        return whole

    low, high = _FEWEST_EPOCHS, _FEWEST_EPOCHS
    while seconds(high) < time and high < _MOST_EPOCHS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if seconds(middle) < time else (low, middle)
    return low


@dataclasses.dataclass(frozen=True)
class Estimate:
    """What finishing a network takes.

    Attributes:
        pace: of the search.
        overhead: seconds of a network besides its steps.
        ratio: how long steps take of what the pace says, as far as it is known.
    """

    pace: Pace
    overhead: float
    ratio: float = 1.0

    def steps(self, costs: Sequence[int], teachers: Sequence[int], time: float) -> int:
        """How many steps the first of some networks is trained for, if all are for as many.

        Args:
            costs: multiply-adds of each network that is to be finished, at least one.
            teachers: those of its teacher, 0 for none.
            time: seconds that there are for all.

        Returns:
            At least 1.
        """
        pairs = zip(costs, teachers, strict=True)
        step = self.ratio * sum(self.pace.step(macs, teacher) for macs, teacher in pairs)
        return max(1, int((time - self.overhead * len(costs)) / step))

    def corrected(
        self, steps: int, macs: int, teacher: int, spent: float, besides: float
    ) -> "Estimate":
        """The estimate once a network was finished.

        Args:
            steps: that it was trained for.
            macs: its multiply-adds.
            teacher: those of its teacher, 0 for none.
            spent: seconds in these steps.
            besides: seconds besides.
        """
        ratio = spent / (steps * self.pace.step(macs, teacher))
        return dataclasses.replace(self, ratio=ratio, overhead=besides)


class Timetable:
    """The time that a run was given, how it is used, and what was planned.

    Args:
        folder: the run folder.
        seconds: that the whole run may take; 0 is no limit.
        clock: of the run, which has counted since its start.
    """

    def __init__(self, folder: pathlib.Path, seconds: float, clock: Clock):
        self.seconds = seconds
        self._file = folder / FILE
        self._clock = clock
        self._values: dict[str, Any] = {"epochs": None, "used": 0.0, "finishing": {}}
        if self._file.exists():
            self._values = KIND.read(self._file)
        self._before = float(self._values["used"])

    @property
    def is_timed(self) -> bool:
        """Whether there is a limit."""
        return self.seconds > 0

    @property
    def epochs(self) -> int | None:
        """Of the search, once it is planned."""
        epochs: int | None = self._values["epochs"]
        return epochs

    @property
    def used(self) -> float:
        """Seconds that the run has taken, in all processes that worked on it."""
        return self._before + self._clock.total()

    @property
    def left(self) -> float:
        """Seconds that are left, but for a reserve."""
        return (1 - _RESERVE) * self.seconds - self.used

    def plan_search(self, epochs: int) -> None:
        """Writes down for how many epochs the search goes."""
        self._values["epochs"] = epochs
        self.note()

    def plan_finishing(self, name: str, epochs: int, steps: int) -> None:
        """Writes down how a point is finished: so many epochs of so many steps."""
        self._values["finishing"][name] = [epochs, steps]
        self.note()

    def finishing(self, name: str) -> tuple[int, int] | None:
        """Epochs and their steps, once they are planned."""
        planned = self._values["finishing"].get(name)
        return tuple(planned) if planned else None

    def note(self) -> None:
        """Writes down how much time is used."""
        if self.is_timed:
            KIND.write(self._file, {**self._values, "used": round(self.used, 3)})
