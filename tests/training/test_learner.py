"""The one-level step: what it reports, what it changes, and its state."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS, scatter

from goldnas_tf.networks import network
from goldnas_tf.resources import resources
from goldnas_tf.settings.sections import GateSettings, OptimizerSettings
from goldnas_tf.training.learner import METRICS, Recipe
from goldnas_tf.training.objective import Penalty

SETTINGS = OptimizerSettings(batch_size=4, learning_rate=0.05)
GATES = GateSettings(gate_learning_rate=0.5)


def learner_of(name, **changes):
    tiny = NETWORKS[name]
    recipe = Recipe(
        optimizer=dataclasses.replace(SETTINGS, **changes.pop("optimizer", {})),
        gates=dataclasses.replace(GATES, **changes.pop("gates", {})),
        mu=1.0,
        auxiliary_weight=0.4 if tiny.form.auxiliary else 0.0,
        form=tiny.form,
        **changes,
    )
    return tiny.learner(recipe)


def scattered_state(learner, seed=0):
    """Another value for every variable and slot, those of the network as they may be."""
    rng = np.random.default_rng(seed)
    scatter(network.variables(learner.model), seed)
    state = learner.state()
    slots = {
        name: rng.standard_normal(array.shape).astype(array.dtype)
        for name, array in state.items()
        if "@" in name
    }
    return {**state, **slots}


def assert_states_equal(one, other):
    assert set(one) == set(other)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


@pytest.mark.parametrize("name", NETWORKS)
def test_state_restores_every_variable_and_slot(name):
    first, second = learner_of(name), learner_of(name)
    state = scattered_state(first)
    trained = len(first.model.trainable_variables)
    assert sum(key.endswith("@momentum") for key in state) == trained
    second.load(state)
    assert_states_equal(second.state(), state)
    first.load(state)
    images = NETWORKS[name].images()
    outputs = [
        keras.tree.flatten(learner.model(images, training=False)) for learner in (first, second)
    ]
    for one, other in zip(*outputs, strict=True):
        np.testing.assert_array_equal(one, other)
    if NETWORKS[name].form.gated:
        assert first.strengths() == second.strengths()


def test_a_state_that_lacks_a_variable_is_refused(one_node):
    _, start = one_node
    learner = learner_of("one_node")
    for name in ("cell_1/gates", "cell_1/gates@momentum"):
        with pytest.raises(KeyError, match=name):
            learner.load({key: value for key, value in start.items() if key != name})


@pytest.fixture(scope="module")
def one_node():
    """A learner that is traced once, and the state that it starts from in every test."""
    learner = learner_of("one_node")
    start = {
        name: np.zeros_like(array) if "@" in name else array
        for name, array in scattered_state(learner).items()
    }
    return learner, start


@pytest.fixture
def learner(one_node):
    learner, start = one_node
    learner.load(start)
    learner.anneal(1.0)
    learner.mask(learner.built)
    return learner


BATCH = NETWORKS["one_node"].images(seed=5), NETWORKS["one_node"].labels(seed=5)


def test_training_goes_on_where_a_restored_state_stood(learner):
    learner.step(*BATCH, 0.1)
    state = learner.state()
    expected = [learner.step(*BATCH, 0.1).numpy() for _ in range(2)]
    final = learner.state()
    other = learner_of("one_node")
    other.load(state)
    got = [other.step(*BATCH, 0.1).numpy() for _ in range(2)]
    np.testing.assert_allclose(got, expected, rtol=1e-6)
    for name, array in other.state().items():
        np.testing.assert_allclose(array, final[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_step_reports_loss_entropy_penalty_and_correct(learner):
    before = learner.state()
    logits = learner.model(BATCH[0], training=True)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(BATCH[1], logits)
    correct = (np.argmax(logits, -1) == BATCH[1]).sum()
    strengths = np.array(list(learner.strengths().values()), np.float32)
    penalty = Penalty(learner.genotype, resources.relative(learner.genotype, "macs"), 1.0)
    r = float(penalty(strengths, np.ones_like(strengths)))
    learner.load(before)
    weights = [v for name, v in gradients(learner, 0.25).items() if not name.endswith("/gates")]
    norm = np.sqrt(sum((value**2).sum() for value in weights))
    learner.load(before)
    got = dict(zip(METRICS, learner.step(*BATCH, 0.25).numpy(), strict=True))
    assert got == pytest.approx(
        {
            "loss": np.mean(entropy) + 0.25 * r,
            "cross_entropy": np.mean(entropy),
            "penalty": r,
            "correct": correct,
            "gradient_norm": norm,
        },
        rel=1e-4,
    )


def gradients(learner, lambda_):
    """Gradients of the loss in training, by name, and the weights before."""
    named = network.variables(learner.model)
    trained = {n: v for n, v in named.items() if v.trainable}
    penalty = Penalty(
        learner.genotype, resources.relative(learner.genotype, "macs"), learner.recipe.mu
    )
    with tf.GradientTape() as tape:
        logits = learner.model(BATCH[0], training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(BATCH[1], logits))
        cells = [learner.model.get_layer(f"cell_{index}") for index in range(3)]
        strengths = tf.concat([cell.strengths() for cell in cells], 0)
        loss += lambda_ * penalty(strengths, tf.ones_like(strengths))
    values = tape.gradient(loss, [v.value for v in trained.values()])
    return dict(zip(trained, (value.numpy() for value in values), strict=True))


def test_without_momentum_there_are_no_slots():
    learner = learner_of("one_node", optimizer={"momentum": 0}, gates={"gate_momentum": 0.0})
    state = learner.state()
    assert not [name for name in state if "@" in name]
    learner.step(*BATCH, 0.1)
    learner.load(state)
    assert_states_equal(learner.state(), state)


def test_a_step_is_sgd_on_weights_and_gates(learner, one_node):
    """Two optimizers: clipped and decayed for ω, neither for α; both with momentum."""
    before = learner.state()
    gradient = gradients(learner, 0.3)
    learner.load(before)
    learner.step(*BATCH, 0.3)
    after = learner.state()
    weights = [name for name in gradient if not name.endswith("/gates")]
    norm = np.sqrt(sum((gradient[name] ** 2).sum() for name in weights))
    clip = min(1.0, SETTINGS.clip_norm / norm)
    for name, value in gradient.items():
        if name in weights:
            decayed = clip * value + SETTINGS.weight_decay * before[name]
            change = -SETTINGS.learning_rate * decayed
        else:
            change = -GATES.gate_learning_rate * value
        np.testing.assert_allclose(
            after[name] - before[name], change, rtol=1e-3, atol=1e-6, err_msg=name
        )
        np.testing.assert_allclose(
            after[f"{name}@momentum"], change, rtol=1e-3, atol=1e-6, err_msg=name
        )
    # momentum: the second change is 0.9 of the first one and its own
    gradient = gradients(learner, 0.3)
    learner.load(after)
    learner.step(*BATCH, 0.3)
    for cell in range(3):
        name = f"cell_{cell}/gates"
        change = 0.9 * after[f"{name}@momentum"] - GATES.gate_learning_rate * gradient[name]
        np.testing.assert_allclose(
            learner.state()[name] - after[name], change, rtol=1e-3, atol=1e-6
        )


def test_large_gradients_of_the_weights_are_clipped():
    free = learner_of("one_node", optimizer={"clip_norm": 1e6, "weight_decay": 0.0})
    tight = learner_of("one_node", optimizer={"clip_norm": 0.01, "weight_decay": 0.0})
    state = free.state()
    tight.load(state)
    for learner in (free, tight):
        # the penalty gives the gates a far larger gradient, which is not clipped, nor counted
        learner.step(*BATCH, 100.0)
    moved = {}
    for learner in (free, tight):
        changes = learner.state()
        moved[learner] = np.sqrt(
            sum(
                (changes[name] ** 2).sum()
                for name in changes
                if "@" in name and not name.endswith("gates@momentum")
            )
        )
    assert moved[free] > 0.02 * SETTINGS.learning_rate
    assert moved[tight] == pytest.approx(0.01 * SETTINGS.learning_rate, rel=1e-3)
    gates = [learner.state()["cell_0/gates"] for learner in (free, tight)]
    np.testing.assert_allclose(*gates, rtol=1e-4, atol=1e-6)


def test_annealed_to_nothing_no_weight_moves(learner):
    before = learner.state()
    learner.anneal(0.0)
    learner.step(*BATCH, 0.3)
    for name, array in learner.state().items():
        if "@" not in name and "moving" not in name:
            np.testing.assert_array_equal(array, before[name], err_msg=name)


def test_annealing_scales_both_learning_rates(learner):
    before = learner.state()
    learner.step(*BATCH, 0.3)
    whole = learner.state()
    learner.load(before)
    learner.anneal(0.5)
    learner.step(*BATCH, 0.3)
    half = learner.state()
    for name in ("cell_1/gates", "classifier/kernel"):
        np.testing.assert_allclose(
            half[name] - before[name], 0.5 * (whole[name] - before[name]), rtol=1e-3, atol=1e-6
        )


def test_accuracy_is_that_of_the_real_examples(learner):
    images, labels = NETWORKS["one_node"].images(batch=12), NETWORKS["one_node"].labels(batch=12)
    answers = np.argmax(learner.model(images, training=False), -1)
    labels[::2] = answers[::2]
    labels[9:] = -1
    batches = [(images[at : at + 4], labels[at : at + 4]) for at in (0, 4, 8)]
    assert learner.accuracy(batches) == pytest.approx((answers[:9] == labels[:9]).mean())
    assert learner.accuracy([]) == 0.0


def test_strengths_are_those_of_the_places(learner):
    for place, strength in learner.strengths().items():
        cell = learner.model.get_layer(f"cell_{place.cell}")
        row = cell.rows["gates"].index(f"{place.node}.{place.source}.{place.op}")
        assert strength == pytest.approx(1 / (1 + np.exp(-cell.gates.numpy()[row])), rel=1e-6)
    gone = learner.genotype.ordered[:1]
    learner.mask(learner.built.without(gone))
    assert set(learner.strengths()) == learner.built.places - set(gone)


def test_the_auxiliary_loss_has_its_weight():
    learner = learner_of("auxiliary")
    state = scattered_state(learner)
    images, labels = NETWORKS["auxiliary"].images(), NETWORKS["auxiliary"].labels()
    learner.load(state)
    main, head = learner.model(images, training=True)
    learner.load(state)
    loss, entropy, *_ = learner.step(images, labels, 0.0).numpy()
    expected = [
        float(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)))
        for logits in (main, head)
    ]
    assert entropy == pytest.approx(expected[0], rel=1e-4)
    assert loss == pytest.approx(expected[0] + 0.4 * expected[1], rel=1e-4)
