"""Metrics of steps, added up."""

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.errors import TrainingError
from goldnas_tf.training.sums import LOOK_STEPS, Sums


def rows(steps):
    return np.random.default_rng(0).random((steps, 3)).astype(np.float32)


@pytest.mark.parametrize("cut", [0, 3, LOOK_STEPS, LOOK_STEPS + 1])
def test_an_interrupted_epoch_adds_up_to_the_same_last_digit(cut):
    steps = rows(LOOK_STEPS + 7)
    whole, before = Sums((0.0,) * 3, 0, "x"), Sums((0.0,) * 3, 0, "x")
    for row in steps:
        whole.add(tf.constant(row))
    for row in steps[:cut]:
        before.add(tf.constant(row))
    after = Sums(before.total(), cut, "x")
    for row in steps[cut:]:
        after.add(tf.constant(row))
    assert after.total() == whole.total() == pytest.approx(steps.astype(float).sum(0))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_step_that_is_not_finite_is_named(bad):
    sums = Sums((0.0,) * 3, 40, "the search")
    steps = rows(6)
    steps[[3, 4], [1, 0]] = bad
    for row in steps:
        sums.add(tf.constant(row))
    with pytest.raises(TrainingError, match="not finite at step 44 of the search"):
        sums.total()


def test_a_look_comes_after_some_steps_or_when_asked_for():
    for look, others in ((False, LOOK_STEPS - 2), (True, 0)):
        sums = Sums((0.0,), 0, "x")
        sums.add(tf.constant([np.nan]))
        for _ in range(others):
            sums.add(tf.constant([0.0]))
        with pytest.raises(TrainingError):
            sums.add(tf.constant([0.0]), look=look)
