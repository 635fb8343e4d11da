"""The curve of a planned search, and that it is kept to, as arithmetic."""

import dataclasses
import itertools

import pytest

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM
from goldnas_tf.architecture.space import Space
from goldnas_tf.resources import resources
from goldnas_tf.searching import planned
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import PointSettings, SearchConfig
from goldnas_tf.searching.epoch_end import Seen, prune
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.searching.state import SearchState
from goldnas_tf.settings.sections import SpaceSettings

SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
FULL = Genotype.full(SPACE)
START = costs.total(FULL).macs
RELATIVE = resources.relative(Genotype.full(SPACE), "macs")
WIDE = Genotype.full(Space((8, 8, 3), 3, cells=3, channels=8, nodes=2, width_groups=4))
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


def after(state, config, budgets, scores=None):
    strengths = dict.fromkeys(state.genotype.places, 0.5)
    state = state.replace(epoch=state.epoch + 1)
    return prune(state, Seen(strengths, scores=scores), config, budgets)


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


def test_random_scores_are_those_of_their_seed():
    assert planned.at_random(FULL, 1) == planned.at_random(FULL, 1) != planned.at_random(FULL, 2)


def test_all_operators_stay_where_channels_alone_are_to_go():
    settings = dataclasses.replace(SETTINGS, keep_operators=True)
    config = SearchConfig(
        space=SpaceSettings(search_widths=True),
        plan=settings,
        points=PointSettings(max_epochs=10),
    )
    state = SearchState.start(WIDE, config.pruning)
    spent = dict.fromkeys(list(WIDE.places)[:3], 1e-6)
    while not state.ended:
        strengths = dict.fromkeys(state.genotype.gates, 0.5) | spent
        state = state.replace(epoch=state.epoch + 1)
        state = prune(state, Seen(strengths), config, Budgets(costs.total(WIDE).macs, (), 0))
    assert state.genotype.places == WIDE.places
    widths = {owner: len(state.genotype.groups_of(owner)) for owner in (STEM, *WIDE.live_cells)}
    assert widths == {owner: WIDE.space.least_groups(owner) for owner in widths}
