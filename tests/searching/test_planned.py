"""The curve of a planned search, and what goes so that it is kept to, as arithmetic."""

import dataclasses
import itertools
import random

import pytest

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM, Group
from goldnas_tf.architecture.space import Space
from goldnas_tf.resources import resources
from goldnas_tf.resources.meter import MACS, Yardstick
from goldnas_tf.searching import planned
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import PointSettings, SearchConfig
from goldnas_tf.searching.epoch_end import prune
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.searching.state import SearchState

SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
FULL = Genotype.full(SPACE)
START = costs.total(FULL).macs
RELATIVE = resources.relative(Genotype.full(SPACE), "macs")
SETTINGS = PlanSettings(schedule="planned", warmup=0.2, at_floor=0.1)


def test_the_cost_stays_falls_and_stays():
    macs = [planned.planned_cost(SETTINGS, epoch, 10, 1000, 100) for epoch in range(11)]
    assert macs[:3] == [1000] * 3
    assert macs[9:] == [100] * 2
    factors = [after / before for before, after in itertools.pairwise(macs[2:10])]
    assert factors == pytest.approx([0.1 ** (1 / 7)] * 7, rel=0.01)


def test_a_floor_of_nothing_is_reached_along_a_line():
    macs = [planned.planned_cost(SETTINGS, epoch, 10, 700, 0) for epoch in (2, 3, 9)]
    assert macs == [700, 600, 0]


def test_a_plan_without_time_to_fall_falls_at_once():
    settings = PlanSettings(warmup=0.5, at_floor=0.5)
    assert planned.planned_cost(settings, 5, 10, 1000, 100) == 100


def test_so_many_go_as_the_cost_asks_for():
    scores = dict.fromkeys(FULL.gates, 1.0)
    macs = round(0.6 * START)
    gone = planned.choose(FULL, scores, macs, 0)
    left = FULL.without(gone)
    assert costs.total(left).macs <= macs < costs.total(FULL.without(gone[:-1])).macs
    assert not planned.choose(FULL, scores, START, 0)


def test_what_matters_least_for_its_cost_goes_first():
    scores = dict.fromkeys(FULL.gates, 1000.0)
    cheap = [p for p in FULL.gates if p.op == "sep_conv_3x3"][5]
    scores[cheap] = 1.0
    gone = planned.choose(FULL, scores, START - 1, 0)
    assert gone == [cheap]


def test_what_is_free_of_multiply_adds_goes_where_it_matters_little():
    scores = dict.fromkeys(FULL.gates, 1000.0)
    skip = next(p for p in FULL.gates if p.op == "skip_connect" and p.source >= 2)
    assert costs.operator(SPACE.geometry, skip).macs == 0
    scores[skip] = 1.0
    gone = planned.choose(FULL, scores, START - 1, 0)
    assert gone[0] == skip
    # what is of use stays: a convolution saves more
    assert len(gone) == 2
    assert costs.operator(SPACE.geometry, gone[1]).macs > 0


def test_the_last_operator_of_a_node_stays():
    scores = dict.fromkeys(FULL.gates, 1.0)
    left = FULL.without(planned.choose(FULL, scores, 0, 0))
    assert {place.feeds for place in left.places} == {
        place.feeds for place in FULL.places if place.cell in left.live_cells
    }
    # nothing is left that could go
    assert not planned.choose(left, dict.fromkeys(left.gates, 1.0), 0, 0)


def test_a_node_can_lose_its_lightest_operator():
    scores = {place: 0.0 if place.op == "skip_connect" else 1.0 for place in FULL.gates}
    left = FULL.without(planned.choose(FULL, scores, START * 3 // 4, START // 2))
    skipped = {place.feeds for place in left.places if place.op == "skip_connect"}
    assert {place.feeds for place in left.places} - skipped


@pytest.mark.parametrize("seed", range(3))
def test_the_floor_stays_in_reach(seed):
    # all that is light goes first where it can
    scores = {p: RELATIVE[p] * value for p, value in planned.at_random(FULL, seed).items()}
    left, macs, floor = FULL, START, round(0.3 * START)
    while macs > floor:
        macs = max(floor, round(0.9 * macs))
        left = left.without(planned.choose(left, scores, macs, floor))
    assert costs.total(left).macs <= floor


def after(state, config, budgets, scores=None):
    strengths = dict.fromkeys(state.genotype.places, 0.5)
    state = state.replace(epoch=state.epoch + 1)
    return prune(state, strengths, config, budgets, scores=scores)


@pytest.mark.parametrize("importance", planned.IMPORTANCES)
def test_a_planned_search_passes_its_targets_and_ends_at_its_floor(importance):
    config = SearchConfig(
        plan=dataclasses.replace(SETTINGS, importance=importance),
        points=PointSettings(max_epochs=20),
    )
    budgets = Budgets(START, (START * 70 // 100, START * 45 // 100), START * 3 // 10)
    state, reasons = SearchState.start(FULL, config.pruning), []
    while not state.ended:
        scores = {place: 0.1 + RELATIVE[place] for place in state.genotype.gates}
        state = after(state, config, budgets, scores if importance == "loss" else None)
        macs = costs.total(state.genotype).macs
        assert macs <= planned.planned_cost(config.plan, state.epoch, 20, START, budgets.floor)
        if state.pending:
            reasons.append(state.pending)
    assert reasons == ["budget", "budget", "final"]
    assert state.epoch == 20
    assert "floor" in state.ended
    assert state.lambda_.value == 0


def test_a_plan_that_cannot_be_kept_says_so():
    config = SearchConfig(plan=SETTINGS, points=PointSettings(max_epochs=5))
    state = SearchState.start(FULL, config.pruning)
    while not state.ended:
        state = after(state, config, Budgets(START, (), 1))
    assert "no node can lose another operator" in state.ended


@pytest.mark.parametrize("resource", ["params", "flash_bytes", "ram_bytes"])
def test_any_resource_can_be_brought_down(resource):
    yardstick = Yardstick(resource=resource)
    scores = dict.fromkeys(WIDE.gates, 1.0)
    most = 0.7 * yardstick.of(WIDE)
    gone = planned.choose(WIDE, scores, most, 0.0, yardstick=yardstick)
    assert yardstick.of(WIDE.without(gone)) <= most < yardstick.of(WIDE.without(gone[:-1]))


def test_several_limits_are_met_together():
    used = resources.known(WIDE)
    limits = {"ram_bytes": 0.8 * used["ram_bytes"], "flash_bytes": 0.6 * used["flash_bytes"]}
    yardstick = Yardstick(limits=limits)
    scores = dict.fromkeys(WIDE.gates, 1.0)
    left = WIDE.without(planned.choose(WIDE, scores, 1.0, 1.0, yardstick=yardstick))
    assert all(resources.known(left)[name] <= most for name, most in limits.items())


def test_random_scores_are_those_of_their_seed():
    assert planned.at_random(FULL, 1) == planned.at_random(FULL, 1) != planned.at_random(FULL, 2)


def test_an_input_goes_with_all_that_read_it():
    # cell 2 reads its older input by two skip connections, which save nothing one by one
    keep = {p for p in FULL.cell(2) if p.source != 0 or p.op == "skip_connect"}
    genotype = Genotype(SPACE, frozenset((FULL.places - set(FULL.cell(2))) | keep))
    older = [p for p in keep if p.source == 0]
    scores = {p: 0.0 if p in older else 1e9 for p in genotype.gates}
    before = costs.total(genotype).macs
    gone = planned.choose(genotype, scores, before - 1, 0)
    assert set(gone) >= set(older) if SPACE.geometry.cells[2].stride(0) == 1 else len(gone) == 1
    assert costs.total(genotype.without(gone)).macs < before


WIDE = Genotype.full(Space((8, 8, 3), 3, cells=3, channels=8, nodes=2, width_groups=4))


def test_the_channels_that_matter_least_go_first():
    scores = dict.fromkeys(WIDE.gates, 1000.0)
    worst = Group(1, 2)
    scores[worst] = 1.0
    gone = planned.choose(WIDE, scores, costs.total(WIDE).macs - 1, 0)
    assert gone == [worst]


def test_in_a_narrow_network_it_still_counts_what_is_saved():
    narrow = WIDE.without(group for group in WIDE.groups if group.number > 0)
    convolution, skip = (
        next(p for p in narrow.ordered if p.op == op and p.source >= 2)
        for op in ("sep_conv_3x3", "skip_connect")
    )
    scores = dict.fromkeys(narrow.gates, 1000.0) | {skip: 1.0, convolution: 1.5}
    # it is a third of what a gate of the full network costs, and twice what one of this costs
    macs = costs.total(narrow).macs
    assert planned.choose(narrow, scores, macs - 1, 0) == [convolution]


def test_every_width_and_node_keeps_its_least():
    for least in (1, 5):
        wide = Genotype.full(dataclasses.replace(WIDE.space, least_width=least))
        scores = {gate: float(number) for number, gate in enumerate(wide.gates)}
        left = wide.without(planned.choose(wide, scores, 0, 0))
        assert not left.prunable
        for owner in (STEM, *left.live_cells):
            assert len(left.groups_of(owner)) == wide.space.least_groups(owner)


def test_channels_and_operators_go_by_one_measure():
    """What is alike in what it matters and costs is as likely to be the one or the other."""
    rng = random.Random(0)
    scores = {gate: rng.random() for gate in WIDE.gates}
    gone = planned.choose(WIDE, scores, round(0.5 * costs.total(WIDE).macs), 0)
    widths = sum(gate.feeds.is_width for gate in gone)
    assert 0 < widths < len(gone)
    assert costs.total(WIDE.without(gone)).macs <= 0.5 * costs.total(WIDE).macs


def test_all_operators_stay_where_channels_alone_are_to_go():
    settings = dataclasses.replace(SETTINGS, keep_operators=True)
    config = SearchConfig(plan=settings, points=PointSettings(max_epochs=10))
    state = SearchState.start(WIDE, config.pruning)
    spent = dict.fromkeys(list(WIDE.places)[:3], 1e-6)
    while not state.ended:
        strengths = dict.fromkeys(state.genotype.gates, 0.5) | spent
        state = state.replace(epoch=state.epoch + 1)
        state = prune(state, strengths, config, Budgets(costs.total(WIDE).macs, (), 0))
    assert state.genotype.places == WIDE.places
    widths = {owner: len(state.genotype.groups_of(owner)) for owner in (STEM, *WIDE.live_cells)}
    assert widths == {owner: WIDE.space.least_groups(owner) for owner in widths}


def test_a_narrow_network_is_no_dearer_than_it_says():
    wide = costs.total(WIDE).macs
    saved = planned._all_saved(WIDE, wide, MACS)
    for group, amount in saved.items():
        assert amount.cost == wide - costs.total(WIDE.without(group)).macs
