"""In which order maps are computed, and what they take of an arena."""

import itertools

import pytest
from tiny_networks import NETWORKS

from goldnas_tf.inference.arena import Step, arena, ordered
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.resources.footprint import steps_of

# a map of 16 is read at the end; two branches of 64 become 16 each
SIZES = [16, 64, 16, 64, 16, 16]
BRANCHES = [Step((0,), 1), Step((0,), 3), Step((1,), 2), Step((3,), 4), Step((2, 4, 0), 5)]


def in_order(steps, order):
    return [steps[number] for number in order]


def test_maps_share_places_when_they_are_not_needed_together():
    assert arena([Step((0,), 1), Step((1,), 2), Step((2,), 3)], [32, 16, 32, 16]) == 48
    assert arena([Step((0,), 1), Step((1,), 2), Step((0, 2), 3)], [32, 16, 32, 16]) == 80


def test_places_are_multiples_of_sixteen():
    assert arena([Step((0,), 1)], [17, 1]) == 48


def test_a_gap_between_two_is_taken_where_it_is_wide_enough():
    # 64 and 48 are there together with 16 on top; the next 16 finds the place of the 48
    steps = [Step((0,), 1), Step((0, 1), 2), Step((2, 0), 3), Step((3, 2), 4)]
    assert arena(steps, [64, 48, 16, 16, 16]) == 128


def test_one_branch_is_done_before_the_other_begins():
    assert arena(BRANCHES, SIZES) == 16 + 64 + 64 + 16
    order = ordered(BRANCHES, SIZES)
    assert arena(in_order(BRANCHES, order), SIZES) == 16 + 16 + 64 + 16


@pytest.mark.parametrize("shuffled", itertools.permutations(range(4)))
def test_the_order_follows_from_what_steps_read_alone(shuffled):
    steps = [BRANCHES[number] for number in (*shuffled, 4)]
    assert in_order(steps, ordered(steps, SIZES)) == in_order(BRANCHES, ordered(BRANCHES, SIZES))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_step_of_a_network_comes_once_after_what_it_reads(name):
    steps, sizes = steps_of(lower(of_sizes(NETWORKS[name].genotype)))
    order = ordered(steps, sizes)
    assert sorted(order) == [*range(len(steps))]
    there = {0}
    for number in order:
        assert there.issuperset(steps[number].reads)
        there.add(steps[number].gives)
    assert arena(in_order(steps, order), sizes) <= arena(steps, sizes)
