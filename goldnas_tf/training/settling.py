"""A short training at rates that fall to zero: it settles points, and judges candidates."""

import functools
from collections.abc import Callable

from goldnas_tf.runs.clock import Clock
from goldnas_tf.training.annealing import annealed
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import METRICS, Learner
from goldnas_tf.training.steps import train
from goldnas_tf.training.sums import Sums


def settle(
    learner: Learner,
    feed: Feed,
    epochs: int,
    number: int,
    what: str,
    clock: Clock,
    after_step: Callable[[], None] = lambda: None,
) -> None:
    """Trains without the resource term while the learning rates fall to zero by a half cosine.

    Args:
        learner: is changed in place.
        feed: of training images.
        epochs: passes over them.
        number: decides the order of the images.
        what: is trained, for the message of an error.
        clock: told where the time goes.
        after_step: called after each step; may raise to interrupt.

    Raises:
        TrainingError: the loss is not finite.
    """
    steps = epochs * feed.pass_steps
    sums = Sums((0.0,) * len(METRICS), 0, what)
    rate = functools.partial(annealed, steps)
    stream = feed.apart(number, steps)
    for _ in train(learner, stream, range(steps), sums, clock, rate=rate, phase="settling"):
        after_step()
    learner.anneal(1.0)
