"""What is linear in maps, and what it takes to compute it."""

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.architecture.geometry import FeatureMap
from goldnas_tf.inference.graph import Concatenation, Convolution, Value
from goldnas_tf.inference.linear import Builder, Linear, Spatial, State
from goldnas_tf.networks.folded import compute


@pytest.fixture
def builder():
    return Builder()


@pytest.fixture
def maps():
    return [Value(FeatureMap(5, 4, channels)) for channels in (3, 2, 4)]


@pytest.fixture
def values_of(builder, maps):
    """Computes a map of the graph from random ones."""

    def compute_all(value):
        rng = np.random.default_rng(0)
        found = {m: tf.constant(rng.standard_normal((2, *m.size)), tf.float32) for m in maps}
        for one in builder.values:
            found[one] = compute(one.operation, *[found[read] for read in one.reads])
            assert found[one].shape[1:] == tuple(one.size)
        return found[value].numpy()

    return compute_all


def linear(maps, outputs=3, seed=1):
    """Of two maps at every pixel, and of the third by a convolution."""
    rng = np.random.default_rng(seed)
    one, two, three = maps
    return Linear(
        {m: rng.standard_normal((m.channels, outputs)) for m in (one, two)},
        rng.standard_normal(outputs),
        {Spatial(three, 1, 3): rng.standard_normal((3, 3, three.channels, outputs))},
    )


def expected(value, values_of):
    """Term by term."""
    total = value.bias.astype(np.float32)
    for map_, matrix in value.products.items():
        total = total + values_of(map_) @ matrix.astype(np.float32)
    for place, kernel in value.convolutions.items():
        x, numbers = values_of(place.map), kernel.astype(np.float32)
        total = total + tf.nn.conv2d(x, numbers, place.stride, "SAME")
    return np.asarray(total)


def assert_close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


def test_values_and_their_relu(builder, maps, values_of):
    value = linear(maps)
    wanted = expected(value, values_of)
    assert_close(values_of(builder.computed(value)), wanted)
    assert_close(values_of(builder.computed(value, relu=True)), np.maximum(wanted, 0))


def test_a_sum(maps, values_of):
    one, other = linear(maps), linear(maps, seed=2)
    total = one.plus(other)
    assert_close(expected(total, values_of), expected(one, values_of) + expected(other, values_of))
    assert total.products.keys() == one.products.keys()
    assert total.convolutions.keys() == one.convolutions.keys()


def test_a_factor_and_a_bias(maps, values_of):
    value, factor, bias = linear(maps), np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.0, -3.0])
    wanted = expected(value, values_of) * factor + bias
    assert_close(expected(value.times(factor, bias), values_of), wanted)


def test_products_are_one_convolution(builder, maps):
    value = linear(maps)
    builder.computed(Linear(value.products, value.bias), relu=True)
    joined, convolved = builder.values
    assert isinstance(joined.operation, Concatenation)
    assert isinstance(convolved.operation, Convolution)
    assert convolved.operation.relu


def test_the_same_maps_are_concatenated_once(builder, maps):
    assert builder.joined(maps) is builder.joined(list(maps))
    assert builder.joined(maps) is not builder.joined(maps[::-1])
    assert builder.joined(maps[:1]) is maps[0]


def test_many_maps_are_concatenated_some_at_a_time(builder, maps, values_of):
    several = [*maps, *maps, *maps]
    wanted = np.concatenate([values_of(map_) for map_ in several], -1)
    np.testing.assert_array_equal(values_of(builder.joined(several)), wanted)
    assert all(len(value.reads) <= 5 for value in builder.values)


def test_a_state_is_what_it_is_made_of_until_somebody_needs_its_values(builder, maps, values_of):
    value = linear(maps)
    wanted = expected(value, values_of)
    state = State(value, builder)
    assert state.value is value
    assert_close(values_of(state.rectified), np.maximum(wanted, 0))
    assert state.value is value
    map_ = state.compute()
    assert state.value.products.keys() == {map_}
    assert_close(expected(state.value, values_of), wanted)
    assert state.compute() is map_


def test_the_relu_of_a_state_with_values_is_theirs(builder, maps, values_of):
    state = State(linear(maps), builder)
    map_ = state.compute()
    assert state.rectified.reads == (map_,)
    np.testing.assert_array_equal(values_of(state.rectified), np.maximum(values_of(map_), 0))
