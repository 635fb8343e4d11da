import itertools
import random

import pytest
from strategies import OPS

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.display import routing
from goldnas_tf.resources import sampling

DENSE = Space((32, 32, 3), 10, cells=1, ops=OPS[:6])


def routed(genotype, cell=0):
    places = genotype.cell(cell)
    return routing.route(genotype.space.nodes, places, routing.side_room(places))


@pytest.mark.parametrize("nodes", [1, 2, 4, 7])
def test_every_operator_has_one_lane_between_its_boxes(nodes):
    genotype = Genotype.full(Space((8, 8, 1), 10, cells=1, nodes=nodes))
    layout = routed(genotype)
    assert sorted(lane.place for lane in layout.lanes) == sorted(genotype.places)
    for lane in layout.lanes:
        boxes = (layout.states[lane.place.source], layout.states[lane.place.node + 2])
        for box, (x, y) in zip(boxes, (lane.corners[0], lane.corners[-1]), strict=True):
            assert abs(x - box.x) <= box.width / 2 + 1e-6
            assert abs(y - box.y) <= box.height / 2 + 1e-6


def segments(layout):
    for lane in layout.lanes:
        for start, end in itertools.pairwise(lane.corners):
            yield lane.place, start, end


@pytest.mark.parametrize("density", [0.1, 0.5, 1.0])
def test_no_two_lanes_share_a_stretch(density):
    layout = routed(sampling.sample(DENSE, random.Random(5), density))
    for one, other in itertools.combinations(segments(layout), 2):
        for axis in (0, 1):  # level (the same y) and upright (the same x) stretches
            (_, start, end), (_, first, last) = one, other
            if len({point[1 - axis] for point in (start, end, first, last)}) > 1:
                continue
            low = max(min(start[axis], end[axis]), min(first[axis], last[axis]))
            high = min(max(start[axis], end[axis]), max(first[axis], last[axis]))
            assert high <= low, (one, other)


def test_all_is_inside_the_drawing_and_lanes_can_be_told_apart():
    layout = routed(Genotype.full(DENSE))
    width, height = layout.size
    for _, *ends in segments(layout):
        for x, y in ends:
            assert 0 <= x <= width
            assert abs(y) <= height / 2
    for box in (*layout.states, layout.output):
        assert abs(box.y) + box.height / 2 <= height / 2
    assert layout.pitch > 1.5


def test_a_sparse_cell_is_drawn_lower_than_a_dense_one():
    sparse = sampling.sample(DENSE, random.Random(5), 0.0)
    assert routed(sparse).size[1] < routed(Genotype.full(DENSE)).size[1]


def cross(one, other):
    """Whether a level and an upright stretch meet."""
    for level, upright in ((one, other), (other, one)):
        (x0, y), (x1, y1) = level
        (x, y2), (x2, y3) = upright
        if y == y1 and x == x2 and min(x0, x1) < x < max(x0, x1) and min(y2, y3) < y < max(y2, y3):
            return True
    return False


@pytest.mark.parametrize("density", [0.3, 1.0])
def test_lanes_out_of_one_node_and_lanes_into_one_node_do_not_cross(density):
    layout = routed(sampling.sample(DENSE, random.Random(5), density))
    pairs = 0
    for (one, *stretch), (other, *second) in itertools.combinations(segments(layout), 2):
        if one != other and (one.node == other.node or one.source == other.source):
            pairs += 1
            assert not cross(stretch, second), (one, other)
    assert pairs > 10
