"""What goes by trial: which candidates are tried, and that a trial leaves nothing behind."""

import dataclasses
import itertools
import random

import keras
import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.resources import sampling
from goldnas_tf.runs.clock import Clock
from goldnas_tf.searching.choosing import Candidate
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.searching.planned import ASKED, PlanSettings
from goldnas_tf.searching.rebuild import rebuild
from goldnas_tf.searching.trials import Trials
from goldnas_tf.settings.sections import OptimizerSettings
from goldnas_tf.training.learner import Recipe

TINY = NETWORKS["auxiliary_widths"]
FULL = Genotype.full(TINY.genotype.space)
SETTINGS = PlanSettings(trials=3, trial_steps=2)


class FakeLearner:
    """Says what a loss is by what is missing, and what it was asked."""

    def __init__(self, losses):
        self.by_network, self.asked = losses, []

    def losses(self, networks, steps, batches):
        self.asked.append((list(networks), steps, len(batches)))
        return [self.by_network[network] for network in networks]


class FakeFeed:
    """Has batches that nobody looks into."""

    def apart(self, number, steps):
        return iter(range(steps))


def candidates(prices, large=(), needed=()):
    """Those of the first gates, one by one."""
    needs = itertools.chain(needed, itertools.repeat(0.0))
    return [
        Candidate((gate,), FULL.without([gate]), price, number in large, 0.0, need)
        for number, (gate, price, need) in enumerate(zip(FULL.gates, prices, needs, strict=False))
    ]


def selected(given, losses, count=3, whole=1.0):
    """Which of them a trial selects, by its number, and what was asked."""
    networks = [one.left for one in given]
    learner = FakeLearner({FULL: whole} | dict(zip(networks, losses, strict=True)))
    chosen = Trials(learner, FakeFeed(), Clock(), count, 2, 1)(FULL, iter(given))
    return given.index(chosen) if chosen else None, learner.asked


def test_what_is_missed_least_for_its_price_goes():
    given = candidates([1.0, 4.0, 1.0])
    # logarithms: 0.18 for 1, 0.34 for 4, 0.14 for 1
    number, asked = selected(given, [1.2, 1.4, 1.15])
    assert number == 1
    assert asked == [([FULL, *(one.left for one in given)], 2, 2 + ASKED)]


def test_what_is_needed_in_the_end_is_missed_as_well():
    losses = [1.2, 1.15, 1.1]
    assert selected(candidates([1.0] * 3), losses)[0] == 2
    assert selected(candidates([1.0] * 3, needed=[0.0, 0.2, 0.2]), losses)[0] == 0
    # for what is worth more that it goes, more may be needed
    assert selected(candidates([1.0, 4.0, 1.0], needed=[0.0, 0.2, 0.2]), losses)[0] == 1


def test_a_network_that_has_no_loss_left_is_tried_as_well():
    assert selected(candidates([1.0] * 3), [0.2, 0.0, 0.1], whole=0.0)[0] == 1


def test_what_the_network_goes_astray_without_stays():
    assert selected(candidates([1.0] * 3), [float("nan"), 1.2, float("inf")])[0] == 1


def test_the_first_few_alone_are_tried():
    number, asked = selected(candidates([1.0] * 5), [1.3, 1.2, 1.1, 0.5, 0.5])
    assert number == 2
    assert len(asked[0][0]) == 1 + SETTINGS.trials


def test_what_is_large_is_not_tried_where_something_small_is():
    assert selected(candidates([1.0] * 3, large=[2]), [1.2, 1.1, 0.5])[0] == 1
    for large in ([1, 2], [0, 1, 2]):
        number, asked = selected(candidates([1.0] * 3, large=large), [1.2, 1.1, 0.5])
        assert (number, asked) == (0, [])


def test_where_nothing_can_go_nothing_is_tried():
    assert selected([], []) == (None, [])


@pytest.fixture(scope="module")
def learner():
    keras.utils.set_random_seed(0)
    recipe = Recipe(OptimizerSettings(batch_size=8, learning_rate=0.05), estimates=True)
    learner = GatedLearner(FULL, dataclasses.replace(recipe, form=TINY.form))
    for batch in batches(range(2)):
        learner.step(*batch, 0.0)
    return learner


def batches(seeds):
    return [(TINY.images(seed, batch=8), TINY.labels(seed, batch=8)) for seed in seeds]


def some_networks():
    return [sampling.sample(FULL.space, random.Random(seed), 0.3) for seed in range(1)]


def test_a_trial_leaves_nothing_behind(learner):
    before = learner.state()
    first = learner.losses([FULL, *some_networks()], 3, batches(range(2, 9)))
    assert learner.genotype == FULL
    for name, value in learner.state().items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
    assert learner.losses([FULL, *some_networks()], 3, batches(range(2, 9))) == first


@pytest.mark.parametrize("steps", [0, 3])
def test_a_network_is_tried_as_if_it_were_alone(learner, steps):
    tried = batches(range(2, 9))
    for network in some_networks():
        before = learner.state()
        told = learner.losses([network], steps, tried)[0]
        learner.mask(network)
        alone = rebuild(learner)
        learner.load(before)
        learner.mask(FULL)
        for batch in tried[:steps]:
            alone.step(*batch, 0.0)
        entropies = [alone.step(*batch, 0.0).numpy()[1] for batch in tried[steps : steps + 1]]
        assert alone.genotype == network != FULL
        only = learner.losses([network], steps, tried[: steps + 1])
        assert only == pytest.approx(entropies, rel=1e-4)
        assert told != only
