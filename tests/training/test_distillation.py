"""A teacher's part in the loss, and statistics that are taken anew."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_learner import learner_of
from tiny_networks import NETWORKS

from goldnas_tf.networks import network
from goldnas_tf.training.distillation import Teacher
from goldnas_tf.training.renewal import renew

TINY = NETWORKS["plain"]


class Told:
    """A teacher that gives the same logits for all images."""

    def __init__(self, logits):
        self._logits = tf.constant([logits], tf.float32)

    def __call__(self, images, training):
        assert training is False
        return tf.repeat(self._logits, images.shape[0], 0)


def test_the_loss_follows_its_formula():
    teacher = Teacher(Told([2.0, 0.0, -2.0]), 0.5, 4.0)
    losses = teacher.losses(
        np.zeros((2, 8, 8, 3)), tf.constant([[1.0, 2.0, 3.0], [0.5, 0.0, -0.5]])
    )
    soft = np.exp([0.5, 0.0, -0.5]) / np.exp([0.5, 0.0, -0.5]).sum()
    for loss, logits in zip(losses, ([0.25, 0.5, 0.75], [0.125, 0.0, -0.125]), strict=True):
        entropy = -np.sum(soft * (logits - np.log(np.sum(np.exp(logits)))))
        assert float(loss) == pytest.approx(16 * entropy, rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0])
def test_the_teacher_has_its_share_of_the_loss(weight):
    def step(teacher):
        keras.utils.set_random_seed(0)
        return learner_of("plain", teacher=teacher).step(TINY.images(), TINY.labels(), 0.0).numpy()

    alone, told, both = (
        step(teacher)
        for teacher in (None, *(Teacher(Told([3.0, 1.0, 0.0]), w, 2.0) for w in (1.0, weight)))
    )
    # the loss, then the cross-entropy, which the teacher leaves alone
    assert both[0] == pytest.approx((1 - weight) * alone[0] + weight * told[0], rel=1e-4)
    assert both[1] == pytest.approx(alone[1], rel=1e-5)


def test_a_network_comes_to_answer_as_its_teacher():
    learner = learner_of("plain", teacher=Teacher(Told([0.0, 4.0, 0.0]), 1.0, 1.0))
    images = TINY.images()
    for _ in range(30):
        learner.step(images, TINY.labels(), 0.0)
    answers = learner.model(images, training=False).numpy()
    assert (answers.argmax(-1) == 1).all()


def test_renewed_statistics_are_the_means_of_the_batches():
    learner = learner_of("plain")
    before = learner.state()
    batches = [(TINY.images(seed, batch=8), TINY.labels(seed, batch=8)) for seed in range(3)]
    renew(learner, batches)
    after = learner.state()
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {name for name in before if "/moving_" in name}
    # of the first batch norm: the mean of the convolution's outputs, batch by batch
    stem = network.variables(learner.model)
    outputs = [
        learner.model.get_layer("stem_0_conv")(
            learner.model.get_layer("normalise")(tf.cast(images, tf.float32))
        ).numpy()
        for images, _ in batches
    ]
    expected = np.mean([values.mean((0, 1, 2)) for values in outputs], 0)
    np.testing.assert_allclose(
        stem["stem_0_norm/moving_mean"].numpy(), expected, rtol=1e-3, atol=1e-4
    )


def test_without_batches_nothing_is_renewed():
    learner = learner_of("plain")
    before = learner.state()
    renew(learner, [])
    for name, array in learner.state().items():
        np.testing.assert_array_equal(array, before[name])
