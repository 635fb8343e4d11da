"""What goes next in a planned search, and what it leaves, as arithmetic."""

import dataclasses
import random

import pytest

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM, Group, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.resources import resources
from goldnas_tf.resources.meter import Yardstick
from goldnas_tf.searching import choosing, planned
from goldnas_tf.searching.choosing import Rule

SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
FULL = Genotype.full(SPACE)
START = costs.total(FULL).macs
RELATIVE = resources.relative(Genotype.full(SPACE), "macs")
WIDE = Genotype.full(Space((8, 8, 3), 3, cells=3, channels=8, nodes=2, width_groups=4))


def test_so_many_go_as_the_cost_asks_for():
    scores = dict.fromkeys(FULL.gates, 1.0)
    macs = round(0.6 * START)
    gone = choosing.choose(FULL, scores, macs, 0)
    left = FULL.without(gone)
    assert costs.total(left).macs <= macs < costs.total(FULL.without(gone[:-1])).macs
    assert not choosing.choose(FULL, scores, START, 0)


def test_what_matters_least_for_its_cost_goes_first():
    scores = dict.fromkeys(FULL.gates, 1000.0)
    cheap = [p for p in FULL.gates if p.op == "sep_conv_3x3"][5]
    scores[cheap] = 1.0
    gone = choosing.choose(FULL, scores, START - 1, 0)
    assert gone == [cheap]


def test_what_holds_many_parameters_goes_late_where_capacity_counts():
    scores = dict.fromkeys(WIDE.gates, 1.0)
    # of all cells as much, by multiply-adds; the last one has most of the parameters
    most = round(0.7 * costs.total(WIDE).macs)
    params = [
        costs.total(WIDE.without(choosing.choose(WIDE, scores, most, 0, Rule(capacity=c)))).params
        for c in (0.0, 0.25, 4.0)
    ]
    assert params[0] < params[1] < params[2]


def test_what_matters_now_goes_late_whatever_its_parameters():
    scores, most, rule = dict.fromkeys(FULL.gates, 1.0), START * 3 // 4, Rule(capacity=0.25)
    first = choosing.choose(FULL, scores, most, 0, rule)[0]
    assert first not in choosing.choose(FULL, scores | {first: 1000.0}, most, 0, rule)


def test_what_is_free_of_multiply_adds_goes_where_it_matters_little():
    scores = dict.fromkeys(FULL.gates, 1000.0)
    skip = next(p for p in FULL.gates if p.op == "skip_connect" and p.source >= 2)
    assert costs.operator(SPACE.geometry, skip).macs == 0
    scores[skip] = 1.0
    gone = choosing.choose(FULL, scores, START - 1, 0)
    assert gone[0] == skip
    # what is of use stays: a convolution saves more
    assert len(gone) == 2
    assert costs.operator(SPACE.geometry, gone[1]).macs > 0


def test_the_last_operator_of_a_node_stays():
    scores = dict.fromkeys(FULL.gates, 1.0)
    left = FULL.without(choosing.choose(FULL, scores, 0, 0))
    assert {place.feeds for place in left.places} == {
        place.feeds for place in FULL.places if place.cell in left.live_cells
    }
    # nothing is left that could go
    assert not choosing.choose(left, dict.fromkeys(left.gates, 1.0), 0, 0)


def test_a_node_can_lose_its_lightest_operator():
    scores = {place: 0.0 if place.op == "skip_connect" else 1.0 for place in FULL.gates}
    left = FULL.without(choosing.choose(FULL, scores, START * 3 // 4, START // 2))
    skipped = {place.feeds for place in left.places if place.op == "skip_connect"}
    assert {place.feeds for place in left.places} - skipped


@pytest.mark.parametrize("seed", range(3))
def test_the_floor_stays_in_reach(seed):
    # all that is light goes first where it can
    scores = {p: RELATIVE[p] * value for p, value in planned.at_random(FULL, seed).items()}
    left, macs, floor = FULL, START, round(0.3 * START)
    while macs > floor:
        macs = max(floor, round(0.9 * macs))
        left = left.without(choosing.choose(left, scores, macs, floor))
    assert costs.total(left).macs <= floor


@pytest.mark.parametrize("resource", ["params", "flash_bytes", "ram_bytes"])
def test_any_resource_can_be_brought_down(resource):
    yardstick = Yardstick(resource=resource)
    scores = dict.fromkeys(WIDE.gates, 1.0)
    most = 0.7 * yardstick.of(WIDE)
    gone = choosing.choose(WIDE, scores, most, 0.0, rule=Rule(yardstick=yardstick))
    assert yardstick.of(WIDE.without(gone)) <= most < yardstick.of(WIDE.without(gone[:-1]))


def test_several_limits_are_met_together():
    used = resources.known(WIDE)
    limits = {"ram_bytes": 0.8 * used["ram_bytes"], "flash_bytes": 0.6 * used["flash_bytes"]}
    yardstick = Yardstick(limits=limits)
    scores = dict.fromkeys(WIDE.gates, 1.0)
    left = WIDE.without(choosing.choose(WIDE, scores, 1.0, 1.0, rule=Rule(yardstick=yardstick)))
    assert all(resources.known(left)[name] <= most for name, most in limits.items())


def test_an_input_goes_with_all_that_read_it():
    # cell 2 reads its older input by two skip connections, which save nothing one by one
    keep = {p for p in FULL.cell(2) if p.source != 0 or p.op == "skip_connect"}
    genotype = Genotype(SPACE, frozenset((FULL.places - set(FULL.cell(2))) | keep))
    older = [p for p in keep if p.source == 0]
    scores = {p: 0.0 if p in older else 1e9 for p in genotype.gates}
    before = costs.total(genotype).macs
    gone = choosing.choose(genotype, scores, before - 1, 0)
    assert set(gone) >= set(older) if SPACE.geometry.cells[2].stride(0) == 1 else len(gone) == 1
    assert costs.total(genotype.without(gone)).macs < before


def test_the_channels_that_matter_least_go_first():
    scores = dict.fromkeys(WIDE.gates, 1000.0)
    worst = Group(1, 2)
    scores[worst] = 1.0
    gone = choosing.choose(WIDE, scores, costs.total(WIDE).macs - 1, 0)
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
    assert choosing.choose(narrow, scores, macs - 1, 0) == [convolution]


@pytest.mark.parametrize(
    ("worst", "is_large"), [(Group(STEM, 0), False), (Place(4, 0, 0, "sep_conv_3x3"), True)]
)
def test_much_at_once_comes_late_and_is_large_where_cells_go_with_it(worst, is_large):
    # two rows of cells, one behind the other, which the last cell reads
    space = Space((8, 8, 3), 3, cells=5, channels=8, nodes=1, ops=("sep_conv_3x3",), width_groups=2)
    full = Genotype.full(space)
    rows = full.without(p for p in full.places if p.source == 1 and p.cell < 4)
    macs = costs.total(rows).macs
    scores = dict.fromkeys(rows.gates, 1000.0) | {worst: 1.0}
    seen = []
    choosing.choose(rows, scores, macs - 1, macs / 2, select=lambda _, some: seen.extend(some))
    left = {one.gates: costs.total(one.left).macs / macs for one in seen}
    assert left[(worst,)] < 0.8
    assert min([*left.values()][: [*left].index((worst,))]) > left[(worst,)]
    assert [one.is_large for one in seen if one.gates == (worst,)] == [is_large]


def test_a_cell_with_few_parameters_may_take_more_at_once_than_a_single_gate_or_the_last_cell():
    space = Space((8, 8, 3), 3, cells=5, channels=8, nodes=1, ops=("sep_conv_3x3",), width_groups=2)
    gone = [Place(2, 0, 0, "sep_conv_3x3"), Place(3, 0, 1, "sep_conv_3x3")]
    some = Genotype.full(space).without(gone)
    # what alone reads the first cell, and what alone reads the one before the last
    early, last, stem = (
        Place(1, 0, 1, "sep_conv_3x3"),
        Place(4, 0, 1, "sep_conv_3x3"),
        Group(STEM, 0),
    )
    worst = (early, last, stem)
    macs, seen = costs.total(some).macs, []
    scores = dict.fromkeys(some.gates, 1000.0) | dict.fromkeys(worst, 1.0)
    choosing.choose(some, scores, macs - 1, macs / 3, select=lambda _, ones: seen.extend(ones))
    share = {one.gates[0]: 1 - costs.total(one.left).macs / macs for one in seen}
    assert share[early] > 1 / 3 > 0.25 > share[stem] > 0.2 > share[last]
    order = [one.gates[0] for one in seen]
    assert order[0] == early and order[-2:] == [last, stem] and len(order) > 4
    assert [one.is_large for one in seen] == [gate == last for gate in order]


def test_every_width_and_node_keeps_its_least():
    for least in (1, 5):
        wide = Genotype.full(dataclasses.replace(WIDE.space, least_width=least))
        scores = {gate: float(number) for number, gate in enumerate(wide.gates)}
        left = wide.without(choosing.choose(wide, scores, 0, 0))
        assert not left.prunable
        for owner in (STEM, *left.live_cells):
            assert len(left.groups_of(owner)) == wide.space.least_groups(owner)


def test_channels_and_operators_go_by_one_measure():
    """What is alike in what it matters and costs is as likely to be the one or the other."""
    rng = random.Random(0)
    scores = {gate: rng.random() for gate in WIDE.gates}
    gone = choosing.choose(WIDE, scores, round(0.5 * costs.total(WIDE).macs), 0)
    widths = sum(gate.feeds.is_width for gate in gone)
    assert 0 < widths < len(gone)
    assert costs.total(WIDE.without(gone)).macs <= 0.5 * costs.total(WIDE).macs


def test_a_narrow_network_is_no_dearer_than_it_says():
    wide = costs.total(WIDE)
    saved = choosing._all_saved(WIDE, wide.macs, wide.params, Rule())
    for group, amount in saved.items():
        left = costs.total(WIDE.without(group))
        assert amount.cost == wide.macs - left.macs
        assert amount.params == wide.params - left.params
