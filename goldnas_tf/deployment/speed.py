"""How much faster a network has become: two functions timed in turns, under the same load."""

import dataclasses
import time
from collections.abc import Callable

import numpy as np

SECONDS = 2.0
LEAST_PAIRS = 30
"""Calls are repeated for so long and so often at least."""

_WARM_UP_PAIRS = 5


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Time of a call before and after, median in milliseconds, for so many images at once."""

    batch: int
    before_ms: float
    after_ms: float

    @property
    def factor(self) -> float:
        """How many times faster it is after."""
        return self.before_ms / self.after_ms


def compare(
    before: Callable[[np.ndarray], object],
    after: Callable[[np.ndarray], object],
    images: np.ndarray,
    clock: Callable[[], float] = time.perf_counter,
) -> Comparison:
    """Times two functions of the same images in turns.

    Args:
        before: has finished when it returns.
        after: likewise.
        images: what both are called with.
        clock: gives the time in seconds.
    """
    times: list[list[float]] = []
    start = clock()
    while len(times) < LEAST_PAIRS + _WARM_UP_PAIRS or clock() - start < SECONDS:
        times.append([_seconds(function, images, clock) for function in (before, after)])
    medians = np.median(times[_WARM_UP_PAIRS:], axis=0) * 1000
    return Comparison(len(images), *medians.tolist())


def _seconds(
    function: Callable[[np.ndarray], object], images: np.ndarray, clock: Callable[[], float]
) -> float:
    start = clock()
    function(images)
    return clock() - start
