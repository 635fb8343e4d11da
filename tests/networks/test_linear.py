"""What is linear in maps, and what it takes to compute it."""

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.networks.linear import Joining, Linear, Spatial, State


@pytest.fixture
def join():
    return Joining()


@pytest.fixture
def maps(join):
    rng = np.random.default_rng(0)
    shapes = [(2, 5, 4, channels) for channels in (3, 2, 4)]
    return [join.map(tf.constant(rng.standard_normal(shape), tf.float32)) for shape in shapes]


def linear(maps, outputs=3, seed=1):
    """Of two maps at every pixel, and of the third by a convolution."""
    rng = np.random.default_rng(seed)
    one, two, three = maps
    return Linear(
        {m: rng.standard_normal((m.channels, outputs)) for m in (one, two)},
        rng.standard_normal(outputs),
        {Spatial(three, 1, 3): rng.standard_normal((3, 3, three.channels, outputs))},
    )


def values(value):
    """By TensorFlow, term by term."""
    total = value.bias.astype(np.float32)
    for map_, matrix in value.products.items():
        total = total + map_.x.numpy() @ matrix.astype(np.float32)
    for place, kernel in value.convolutions.items():
        total = total + tf.nn.conv2d(place.map.x, kernel.astype(np.float32), place.stride, "SAME")
    return np.asarray(total)


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_values_and_their_relu(join, maps):
    value = linear(maps)
    assert_close(join.computed(value).x, values(value))
    assert_close(join.computed(value, relu=True).x, np.maximum(values(value), 0))


def test_a_sum(join, maps):
    one, other = linear(maps), linear(maps, seed=2)
    total = one.plus(other)
    assert_close(values(total), values(one) + values(other))
    assert total.products.keys() == one.products.keys()
    assert total.convolutions.keys() == one.convolutions.keys()


def test_a_factor_and_a_bias(maps):
    value, factor, bias = linear(maps), np.array([2.0, -1.0, 0.5]), np.array([1.0, 0.0, -3.0])
    assert_close(values(value.times(factor, bias)), values(value) * factor + bias)


def test_products_are_one_convolution(maps):
    value = linear(maps)

    @tf.function
    def compute(one, two):
        join = Joining()
        products = {
            join.map(x): matrix
            for x, matrix in zip((one, two), value.products.values(), strict=True)
        }
        return join.computed(Linear(products, value.bias), relu=True).x

    graph = compute.get_concrete_function(maps[0].x, maps[1].x).graph
    kinds = [operation.type for operation in graph.get_operations()]
    assert kinds.count("Conv2D") == kinds.count("ConcatV2") == 1
    assert not {"AddV2", "Sub", "Mul"} & {*kinds}


def test_the_same_maps_are_concatenated_once(join, maps):
    assert join(maps) is join(list(maps))
    assert join(maps) is not join(maps[::-1])
    assert join(maps[:1]) is maps[0]


def test_many_maps_are_concatenated_some_at_a_time(join, maps):
    several = [*maps, *maps, *maps]
    expected = np.concatenate([map_.x for map_ in several], -1)
    np.testing.assert_array_equal(join(several).x, expected)


def test_a_tensor_is_one_map(join):
    x = tf.zeros((1, 2, 2, 3))
    assert join.map(x) is join.map(x)
    assert join.map(x) is not join.map(tf.zeros((1, 2, 2, 3)))


def test_a_state_is_what_it_is_made_of_until_somebody_needs_its_values(join, maps):
    value = linear(maps)
    state = State(value, join)
    assert state.value is value
    assert_close(state.rectified.x, np.maximum(values(value), 0))
    assert state.value is value
    map_ = state.compute()
    assert state.value.products.keys() == {map_}
    assert_close(values(state.value), values(value))
    assert state.compute() is map_


def test_the_relu_of_a_state_with_values_is_theirs(join, maps):
    state = State(linear(maps), join)
    state.compute()
    np.testing.assert_array_equal(state.rectified.x, np.maximum(state.compute().x, 0))
