"""The moving average of the weights."""

import numpy as np
import pytest
from test_learner import learner_of
from tiny_networks import NETWORKS

from goldnas_tf.networks import network

TINY = NETWORKS["plain"]


@pytest.fixture
def learner():
    return learner_of("plain", ema_decay=0.5)


def weights(learner):
    return {
        name: variable.numpy()
        for name, variable in network.variables(learner.model).items()
        if variable.trainable or "/moving_" in name
    }


def test_averages_follow_their_formula(learner):
    expected = weights(learner)
    for step in range(4):
        learner.step(TINY.images(step), TINY.labels(step), 0.0)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = {
            name: decay * expected[name] + (1 - decay) * value
            for name, value in weights(learner).items()
        }
    state = learner.state()
    for name, value in expected.items():
        np.testing.assert_allclose(
            state[f"{name}@average"], value, rtol=1e-5, atol=1e-6, err_msg=name
        )


def test_inside_the_network_has_the_averages_and_afterwards_not(learner):
    learner.step(TINY.images(), TINY.labels(), 0.0)
    learner.step(TINY.images(), TINY.labels(), 0.0)
    before = learner.state()
    with learner.averaged():
        for name, value in weights(learner).items():
            np.testing.assert_array_equal(value, before[f"{name}@average"])
    after = learner.state()
    assert set(after) == set(before)
    for name in before:
        np.testing.assert_array_equal(after[name], before[name], err_msg=name)


def test_afterwards_the_weights_are_back_though_the_inside_failed(learner):
    learner.step(TINY.images(), TINY.labels(), 0.0)
    before = weights(learner)
    with pytest.raises(ZeroDivisionError), learner.averaged():
        raise ZeroDivisionError
    for name, value in weights(learner).items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)


def test_without_averages_nothing_changes():
    learner = learner_of("plain")
    before = weights(learner)
    with learner.averaged():
        for name, value in weights(learner).items():
            np.testing.assert_array_equal(value, before[name])
    assert not any(name.endswith("@average") for name in learner.state())


def test_smoothed_labels_change_the_loss_as_they_should():
    plain = learner_of("plain")
    smooth = learner_of("plain", label_smoothing=0.2)
    smooth.load(plain.state())
    logits = plain.model(TINY.images(), training=True).numpy()
    log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    targets = 0.8 * np.eye(3)[TINY.labels()] + 0.2 / 3
    expected = -(targets * log_probabilities).sum(-1).mean()
    loss = smooth.step(TINY.images(), TINY.labels(), 0.0).numpy()[0]
    assert loss == pytest.approx(expected, rel=1e-4)
