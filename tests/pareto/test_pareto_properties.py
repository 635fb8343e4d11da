"""Fronts and hypervolumes of any points, against the slowest ways there are to find them."""

import dataclasses
import itertools
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldnas_tf import pareto
from goldnas_tf.pareto import Point, dominates, mark
from goldnas_tf.pareto.hypervolume import hypervolume

COSTS = ("macs", "params", "latency_ms")


@st.composite
def points(draw, least=0):
    """Points with few different values, so that there are ties and equal ones."""
    few = st.integers(1, 4)
    values = draw(st.lists(st.tuples(few, few, few, few), min_size=least, max_size=12))
    return [
        Point(
            name=f"e{number:03d}",
            path=f"pareto/e{number:03d}",
            costs={"macs": macs, "params": params, "latency_ms": latency / 2},
            val_accuracy=accuracy / 4,
            epoch=number,
            reason=draw(st.sampled_from(pareto.REASONS)),
            non_dominated=draw(st.booleans()),
            test_accuracy=draw(st.none() | st.just(accuracy / 5)),
        )
        for number, (macs, params, latency, accuracy) in enumerate(values)
    ]


some_costs = st.lists(st.sampled_from(COSTS), min_size=1, unique=True).map(tuple)


def aims(point, costs):
    """What is minimised."""
    return (*(point.costs[name] for name in costs), -point.val_accuracy)


def beaten(point, points, costs):
    mine = aims(point, costs)
    for other in points:
        its = aims(other, costs)
        if its != mine and not any(a > b for a, b in zip(its, mine, strict=True)):
            return True
    return False


@given(points(), some_costs)
def test_dominance_is_an_order(points, costs):
    for one in points:
        assert not dominates(one, one, costs)
    for one, other in itertools.permutations(points, 2):
        assert dominates(one, other, costs) == beaten(other, [one], costs)
        assert not (dominates(one, other, costs) and dominates(other, one, costs))


@given(st.data(), points(), some_costs)
def test_the_front_is_what_no_point_beats(data, points, costs):
    marked = mark(points, costs)
    assert {p.name: p.non_dominated for p in marked} == {
        p.name: not beaten(p, points, costs) for p in points
    }
    assert any(point.non_dominated for point in marked) == bool(points)
    first = [point.costs[costs[0]] for point in marked]
    assert first == sorted(first, reverse=True)
    assert mark(data.draw(st.permutations(points)), costs) == marked
    assert mark(marked, costs) == marked


@given(points(), some_costs, st.none() | st.integers(1, 10**12))
def test_points_are_read_back_from_json(points, costs, start_macs):
    values = json.loads(json.dumps(pareto.to_json(points, start_macs, costs)))
    assert pareto.from_json(values) == mark(points, costs)
    assert (values["start_macs"], values["costs"]) == (start_macs, list(costs))


@given(points(), st.sampled_from(COSTS))
def test_what_was_not_measured_is_read_back_too(points, missing):
    points = [
        dataclasses.replace(p, costs={n: c for n, c in p.costs.items() if n != missing})
        for p in points
    ]
    costs = tuple(name for name in COSTS if name != missing)
    values = json.loads(json.dumps(pareto.to_json(points, None, costs)))
    assert pareto.from_json(values) == mark(points, costs)
    for point in values["points"]:
        point[missing] = None
    assert pareto.from_json(values) == mark(points, costs)


@given(st.integers(0, 60), st.integers(1, 20))
def test_points_are_taken_evenly(count, most):
    taken = pareto.evenly(range(count), most)
    assert len(taken) == min(most, count)
    if len(taken) > 1:
        assert (taken[0], taken[-1]) == (0, count - 1)
        step = (count - 1) / (len(taken) - 1)
        gaps = {after - before for before, after in itertools.pairwise(taken)}
        assert gaps <= {math.floor(step), math.ceil(step)}


@st.composite
def boxes(draw, numbers):
    """A reference, and aims of which some lie beyond it."""
    dimensions = draw(st.integers(2, 3))
    reference = draw(st.tuples(*[st.integers(1, 5)] * dimensions))
    return reference, draw(st.lists(st.tuples(*[numbers] * dimensions), max_size=6))


@given(boxes(st.integers(0, 6)))
def test_hypervolume_is_the_count_of_cells(box):
    reference, aims = box
    cells = list(itertools.product(*map(range, reference)))
    counted = sum(any(map(_not_above, aims, itertools.repeat(cell))) for cell in cells)
    assert hypervolume(aims, reference) == pytest.approx(counted / len(cells))


def _not_above(aim, cell):
    return all(a <= c for a, c in zip(aim, cell, strict=True))


@given(boxes(st.floats(0, 6)))
def test_hypervolume_by_inclusion_and_exclusion(box):
    reference, aims = box
    volume = 0.0
    for size in range(1, len(aims) + 1):
        for some in itertools.combinations(aims, size):
            corner = map(max, zip(*some, strict=True))
            sides = [max(r - c, 0) / r for r, c in zip(reference, corner, strict=True)]
            volume -= (-1) ** size * math.prod(sides)
    assert hypervolume(aims, reference) == pytest.approx(volume, abs=1e-9)


@given(boxes(st.floats(0, 6)))
def test_hypervolume_grows_with_every_network(box):
    reference, aims = box
    grown = [hypervolume(aims[:count], reference) for count in range(len(aims) + 1)]
    assert grown[0] == 0
    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(grown))
    assert grown[-1] <= 1 + 1e-12
