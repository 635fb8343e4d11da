"""Gates that cells share: they stay alike, follow the sum of the gradients, and can be decided."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

import goldnas_tf
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.networks.network import Form
from goldnas_tf.resources.meter import Yardstick
from goldnas_tf.searching import discretisation
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.settings.images import AugmentationSettings
from goldnas_tf.settings.sections import GATE_GRADIENTS, OptimizerSettings
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import Recipe

TINY = NETWORKS["shared_gates"]
SPACE = TINY.genotype.space
LAMBDA = 0.05


def make_learner(shared=True, gate_gradient="sigmoid"):
    space = dataclasses.replace(SPACE, shared=shared)
    keras.utils.set_random_seed(0)
    recipe = Recipe(
        OptimizerSettings(batch_size=8),
        prices=Yardstick(resource="params").relative,
        mu=1.0,
        form=Form(gate_gradient=gate_gradient),
    )
    return GatedLearner(Genotype.full(space), recipe)


def step(learner, count=1):
    for seed in range(count):
        learner.step(TINY.images(seed, batch=8), TINY.labels(seed, batch=8), LAMBDA)


def gates(learner):
    """α of every cell."""
    return {
        layer.name: layer.gates.numpy() for layer in learner.model.layers if hasattr(layer, "gates")
    }


@pytest.mark.parametrize("gate_gradient", GATE_GRADIENTS)
def test_gates_of_a_kind_stay_alike_to_the_bit(gate_gradient):
    learner = make_learner(gate_gradient=gate_gradient)
    step(learner, 3)
    found = gates(learner)
    normal, reduction = SPACE.kinds
    assert len(normal) == len(reduction) == 2
    for kind in SPACE.kinds:
        for cell in kind[1:]:
            np.testing.assert_array_equal(found[f"cell_{cell}"], found[f"cell_{kind[0]}"])
    assert np.abs(found[f"cell_{normal[0]}"]).max() > 1e-4
    assert (found[f"cell_{normal[0]}"] != found[f"cell_{reduction[0]}"]).any()


def test_a_shared_gate_follows_the_sum_of_the_gradients():
    shared, apart = make_learner(), make_learner(shared=False)
    step(shared)
    step(apart)
    moved, alone = gates(shared), gates(apart)
    for kind in SPACE.kinds:
        total = sum(alone[f"cell_{cell}"] for cell in kind)
        np.testing.assert_allclose(moved[f"cell_{kind[0]}"], total, rtol=1e-4, atol=1e-6)


def set_gates(learner, logits):
    """Gives every cell of a kind the same α."""
    for position, kind in enumerate(SPACE.kinds):
        for cell in kind:
            layer = learner.model.get_layer(f"cell_{cell}")
            layer.gates.assign(logits[position][: len(layer.operators)])


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(0, 2, (2, 20)).astype(np.float32)


def test_the_most_probable_network_has_the_open_gates(logits):
    learner = make_learner(gate_gradient="enhanced")
    set_gates(learner, logits)
    strengths = learner.strengths()
    closed = learner.closed()
    used = learner.genotype.without(closed)
    assert all(strengths[place] >= 0.5 for place in used.places if _rivals(used, place))
    assert closed
    assert all(strengths[place] < 0.5 for place in closed)


def _rivals(genotype, place):
    return sum(other[:2] == place[:2] for other in genotype.places) > 1


def test_all_soft_gates_are_in_the_network_that_is_used(logits):
    learner = make_learner()
    set_gates(learner, logits)
    assert learner.closed() == set()


def test_open_gates_are_1_and_stay_so(logits):
    learner = make_learner(gate_gradient="enhanced")
    set_gates(learner, logits)
    learner.mask(learner.genotype.without(learner.closed()))
    learner.open_gates()
    assert set(learner.strengths().values()) == {1.0}
    step(learner, 2)
    assert set(learner.strengths().values()) == {1.0}


@pytest.fixture(scope="module")
def feed():
    """Random images of the networks' size."""
    images = np.concatenate([TINY.images(seed, batch=16) for seed in range(4)])
    labels = np.concatenate([TINY.labels(seed, batch=16) for seed in range(4)])
    train, rest = (tf.data.Dataset.from_tensor_slices((images[p], labels[p])) for p in PARTS)
    data = goldnas_tf.from_datasets(train, rest, class_names=list("abc"))
    return Feed(data, 8, AugmentationSettings(crop_padding=0), 0, tf.distribute.get_strategy())


PARTS = (slice(0, 40), slice(40, 64))


@pytest.mark.parametrize("gate_gradient", GATE_GRADIENTS)
def test_measuring_the_gap_changes_nothing(gate_gradient, logits, feed):
    learner = make_learner(gate_gradient=gate_gradient)
    set_gates(learner, logits)
    before, alive = learner.state(), learner.genotype
    accuracy = learner.accuracy(feed.watched)
    gap = discretisation.measure(learner, feed, 0)
    if gate_gradient == "sigmoid":
        assert gap.before == accuracy
    assert learner.genotype == alive
    for name, array in learner.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_adapting_takes_statistics_and_leaves_the_weights(logits, feed, monkeypatch):
    learner = make_learner()
    step(learner, 2)
    set_gates(learner, logits)
    before, seen = learner.state(), []
    monkeypatch.setattr(learner, "load", lambda state: seen.append(learner.state()))
    discretisation.measure(learner, feed, 0)
    (after,) = seen
    assert any("@momentum" in name and array.any() for name, array in before.items())
    for name in before:
        if "@" not in name:
            moved = "/moving_" in name or name.endswith("/gates")
            assert (after[name] != before[name]).any() == moved, name


def test_decided_binary_gates_have_no_gap(feed):
    learner = make_learner(gate_gradient="enhanced")
    learner.open_gates()
    gap = discretisation.measure(learner, feed, 0)
    assert gap.before == gap.after
