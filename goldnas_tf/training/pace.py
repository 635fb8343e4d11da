"""How long steps take: measured of a network before it is trained, or as a line in its cost."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from goldnas_tf.runs.clock import Clock
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import METRICS, Learner
from goldnas_tf.training.steps import train
from goldnas_tf.training.sums import Sums

# of a step's time where one cost alone is known
_FIXED_SHARE = 0.25
# a forward pass takes about a third of a step
_FORWARD = 1 / 3
# decides the order of the images that the pace is measured on
_PROBE = 1_000_007
# the median of some rounds is the pace: others may want the machine for a moment
_ROUNDS = 5
_FEWEST_STEPS, _MOST_STEPS = 4, 80
"""Of a round."""
_MOST_SECONDS = 10.0


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


def probe(
    learner: Learner, feed: Feed, clock: Clock, seconds: float, small: bool = False
) -> tuple[float, float]:
    """Seconds of a step and of answering a batch, by doing some; the network is as it was after.

    Args:
        learner: also traced by it.
        feed: of its images.
        clock: told where the time goes.
        seconds: for which steps are done, about, but not for longer than ten.
        small: whether on small images.
    """
    before = learner.state()
    sums = Sums((0.0,) * len(METRICS), 0, "the measurement of the pace")
    # the first one is traced, and the images of the next are on their way
    steps = 1 + _ROUNDS * _MOST_STEPS
    stepping = train(
        learner,
        feed.apart(_PROBE, steps),
        range(steps),
        sums,
        clock,
        # at a rate of 0, so that nothing can go astray
        rate=lambda _: 0.0,
        small_steps=steps if small else 0,
    )
    next(stepping)
    step = _of_rounds(stepping, sums.total, min(seconds, _MOST_SECONDS) / _ROUNDS)
    images, labels = next(iter(feed.watched))
    with clock("tracing"):
        learner.accuracy([(images, labels)], small)
    with clock("evaluation"):
        answers = (
            learner.accuracy([(images, labels)], small) for _ in range(_ROUNDS * _FEWEST_STEPS)
        )
        answer = _of_rounds(answers, lambda: None, 0.0)
    learner.load(before)
    learner.anneal(1.0)
    return step, answer


def _of_rounds(doing: Iterator[object], wait: Callable[[], object], seconds: float) -> float:
    """Seconds of one of the things that are done, the median of some rounds of them.

    Args:
        doing: does one after the other.
        wait: until what was begun is done.
        seconds: of a round, about.
    """
    rounds = []
    for _ in range(_ROUNDS):
        wait()
        began, done = time.perf_counter(), 0
        while done < _FEWEST_STEPS or (
            done < _MOST_STEPS and time.perf_counter() - began < seconds
        ):
            next(doing)
            done += 1
        wait()
        rounds.append((time.perf_counter() - began) / done)
    return float(np.median(rounds))
