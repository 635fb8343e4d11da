"""Graphs for whole numbers: the same function, whose maps share a scale and use all of it."""

import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.architecture.primitives import Depthwise, Pooling
from goldnas_tf.inference.graph import (
    Applied,
    Concatenation,
    Convolution,
    Difference,
    Mean,
    Rectification,
    Sum,
)
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.quantisation import bounded, without_rectifications
from goldnas_tf.networks import numbers
from goldnas_tf.networks.folded import FoldedNetwork, QuantisedNetwork, ranges

FLOAT32 = [name for name, tiny in NETWORKS.items() if tiny.form.precision == "float32"]
OURS = [name for name in FLOAT32 if not name.startswith("new_part")]


@pytest.fixture
def graph(built, request):
    return lower(numbers.of_model(built(request.param)))


@pytest.fixture
def images(request):
    return NETWORKS[request.node.callspec.params["graph"]].images(3, 16)


def logits(network, images):
    return network(tf.constant(images, tf.float32)).numpy()


@pytest.mark.parametrize("graph", FLOAT32, indirect=True)
def test_the_function_stays_the_same(graph, images):
    before = logits(FoldedNetwork(graph), images)
    alone = without_rectifications(graph)
    assert not any(isinstance(value.operation, Rectification) for value in alone.values)
    np.testing.assert_allclose(logits(FoldedNetwork(alone), images), before, rtol=0, atol=1e-5)
    scaled = bounded(alone, ranges(alone, images)).graph
    np.testing.assert_allclose(logits(FoldedNetwork(scaled), images), before, rtol=0, atol=1e-4)


@pytest.mark.parametrize("graph", FLOAT32, indirect=True)
def test_maps_stay_within_their_bounds(graph, images):
    network = bounded(graph, ranges(graph, images))
    assert network.bounds.keys() == {network.graph.image, *network.graph.values}
    for value, found in ranges(network.graph, images).items():
        low, high = network.bounds[value]
        slack = 1e-4 * (high - low)
        assert low - slack <= found.low.min()
        assert found.high.max() <= high + slack


@pytest.mark.parametrize("graph", OURS, indirect=True)
def test_what_is_concatenated_has_one_scale(graph, images):
    network = bounded(graph, ranges(graph, images))
    for value in network.graph.values:
        operation = value.operation
        pooled = isinstance(operation, Applied) and isinstance(operation.primitive, Pooling)
        if pooled or isinstance(operation, Concatenation):
            bounds = {network.bounds[one] for one in (value, *value.reads)}
            assert bounds in ({(-128, 127)}, {(0, 255)})


@pytest.mark.parametrize("graph", OURS, indirect=True)
def test_every_channel_that_is_anything_reaches_the_largest_number(graph, images):
    network = bounded(graph, ranges(graph, images))
    found = ranges(network.graph, images)
    summed = {
        r
        for v in network.graph.values
        for r in v.reads
        if isinstance(v.operation, Sum | Difference)
    }
    reaching = 0
    for value in network.graph.values:
        depthwise = isinstance(value.operation, Applied) and isinstance(
            value.operation.primitive, Depthwise
        )
        if value not in summed and (depthwise or isinstance(value.operation, Convolution)):
            most = found[value].reach.max() / network.bounds[value][1]
            assert most == pytest.approx(round(most), abs=1e-4)
            # nothing passes some maps of networks of a few pixels
            reaching += most > 0.5
    assert reaching


@pytest.mark.parametrize("graph", ["all_operators"], indirect=True)
def test_maps_without_negative_values_have_all_numbers_for_the_others(graph, images):
    network = bounded(graph, ranges(graph, images))
    stem, *_ = [v for v in network.graph.values if isinstance(v.operation, Convolution)]
    assert stem.operation.relu
    readers = [v for v in network.graph.values if stem in v.reads]
    mixed = any(
        network.bounds[v] == (-128, 127) for v in readers if isinstance(v.operation, Concatenation)
    )
    assert network.bounds[stem] == ((-128, 127) if mixed else (0, 255))


@pytest.mark.parametrize("graph", ["new_part_plain"], indirect=True)
def test_what_a_strange_primitive_reads_is_left_as_it_is(graph, images):
    network = bounded(graph, ranges(graph, images))
    strange = [
        (before, after)
        for before, after in zip(graph.values, network.graph.values, strict=True)
        if isinstance(before.operation, Applied)
        and not isinstance(before.operation.primitive, Depthwise | Pooling)
    ]
    assert strange
    for before, after in strange:
        np.testing.assert_array_equal(after.operation.kernel, before.operation.kernel)


@pytest.mark.parametrize("graph", ["default_operators"], indirect=True)
def test_the_mean_has_bounds_of_its_own(graph, images):
    network = bounded(graph, ranges(graph, images))
    (mean,) = [value for value in network.graph.values if isinstance(value.operation, Mean)]
    low, high = network.bounds[mean]
    assert max(-low, high) < 127


@pytest.mark.parametrize("graph", ["default_operators"], indirect=True)
def test_a_quantised_network_has_few_values(graph, images):
    network = bounded(graph, ranges(graph, images))
    values = QuantisedNetwork(network).tensors(tf.constant(images, tf.float32))
    for value, x in values.items():
        assert len(np.unique(x.numpy())) <= 256, value.size
    near = logits(QuantisedNetwork(network), images)
    np.testing.assert_allclose(near, logits(FoldedNetwork(graph), images), rtol=0, atol=0.3)
