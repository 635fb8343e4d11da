"""What holds for every genotype of every space: round trips, and what pruning leaves."""

import collections
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import OPS, genotypes, some_of, spaces

from goldnas_tf.architecture.genotype import Genotype, twins
from goldnas_tf.architecture.places import STEM, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError


def needed(space, places):
    """Cells that the last one reads, or that one of them reads."""
    found, todo = set(), [space.cells - 1]
    while todo:
        cell = todo.pop()
        if cell >= 0 and cell not in found:
            found.add(cell)
            todo += [cell - 2 + p.source for p in places if p.cell == cell and p.source < 2]
    return found


def nodes(places):
    return {(place.cell, place.node) for place in places}


def widths(genotype, left):
    """Whether every width of what is left keeps its least, were it not for dead cells."""
    counts = collections.Counter(group.cell for group in left)
    owners = {group.cell for group in genotype.groups}
    return {owner: counts[owner] >= genotype.space.least_groups(owner) for owner in owners}


def every_node(space, cells):
    return set(itertools.product(cells, range(space.nodes)))


@given(spaces())
def test_a_space_is_read_back_from_json(space):
    assert Space.from_json(json.loads(json.dumps(space.to_json()))) == space


@given(genotypes())
def test_a_genotype_is_read_back_from_json(genotype):
    text = json.dumps(genotype.to_json())
    found = Genotype.from_json(json.loads(text))
    assert (found, found.space) == (genotype, genotype.space)
    assert json.dumps(found.to_json()) == text


@given(genotypes())
def test_the_live_cells_are_those_that_are_read(genotype):
    assert set(genotype.live_cells) == needed(genotype.space, genotype.places)
    assert nodes(genotype.places) == every_node(genotype.space, genotype.live_cells)


@given(st.data())
def test_pruning_takes_what_it_is_told_or_is_refused(data):
    genotype = data.draw(genotypes())
    space = genotype.space
    gone = data.draw(some_of(genotype.members))
    left, groups = (members - twins(space, gone) for members in (genotype.places, genotype.groups))
    cells = needed(space, left)
    enough = widths(genotype, groups)
    wide = all(enough[owner] for owner in enough if owner in {STEM, *cells})
    if every_node(space, cells) <= nodes(left) and wide:
        smaller = genotype.without(gone)
        assert smaller.places == {place for place in left if place.cell in cells}
        assert smaller.groups == {group for group in groups if group.cell in {STEM, *cells}}
    else:
        with pytest.raises(InputError, match=r"expected (at least|some)"):
            genotype.without(gone)


@given(genotypes())
def test_what_is_prunable_can_lose_an_operator(genotype):
    assert genotype.prunable == any(_can_lose(genotype, gate) for gate in genotype.members)


def _can_lose(genotype, place):
    try:
        return genotype.without([place]) != genotype
    except InputError:
        return False


@given(genotypes())
def test_every_operator_has_one_gate(genotype):
    space, of_gates = genotype.space, [twins(genotype.space, [g]) for g in genotype.gates]
    members = {*genotype.members}
    assert set().union(*of_gates) & members == members
    assert sum(len(gate) for gate in of_gates) == len(set().union(*of_gates))
    assert all(gate in twins(space, [gate]) for gate in genotype.gates)
    if not space.shared:
        assert genotype.gates == genotype.members


@given(st.lists(st.sampled_from(OPS), min_size=1, max_size=2, unique=True), st.integers(1, 2))
def test_candidates_are_counted_one_by_one(ops, most_nodes):
    # of one cell, where different choices are different networks
    space = Space((8, 8, 1), 10, 1, nodes=most_nodes if len(ops) == 1 else 1, ops=tuple(ops))
    places = Genotype.full(space).ordered
    chosen = (
        itertools.compress(places, kept) for kept in itertools.product((0, 1), repeat=len(places))
    )
    assert space.candidates == sum(_is_network(space, some) for some in chosen)


def _is_network(space, places):
    try:
        return bool(Genotype(space, frozenset(places)).places)
    except InputError:
        return False


@given(st.data())
def test_the_order_of_operators_is_that_of_the_space(data):
    genotype = data.draw(genotypes())
    ops = genotype.space.ops
    keys = [(p.cell, p.node, p.source, ops.index(p.op)) for p in genotype.ordered]
    assert keys == sorted(keys)
    shuffled = data.draw(st.permutations(genotype.ordered))
    places = frozenset(map(Place._make, shuffled))
    assert Genotype(genotype.space, places, genotype.groups) == genotype
