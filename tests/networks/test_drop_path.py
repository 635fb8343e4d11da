"""Drop-path: what it leaves out, what it keeps, and that it can be resumed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.networks.cell import Cell

EDGES = [
    (0, 0, "sep_conv_3x3"),
    (0, 1, "skip_connect"),
    (1, 0, "avg_pool_3x3"),
    (1, 2, "sep_conv_3x3"),
]
RNG = np.random.default_rng(0)
INPUTS = [tf.constant(RNG.random((64, 4, 4, 3), np.float32)) for _ in range(2)]


@pytest.fixture
def cell():
    keras.utils.set_random_seed(0)
    cell = Cell(2, 2, EDGES, gated=False, drop_path=True, name="cell_0")
    cell(INPUTS)
    return cell


def factors(cell, rate):
    cell.drop.rate.assign(rate)
    return np.stack([factor.numpy().ravel() for factor in cell.drop.factors(4000)])


def test_factors_keep_the_mean(cell):
    drawn = factors(cell, 0.3)
    assert drawn.shape == (len(EDGES), 4000)
    np.testing.assert_allclose(np.unique(drawn), [0, 1 / 0.7], rtol=1e-6)
    np.testing.assert_allclose(drawn.mean(1), 1.0, atol=0.05)
    # operators are dropped independently
    assert np.abs(np.corrcoef(drawn) - np.eye(len(EDGES))).max() < 0.06


def test_nothing_is_dropped_at_rate_0_and_in_inference(cell):
    training = cell(INPUTS, training=True)
    cell.drop.rate.assign(0.5)
    before = cell(INPUTS)
    np.testing.assert_array_equal(before, cell(INPUTS))
    plain = Cell(2, 2, EDGES, gated=False, name="cell_0")
    plain(INPUTS)
    named = {variable.name: variable for variable in cell.variables}
    for variable in plain.variables:
        # a batch norm in training does not read its statistics
        variable.assign(named[variable.name])
    np.testing.assert_array_equal(plain(INPUTS, training=True), training)


def test_skip_connections_of_stride_1_stay(cell):
    cell.drop.rate.assign(0.9)
    node = cell(INPUTS, training=True)[..., :2].numpy()
    # node 0 without its convolution is its skip connection, which is normalised
    assert (np.abs(node).max((1, 2, 3)) > 0.1).all()


def test_every_draw_is_another_and_can_be_repeated(cell):
    first, second = factors(cell, 0.5), factors(cell, 0.5)
    assert (first != second).any()
    cell.drop._draws.assign(0)
    cell.drop.rate.assign(0.5)
    np.testing.assert_array_equal(factors(cell, 0.5), first)


def test_cells_draw_numbers_of_their_own(cell):
    other = Cell(2, 2, EDGES, gated=False, drop_path=True, name="cell_1")
    other(INPUTS)
    assert (factors(cell, 0.5) != factors(other, 0.5)).any()
