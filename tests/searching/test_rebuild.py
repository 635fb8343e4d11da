"""Masking equals rebuilding: the function, the next steps, and the state of what survives."""

import random

import keras
import numpy as np
import pytest
from tiny_networks import NETWORKS, scatter

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM, Group
from goldnas_tf.networks import network
from goldnas_tf.networks.carrying import carry
from goldnas_tf.resources import sampling
from goldnas_tf.resources.meter import Yardstick
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.searching.rebuild import rebuild
from goldnas_tf.settings.sections import OptimizerSettings
from goldnas_tf.training.learner import Recipe

# 4 cells of 2 nodes, with an auxiliary head on cell 2 and groups of channels that may go
TINY = NETWORKS["auxiliary_widths"]
FULL = TINY.genotype
LAMBDA = 0.05


def batches(count):
    return [(TINY.images(seed, batch=8), TINY.labels(seed, batch=8)) for seed in range(count)]


@pytest.fixture(scope="module")
def trained():
    """A learner of the full network, and its state after two steps."""
    recipe = Recipe(
        optimizer=OptimizerSettings(batch_size=8),
        mu=1.0,
        auxiliary_weight=0.4,
        form=TINY.form,
    )
    keras.utils.set_random_seed(0)
    learner = GatedLearner(FULL, recipe)
    gates = {n: v for n, v in network.variables(learner.model).items() if n.endswith("gates")}
    scatter(gates, seed=2)
    for images, labels in batches(2):
        learner.step(images, labels, LAMBDA)
    return learner, learner.state()


@pytest.fixture
def learner(trained):
    learner, state = trained
    learner.load(state)
    learner.mask(FULL)
    return learner


def without(*edges):
    """The full genotype without all that reads a source in a cell; edges are (cell, source)."""
    return FULL.without(p for p in FULL.places if (p.cell, p.source) in edges)


PRUNED = {
    "an operator": FULL.without([FULL.ordered[3]]),
    "few at random": sampling.sample(FULL.space, random.Random(1), 0.8),
    "half at random": sampling.sample(FULL.space, random.Random(2), 0.5),
    "most at random": sampling.sample(FULL.space, random.Random(3), 0.2),
    "one of each node": sampling.sample(FULL.space, random.Random(4), 0.0),
    "preprocessing": without((0, 1), (1, 0), (3, 0)),
    "a cell": without((3, 0), (2, 1)),
    "the cell of the auxiliary head": without((3, 1)),
    "groups of channels": FULL.without(
        [Group(STEM, 2), Group(0, 0), Group(1, 1), Group(1, 2), *(Group(2, n) for n in range(3))]
    ),
    "nothing": FULL,
}


def test_prunings_are_what_they_are_called():
    assert PRUNED["preprocessing"].live_cells == (0, 1, 2, 3)
    assert PRUNED["preprocessing"].reads(0) == (0,)
    assert PRUNED["a cell"].live_cells == (0, 2, 3)
    assert 2 not in PRUNED["the cell of the auxiliary head"].live_cells
    assert any(len(g.live_cells) == 4 and len(g.places) < 30 for g in PRUNED.values())


def outputs(learner):
    return keras.tree.flatten(learner.model(TINY.images(seed=9), training=False))


def assert_close(masked, rebuilt):
    """All that the rebuilt network has equals its part of the masked one's."""
    expected = carry(masked.state(), masked.model, rebuilt.model, FULL.space)
    for name, array in rebuilt.state().items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("name", PRUNED)
def test_masking_equals_rebuilding(learner, name):
    genotype = PRUNED[name]
    before = learner.strengths()
    learner.mask(genotype)
    rebuilt = rebuild(learner)
    assert (rebuilt.genotype, rebuilt.built) == (genotype, genotype)
    assert set(rebuilt.strengths()) == set(learner.strengths()) == {*genotype.members}
    expected = {gate: before[gate] for gate in genotype.members}
    assert rebuilt.strengths() == pytest.approx(expected, abs=1e-6)
    assert learner.strengths() == pytest.approx(expected, abs=1e-6)
    heads = 2 if FULL.space.auxiliary_cell in genotype.live_cells else 1
    assert len(outputs(rebuilt)) == heads
    for one, other in zip(outputs(rebuilt), outputs(learner), strict=False):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
    assert_close(learner, rebuilt)
    for images, labels in batches(4)[2:]:
        expected = learner.step(images, labels, LAMBDA).numpy()
        got = rebuilt.step(images, labels, LAMBDA).numpy()
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    assert_close(learner, rebuilt)
    assert rebuilt.strengths() == pytest.approx(learner.strengths(), abs=1e-5)


def test_a_smaller_genotype_is_a_pruning_and_a_rebuild_in_one(learner):
    genotype = PRUNED["few at random"]
    direct = rebuild(learner, genotype)
    learner.mask(genotype)
    assert (direct.genotype, direct.built) == (genotype, genotype)
    np.testing.assert_allclose(outputs(direct)[0], outputs(learner)[0], rtol=1e-5, atol=1e-5)


def test_rebuilding_twice_is_rebuilding_once(learner):
    between = FULL.without(FULL.cell(3)[:3])
    last = between.without([between.cell(2)[4], between.cell(0)[0]])
    once = rebuild(learner, last).state()
    twice = rebuild(rebuild(learner, between), last).state()
    assert set(once) == set(twice)
    for name in once:
        np.testing.assert_array_equal(once[name], twice[name], err_msg=name)


def test_rows_go_by_their_names(learner):
    """Every row of the smaller cell is that of the same use in the larger one."""
    smaller = rebuild(learner, Genotype(FULL.space, PRUNED["half at random"].places))
    state, larger = smaller.state(), learner.state()
    for index in smaller.genotype.live_cells:
        name = network.cell_name(index)
        rows, from_rows = (m.get_layer(name).rows for m in (smaller.model, learner.model))
        for variable in rows:
            for slot in ("", "@momentum"):
                key = f"{name}/{variable}{slot}"
                if key in state:
                    for row, use in enumerate(rows[variable]):
                        old = larger[key][from_rows[variable].index(use)]
                        np.testing.assert_array_equal(state[key][row], old, err_msg=f"{key} {use}")


def test_momenta_are_carried(learner):
    smaller = rebuild(learner, PRUNED["half at random"])
    momenta = [array for name, array in smaller.state().items() if "@momentum" in name]
    assert len(momenta) == len(smaller.model.trainable_variables)
    assert all(np.abs(array).max() > 0 for array in momenta)


def test_what_is_masked_does_not_learn(learner):
    genotype = PRUNED["a cell"]
    learner.mask(genotype)
    gates = learner.state()["cell_1/gates"]
    momentum = learner.state()["cell_1/gates@momentum"]
    images, labels = batches(1)[0]
    learner.step(images, labels, LAMBDA)
    # what is left of the momentum runs out
    np.testing.assert_allclose(
        learner.state()["cell_1/gates"], gates + 0.9 * momentum, rtol=1e-5, atol=1e-6
    )


def test_masked_places_may_come_back_until_the_rebuild(learner):
    before = [output.numpy() for output in outputs(learner)]
    learner.mask(PRUNED["most at random"])
    assert np.abs(outputs(learner)[0].numpy() - before[0]).max() > 1e-4
    learner.mask(FULL)
    np.testing.assert_array_equal(outputs(learner)[0], before[0])


def test_a_learner_of_a_masked_state_is_the_same(learner):
    """What a resumed search does: build, load, mask."""
    genotype = PRUNED["few at random"]
    learner.mask(genotype)
    resumed = GatedLearner(FULL, learner.recipe)
    resumed.load(learner.state())
    resumed.mask(genotype)
    assert resumed.genotype == genotype
    for one, other in zip(outputs(resumed), outputs(learner), strict=True):
        np.testing.assert_array_equal(one, other)
    assert isinstance(resumed.built, Genotype)
    assert resumed.built == FULL


def test_masking_equals_rebuilding_of_shared_binary_gates():
    tiny = NETWORKS["shared_binary_gates"]
    keras.utils.set_random_seed(0)
    recipe = Recipe(
        OptimizerSettings(batch_size=8),
        prices=Yardstick(resource="params").relative,
        form=tiny.form,
    )
    learner = GatedLearner(tiny.genotype, recipe)
    for images, labels in batches(2):
        learner.step(images, labels, LAMBDA)
    learner.mask(sampling.sample(tiny.genotype.space, random.Random(5), 0.5))
    rebuilt = rebuild(learner)
    # the same gates are sampled, though there are fewer of them
    for images, labels in batches(5)[2:]:
        expected = learner.step(images, labels, LAMBDA).numpy()
        got = rebuilt.step(images, labels, LAMBDA).numpy()
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    assert_close(learner, rebuilt)
