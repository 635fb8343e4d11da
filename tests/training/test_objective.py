import math

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.resources import resources
from goldnas_tf.searching import pruning
from goldnas_tf.training.objective import Penalty, cross_entropy

TINY = Space((8, 8, 3), 3, cells=1, channels=4, nodes=1)
SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
FULL = Genotype.full(SPACE)
RELATIVE = resources.relative(Genotype.full(SPACE), "macs")


def random_strengths(seed=0, dtype=np.float32):
    return np.random.default_rng(seed).uniform(0.05, 1.0, len(FULL.places)).astype(dtype)


def test_penalty_of_a_node_by_hand():
    # one node with 4 operators: 0 skip, 0 sep, 1 skip, 1 sep
    genotype = Genotype.full(TINY)
    relative = dict(zip(genotype.ordered, (0.0, 2.0, 1.0, 1.0), strict=True))
    strengths = tf.constant([0.1, 0.2, 0.3, 0.4])
    live = tf.ones(4)
    expected = (
        math.log(1 + 4 * 0.1) * 1.0
        + math.log(1 + 4 * 0.2) * 2.0
        + math.log(1 + 4 * 0.3) * 1.5
        + math.log(1 + 4 * 0.4) * 1.5
    )
    assert float(Penalty(genotype, relative, 0.5)(strengths, live)) == pytest.approx(expected)
    alike = sum(math.log(1 + 4 * share) for share in (0.1, 0.2, 0.3, 0.4))
    assert float(Penalty(genotype, relative, 0.0)(strengths, live)) == pytest.approx(alike)


def test_penalty_of_shares_that_do_not_sum_to_1_by_hand():
    genotype = Genotype.full(TINY)
    relative = dict.fromkeys(genotype.ordered, 0.0)
    # shares 1/4, 3/4 of two that live
    got = Penalty(genotype, relative, 1.0)(
        tf.constant([0.2, 0.0, 0.0, 0.6]), tf.constant([1.0, 0.0, 0.0, 1.0])
    )
    assert float(got) == pytest.approx(math.log(1 + 2 * 0.25) + math.log(1 + 2 * 0.75))


def test_one_operator_left_has_no_gradient():
    genotype = Genotype(TINY, frozenset([Place(0, 0, 1, "sep_conv_3x3")]))
    penalty = Penalty(genotype, {next(iter(genotype.places)): 1.0}, 1.0)
    strengths = tf.constant([0.3])
    with tf.GradientTape() as tape:
        tape.watch(strengths)
        value = penalty(strengths, tf.ones(1))
    assert float(value) == pytest.approx(2 * math.log(2))
    assert float(tape.gradient(value, strengths)[0]) == pytest.approx(0.0, abs=1e-6)


def test_nodes_of_all_cells_are_apart():
    alone = sum(
        float(
            Penalty(FULL, {**dict.fromkeys(FULL.places, 0.0), **RELATIVE}, 1.0)(
                tf.constant(
                    [
                        s if p[:2] == node else 0.0
                        for p, s in zip(FULL.ordered, strengths, strict=True)
                    ]
                ),
                tf.constant([float(p[:2] == node) for p in FULL.ordered]),
            )
        )
        for strengths in [random_strengths()]
        for node in {place[:2] for place in FULL.places}
    )
    together = Penalty(FULL, RELATIVE, 1.0)(
        tf.constant(random_strengths()), tf.ones(len(FULL.places))
    )
    assert float(together) == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("mu", [0.0, 1.0])
def test_gradient_against_finite_differences(mu):
    penalty = Penalty(FULL, RELATIVE, mu)
    live = np.ones(len(FULL.places))
    live[[0, 5, 11]] = 0.0

    def value(logits):
        return penalty(tf.sigmoid(logits) * live, tf.constant(live))

    logits = np.random.default_rng(1).standard_normal(len(live))
    watched = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        result = value(watched)
    gradient = tape.gradient(result, watched).numpy()
    step = 1e-6
    for index in range(len(live)):
        shift = np.zeros(len(live))
        shift[index] = step
        difference = float(value(logits + shift)) - float(value(logits - shift))
        assert gradient[index] == pytest.approx(difference / (2 * step), abs=1e-7)
    assert np.abs(gradient).max() > 0.01
    assert (gradient[live == 0] == 0).all()


def test_what_is_masked_contributes_nothing():
    gone = [FULL.ordered[index] for index in (0, 1, 7, 20, 29)]
    smaller = FULL.without(gone)
    live = np.array([place in smaller.places for place in FULL.ordered], np.float32)
    strengths = random_strengths()
    masked = Penalty(FULL, RELATIVE, 1.0)(strengths * live, live)
    rebuilt = Penalty(smaller, RELATIVE, 1.0)(strengths[live == 1], np.ones(int(live.sum()), "f"))
    assert float(masked) == pytest.approx(float(rebuilt), rel=1e-6)


def test_a_node_without_operators_contributes_nothing():
    live = np.array([place.cell != 1 for place in FULL.ordered], np.float32)
    logits = tf.constant(random_strengths())
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = Penalty(FULL, RELATIVE, 1.0)(tf.sigmoid(logits) * live, live)
    gradient = tape.gradient(value, logits)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert (gradient.numpy()[live == 0] == 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_those_that_pruning_sees(seed):
    strengths = random_strengths(seed)
    by_place = {p: float(s) for p, s in zip(FULL.ordered, strengths, strict=True)}
    expected = pruning.shares(by_place)
    got = Penalty(FULL, RELATIVE, 1.0).shares(tf.constant(strengths)).numpy()
    np.testing.assert_allclose(got, [expected[place] for place in FULL.ordered], rtol=1e-6)


def test_shares_of_strengths_that_vanish_are_those_that_pruning_sees():
    strengths = np.zeros(len(FULL.places), np.float32)
    expected = pruning.shares(dict.fromkeys(FULL.ordered, 0.0))
    got = Penalty(FULL, RELATIVE, 1.0).shares(tf.constant(strengths)).numpy()
    np.testing.assert_array_equal(got, [expected[place] for place in FULL.ordered])


def test_costs_weigh_by_place():
    # all gates alike: a node's terms differ by their weights alone
    strengths, live = tf.fill([len(FULL.places)], 0.5), tf.ones(len(FULL.places))
    counts = {
        node: sum(p[:2] == node for p in FULL.places) for node in {p[:2] for p in FULL.places}
    }
    expected = sum(math.log(2) * (1 + 3.0 * RELATIVE[place]) for place in FULL.places)
    assert len(counts) == 6
    assert float(Penalty(FULL, RELATIVE, 3.0)(strengths, live)) == pytest.approx(expected, rel=1e-5)


def test_cross_entropy_is_that_of_every_example():
    logits = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]], np.float32)
    expected = [-math.log(math.exp(2) / (math.e + math.exp(2) + math.exp(0.5))), math.log(3)]
    np.testing.assert_allclose(cross_entropy(np.array([1, 2]), logits), expected, rtol=1e-6)
