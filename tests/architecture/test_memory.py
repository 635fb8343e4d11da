"""The estimate of a step's memory, against a count by hand."""

import pytest

from goldnas_tf.architecture import costs, memory
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space

# two reduction cells, from 8x8 pixels and 6 channels to 4x4 and 4, then to 2x2 and 8
FULL = Genotype.full(Space((8, 8, 1), 10, cells=2, channels=2, nodes=2))
STEM = 2 * 8 * 8 * 6
INPUTS = (
    # of each input its ReLU, and three maps at the size of a state
    2 * (8 * 8 * 6 + 3 * 8 * 8 * 4),
    (8 * 8 * 6 + 3 * 4 * 4 * 8) + (4 * 4 * 8 + 3 * 4 * 4 * 8),
)
NODES = tuple(2 * 3 * node for node in (4 * 4 * 4, 2 * 2 * 8))
# maps of a node's size: four reductions with a skip connection (2) and a convolution (2 + 3) each,
# and from the first node to the second a skip connection that is none (1), and a convolution
OPERATORS = tuple((4 * (2 + 5) + 1 + 5) * node for node in (4 * 4 * 4, 2 * 2 * 8))
KEPT = STEM + sum(INPUTS) + sum(NODES) + sum(OPERATORS)
PARAMS = 2_616


def test_a_step_keeps_what_is_counted_by_hand():
    assert (KEPT, costs.total(FULL).params) == (8_192, PARAMS)
    # weights, gradient, momentum, and a copy
    assert memory.step_bytes(FULL, 1) == 4 * (KEPT + 4 * PARAMS)


@pytest.mark.parametrize("batch_size", [2, 96])
def test_maps_count_for_every_image_and_weights_once(batch_size):
    assert memory.step_bytes(FULL, batch_size) == 4 * (batch_size * KEPT + 4 * PARAMS)


def test_a_dead_cell_keeps_nothing():
    # cell 1 reads the stem alone
    smaller = FULL.without(p for p in FULL.places if (p.cell, p.source) == (1, 1))
    inputs = 8 * 8 * 6 + 3 * 4 * 4 * 8
    operators = (2 * (2 + 5) + 1 + 5) * 2 * 2 * 8
    kept = STEM + inputs + NODES[1] + operators
    assert memory.step_bytes(smaller, 1) == 4 * (kept + 4 * costs.total(smaller).params)


def test_a_state_is_normed_once_for_all_skip_connections():
    space = Space((8, 8, 1), 10, cells=4, channels=2, nodes=2, ops=("skip_connect",))
    full = Genotype.full(space)
    # the second node of the last cell, which is none of reduction, reads what the first one reads
    one = full.without(p for p in full.places if (p.cell, p.node, p.source) == (3, 1, 0))
    saved = 4 * 4 * costs.operator(space.geometry, full.cell(3)[0]).params
    assert memory.step_bytes(full, 1) - memory.step_bytes(one, 1) == saved
