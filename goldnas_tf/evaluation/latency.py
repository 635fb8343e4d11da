"""How long a call takes: median and 95th percentile, after a warm-up, over enough repetitions."""

import dataclasses
import time
from collections.abc import Callable

import numpy as np

WARM_UP_SECONDS = 0.2
WARM_UP_RUNS = 5
"""The first calls trace graphs, allocate memory and wake the cores: both bounds are kept."""

SECONDS = 1.0
LEAST_RUNS = 50
"""A call is repeated for so long and so often at least: a 95th percentile needs some runs above."""


@dataclasses.dataclass(frozen=True)
class Latency:
    """Time of one call, from images in memory to probabilities in memory.

    Attributes:
        batch: images in a call.
        median_ms: half of the calls took no longer, in milliseconds.
        p95_ms: 95 % of the calls took no longer, in milliseconds.
        runs: how many calls were timed.
    """

    batch: int
    median_ms: float
    p95_ms: float
    runs: int


def time_calls(
    call: Callable[[np.ndarray], object],
    images: np.ndarray,
    clock: Callable[[], float] = time.perf_counter,
) -> Latency:
    """Measures how long a call on a batch takes.

    Args:
        call: what is measured; it must have finished when it returns.
        images: the batch, (images, ...).
        clock: gives the time in seconds.
    """
    _repeat(call, images, clock, WARM_UP_SECONDS, WARM_UP_RUNS)
    times = _repeat(call, images, clock, SECONDS, LEAST_RUNS)
    median, p95 = np.percentile(times, [50, 95]) * 1000
    return Latency(len(images), float(median), float(p95), len(times))


def _repeat(
    call: Callable[[np.ndarray], object],
    images: np.ndarray,
    clock: Callable[[], float],
    seconds: float,
    least: int,
) -> list[float]:
    """Seconds that each call took, until both bounds are reached."""
    times: list[float] = []
    total = 0.0
    while len(times) < least or total < seconds:
        start = clock()
        call(images)
        times.append(clock() - start)
        total += times[-1]
    return times
