"""Costs of every network, against a count that is made here kernel by kernel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import genotypes, some_of, spaces

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources

# sides of the depthwise kernels, each with a matrix after it; and batch norms
_SEPARABLE = {
    "skip_connect": ((), 1),
    "sep_conv_3x3": ((3, 3), 2),
    "sep_conv_5x5": ((5, 5), 2),
    "dil_conv_3x3": ((3,), 1),
    "avg_pool_3x3": ((), 1),
    "max_pool_3x3": ((), 1),
}


def both(cost):
    return cost.macs, cost.params


def plus(*counts):
    return tuple(map(sum, zip((0, 0), *counts, strict=True)))


def layer(elements, positions, others=0):
    """Multiply-adds and parameters of a kernel, with other parameters beside it."""
    return elements * positions, elements + others


def half(side):
    return (side + 1) // 2


def kept(genotype, owner, channels):
    """How many of the channels of the stem or a cell are left."""
    groups = genotype.space.groups_in(owner)
    left = sum(group.cell == owner for group in genotype.groups) or groups
    return channels * left // groups


def stem_by_hand(genotype):
    space = genotype.space
    height, width, colours = space.image_shape
    if space.stem == "cifar":
        c = kept(genotype, STEM, 3 * space.channels)
        return layer(9 * colours * c, height * width, 2 * c)
    found, before = [], colours
    for full in (space.channels // 2, space.channels, space.channels):
        after = kept(genotype, STEM, full)
        height, width = half(height), half(width)
        found.append(layer(9 * before * after, height * width, 2 * after))
        before = after
    return plus(*found)


def inputs_by_hand(genotype, cell, gated):
    """Of the 1x1 convolutions that bring what a cell reads to its size."""
    found, geometry = [], genotype.geometry.cells[cell]
    for source in {p.source for p in genotype.places if p.cell == cell} & {0, 1}:
        c = geometry.state.channels
        elements = geometry.inputs[source].channels * c
        pixels = geometry.state.height * geometry.state.width
        found.append(layer(elements, pixels, 0 if gated else 2 * c))
    return plus(*found)


def operator_by_hand(genotype, place, gated):
    geometry = genotype.geometry.cells[place.cell]
    c, pixels = geometry.node.channels, geometry.node.height * geometry.node.width
    if place.op == "mbconv_3x3":
        read = geometry.state if geometry.reduction and place.source < 2 else geometry.node
        others = 1 if gated else 2 * c * (4 + 4 + 1)
        before = layer(c * 4 * c, read.height * read.width, others)
        return plus(before, layer(9 * 4 * c + 4 * c * c, pixels))
    if place.op.startswith("conv_"):
        return layer({"1x1": 1, "3x3": 9}[place.op[-3:]] * c * c, pixels, 1 if gated else 2 * c)
    sides, norms = _SEPARABLE[place.op]
    elements = sum(side * side * c + c * c for side in sides)
    if place.op == "skip_connect" and geometry.reduction and place.source < 2:
        elements = c * c
    return layer(elements, pixels, 1 if gated else 2 * c * norms)


def outside_by_hand(genotype, gated):
    space = genotype.space
    features = space.nodes * genotype.geometry.cells[-1].node.channels
    return plus(
        stem_by_hand(genotype),
        layer(features * space.classes, 1, space.classes),
        (0, len(genotype.groups) if gated else 0),
        *(inputs_by_hand(genotype, cell, gated) for cell in {p.cell for p in genotype.places}),
    )


@given(spaces())
def test_the_geometry_follows_cell_by_cell(space):
    older, newer = space.geometry.stem_outputs
    for cell in space.geometry.cells:
        assert cell.inputs == (older, newer)
        assert (cell.state.height, cell.state.width) == (newer.height, newer.width)
        shrunk = half if cell.reduction else int
        sides = shrunk(newer.height), shrunk(newer.width)
        assert cell.node == (*sides, cell.state.channels)
        assert cell.output == (*sides, space.nodes * cell.state.channels)
        older, newer = newer, cell.output
    reductions = [index for index, cell in enumerate(space.geometry.cells) if cell.reduction]
    assert tuple(reductions) == space.reductions
    assert len(space.geometry.cells) == space.cells


@given(genotypes(), st.booleans())
def test_costs_are_those_counted_by_hand(genotype, gated):
    operators = {place: operator_by_hand(genotype, place, gated) for place in genotype.places}
    for place, counted in operators.items():
        assert both(costs.operator(genotype.geometry, place, gated)) == counted
    outside, inside = outside_by_hand(genotype, gated), plus(*operators.values())
    assert both(costs.outside_gates(genotype, gated)) == outside
    assert both(costs.in_gates(genotype, gated)) == inside
    assert both(costs.total(genotype, gated)) == plus(outside, inside)


@given(st.data(), st.booleans())
def test_pruning_saves_what_went(data, gated):
    genotype = data.draw(genotypes())
    try:
        smaller = genotype.without(data.draw(some_of(genotype.ordered)))
    except InputError:
        smaller = genotype
    gone = genotype.places - smaller.places
    saved = plus(
        *(operator_by_hand(genotype, place, gated) for place in gone),
        outside_by_hand(genotype, gated),
    )
    left = plus(both(costs.total(smaller, gated)), saved)
    assert left == plus(both(costs.total(genotype, gated)), outside_by_hand(smaller, gated))
    assert costs.total(smaller, gated).macs <= costs.total(genotype, gated).macs


@given(genotypes(), st.booleans())
def test_resources_that_are_counted_are_the_costs(genotype, gated):
    total = resources.total(genotype, gated)
    assert total == {"macs": total["macs"], "params": total["params"]}
    assert (total["macs"], total["params"]) == both(costs.total(genotype, gated))


@given(spaces(), st.sampled_from(resources.COUNTED))
def test_relative_costs_are_1_on_average(space, resource):
    relative = resources.relative(Genotype.full(space), resource)
    relative = {gate: cost for gate, cost in relative.items() if not gate.feeds.is_width}
    used = {
        p: getattr(costs.operator(space.geometry, p), resource) for p in Genotype.full(space).places
    }
    assert set(relative) == set(used)
    if any(used.values()):
        assert sum(relative.values()) / len(relative) == pytest.approx(1)
        scale = sum(used.values()) / len(used)
        assert {p: cost * scale for p, cost in relative.items()} == pytest.approx(used)
    else:
        assert set(relative.values()) == {0}


@given(genotypes(of=spaces(shared=False)), st.sampled_from(resources.COUNTED))
def test_a_group_of_channels_costs_what_the_network_saves_without_it(genotype, resource):
    relative = resources.relative(genotype, resource)
    mean = resources.mean(genotype.space, resource)
    for group in genotype.groups:
        assert group in relative
        if mean and len(genotype.groups_of(group.cell)) > genotype.least(group.feeds):
            saved = [resources.total(g)[resource] for g in (genotype, genotype.without([group]))]
            assert relative[group] * mean == pytest.approx(saved[0] - saved[1])
