"""The time that a run is given and has used, and the plan in steps that followed from it.

The plan is made once, by the pace of the first steps, and written down: a run that is stopped
follows it when it goes on, to the same last digit.
"""

import pathlib
from typing import Any

from goldnas_tf.files.kinds import Kind
from goldnas_tf.runs.clock import Clock

KIND = Kind("the plan of a run", schema=1, advice="use another workdir")
FILE = "plan.json"

# of the time: what nobody foresees
_RESERVE = 0.02


def used(folder: pathlib.Path) -> float:
    """Seconds that the run of a folder has taken, 0 where that was not written down.

    Raises:
        InputError: the plan is damaged.
    """
    file = folder / FILE
    return float(KIND.read(file).get("used", 0.0)) if file.is_file() else 0.0


class Timetable:
    """The time of a run, in all processes that worked on it, and what was planned.

    Args:
        folder: the run folder.
        seconds: that the whole run may take; 0 is no limit.
        clock: of the run, which has counted since its start.
        spent: seconds that went before the run.
    """

    def __init__(self, folder: pathlib.Path, seconds: float, clock: Clock, spent: float = 0.0):
        self.seconds = seconds
        self._file = folder / FILE
        self._clock = clock
        self._values: dict[str, Any] = {"epochs": None, "steps": None, "used": spent}
        if self._file.exists():
            self._values |= KIND.read(self._file)
        self._before = float(self._values["used"])

    @property
    def is_timed(self) -> bool:
        """Whether there is a limit."""
        return self.seconds > 0

    @property
    def epochs(self) -> int | None:
        """Of the run, once they are planned."""
        epochs: int | None = self._values["epochs"]
        return epochs

    @property
    def steps(self) -> int | None:
        """Of an epoch, where they are planned."""
        steps: int | None = self._values["steps"]
        return steps

    @property
    def used(self) -> float:
        """Seconds that the run has taken."""
        return self._before + self._clock.total()

    @property
    def left(self) -> float:
        """Seconds that are left, but for a reserve."""
        return (1 - _RESERVE) * self.seconds - self.used

    def plan(self, epochs: int, steps: int | None = None, **more: int) -> None:
        """Writes down for how many epochs the run goes, of how many steps, and what else."""
        self.keep(epochs=epochs, steps=steps, **more)

    def keep(self, **more: int | None) -> None:
        """Writes down what else was planned, by its name."""
        self._values |= more
        self.note()

    def planned(self, name: str, otherwise: int) -> int:
        """What else was planned, by its name; `otherwise` where it was not."""
        return int(self._values.get(name, otherwise))

    def note(self) -> None:
        """Writes down how much time is used."""
        KIND.write(self._file, {**self._values, "used": round(self.used, 3)})
