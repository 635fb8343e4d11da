"""Where the time of a run goes: seconds by phase. Plain data, no TensorFlow."""

import collections
import contextlib
import time
from collections.abc import Iterator


class Clock:
    """Adds up the seconds spent in phases; a phase inside another interrupts it.

    Attributes:
        seconds: spent so far in each phase, by its name.
        lap: seconds in each phase since `start_lap`.
    """

    def __init__(self) -> None:
        self.seconds: collections.defaultdict[str, float] = collections.defaultdict(float)
        self.lap: collections.defaultdict[str, float] = collections.defaultdict(float)
        self._visits: collections.Counter[str] = collections.Counter()
        self._running: list[str] = []
        self._since = 0.0

    @contextlib.contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        """Counts what happens inside for the phase."""
        self._turn()
        self._running.append(phase)
        self._visits[phase] += 1
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def _turn(self) -> None:
        """Ends a stretch of time, which belongs to the innermost phase, and begins the next."""
        now = time.perf_counter()
        if self._running:
            for counter in (self.seconds, self.lap):
                counter[self._running[-1]] += now - self._since
        self._since = now

    def total(self) -> float:
        """Seconds in all phases, the running one included."""
        running = time.perf_counter() - self._since if self._running else 0.0
        return sum(self.seconds.values()) + running

    def start_lap(self) -> None:
        """Begins a new lap, as an epoch is one."""
        self.lap.clear()
        self._visits.clear()

    def lap_mean(self, phase: str) -> float:
        """Seconds of one visit of a phase, mean over the lap; 0 where there was none."""
        return self.lap[phase] / max(self._visits[phase], 1)
