"""What holds for every pruning: no node is left empty, and the weakest go."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import genotypes

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.searching import epoch_end
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.searching.pruning import PruningRule, choose, shares
from goldnas_tf.searching.state import SearchState

# values of σ(α): also those that are 0 in floating point, and equal ones, whose shares are round
STRENGTHS = st.floats(0, 1) | st.sampled_from([0.0, 5e-324, 0.5, 1.0])


@st.composite
def rules(draw):
    end = st.floats(0, 1) | st.sampled_from([0.0, 1 / 3, 0.25, 0.5])
    ends = draw(st.lists(end, min_size=2, max_size=2, unique=True))
    return PruningRule(*sorted(ends), prune_weakest=draw(st.integers(1, 3)))


@st.composite
def strengths_of(draw, places):
    values = draw(st.lists(STRENGTHS, min_size=len(places), max_size=len(places)))
    return dict(zip(places, values, strict=True))


def nodes(gates):
    return {gate.feeds for gate in gates}


@given(st.data())
def test_shares_of_a_node_sum_to_1(data):
    strengths = data.draw(genotypes().flatmap(lambda g: strengths_of(g.gates)))
    found = shares(strengths)
    for node in nodes(found):
        of_node = [place for place in found if place.feeds == node]
        vanished = not sum(strengths[place] for place in of_node)
        assert sum(found[place] for place in of_node) == pytest.approx(0 if vanished else 1)
        # in the order of the strengths
        ranked = sorted(of_node, key=strengths.get)
        assert [found[place] for place in ranked] == sorted(found[place] for place in of_node)


@given(st.data(), rules())
def test_the_weakest_go_and_every_node_keeps_its_strongest(data, rule):
    genotype = data.draw(genotypes())
    found = shares(data.draw(strengths_of(genotype.gates)))
    gone = choose(found, rule, genotype.least)
    assert choose(dict(reversed(found.items())), rule, genotype.least) == gone
    assert len(set(gone)) == len(gone)
    assert [found[place] for place in gone] == sorted(found[place] for place in gone)
    stays = set(found) - set(gone)
    at_once = {place for place in gone if found[place] <= rule.threshold_min}
    assert len(gone) - len(at_once) <= rule.prune_weakest
    assert all(found[place] < rule.threshold_max for place in set(gone) - at_once)
    for node in nodes(found):
        of_node = [place for place in found if place.feeds == node]
        kept = [place for place in of_node if place in stays]
        assert max(found[place] for place in kept) == max(found[place] for place in of_node)
        # what stays at ξ_min or below are the strongest, of which no fewer may stay
        weak = [place for place in kept if found[place] <= rule.threshold_min]
        assert not weak or len(kept) <= genotype.least(node)
        assert all(
            found[place] >= max(map(found.get, {*of_node} - {*kept}), default=0) for place in weak
        )


@given(st.data(), rules())
def test_pruning_never_empties_a_node(data, rule):
    genotype = data.draw(genotypes())
    gone = choose(shares(data.draw(strengths_of(genotype.gates))), rule, genotype.least)
    smaller = genotype.without(gone)
    assert {*smaller.members} <= {*genotype.members}
    assert not set(gone) & {*smaller.members}
    cells = {place.cell for place in smaller.places}
    assert genotype.space.cells - 1 in cells
    expected = {(cell, node) for cell in cells for node in range(genotype.space.nodes)}
    assert nodes(smaller.places) == expected


@given(st.data(), rules())
def test_a_search_prunes_to_one_operator_for_each_node(data, rule):
    genotype = data.draw(genotypes())
    # all that is not the strongest goes at once
    rule = dataclasses.replace(rule, threshold_min=0.999, threshold_max=1.0)
    config = SearchConfig(plan=PlanSettings(schedule="paper"), pruning=rule)
    start = SearchState.start(genotype, rule)
    seen = epoch_end.Seen(data.draw(strengths_of(genotype.members)))
    state = epoch_end.prune(start, seen, config, Budgets(10**12, (), 0))
    assert not state.genotype.prunable
    assert state.ended is not None
    found = state.genotype
    assert found == Genotype(genotype.space, found.places, found.groups)
    assert SearchState.from_json(json.loads(json.dumps(state.to_json()))) == state
