"""Training step by step: what an epoch of a search, settling and training from scratch share."""

from collections.abc import Callable, Iterator

import tensorflow as tf

from goldnas_tf.runs.clock import Clock
from goldnas_tf.training.learner import Learner
from goldnas_tf.training.sums import Sums

Batch = tuple[tf.Tensor, tf.Tensor]
"""Images and labels, per replica where there are several."""


def train(
    learner: Learner,
    stream: Iterator[Batch],
    numbers: range,
    sums: Sums,
    clock: Clock,
    lambda_: float = 0.0,
    rate: Callable[[int], float] | None = None,
    phase: str = "steps",
    small_steps: int = 0,
) -> Iterator[int]:
    """Trains on one batch after the other.

    Args:
        learner: what is trained.
        stream: batches, the first one that of the first step.
        numbers: of the steps to do.
        sums: where their metrics are added up.
        clock: told where the time goes.
        lambda_: λ, weight of the resource term.
        rate: factor of the learning rates at a step, by its number; None leaves them alone.
        phase: what the clock calls the time in steps.
        small_steps: up to which number steps are taken on small images.

    Yields:
        After each step how many are done, counted like `numbers`.

    Raises:
        TrainingError: a loss is not finite.
    """
    for number in numbers:
        with clock("waiting for images"):
            images, labels = next(stream)
        if rate:
            learner.anneal(rate(number))
        small = number < small_steps
        # the first step of a network traces its graph
        with clock(phase if learner.step_is_traced(small) else "tracing"):
            sums.add(learner.step(images, labels, lambda_, small), look=number == numbers[-1])
        yield number + 1
