"""The graph of a network in inference."""

import numpy as np
import pytest
from tiny_networks import NETWORKS

from goldnas_tf.architecture.geometry import FeatureMap
from goldnas_tf.architecture.primitives import Depthwise
from goldnas_tf.inference import graph, numbers
from goldnas_tf.inference.graph import Applied, Concatenation, Rectification, Value
from goldnas_tf.inference.lowering import lower
from goldnas_tf.networks import numbers as built


def form(network):
    """All that a graph is but its numbers."""
    places = {value: place for place, value in enumerate((network.image, *network.values))}
    return [
        (
            type(value.operation).__name__,
            value.size,
            [places[read] for read in value.reads],
            getattr(value.operation, "relu", None),
            getattr(value.operation, "stride", None),
            [
                array.shape
                for array in vars(value.operation).values()
                if isinstance(array, np.ndarray)
            ],
        )
        for value in network.values
    ]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_genotype_alone_has_the_graph_of_its_network(name):
    tiny = NETWORKS[name]
    assert form(lower(numbers.of_sizes(tiny.genotype))) == form(lower(built.of_model(tiny.build())))


@pytest.mark.parametrize("name", NETWORKS)
def test_all_maps_are_read_and_the_logits_come_last(name):
    genotype = NETWORKS[name].genotype
    network = lower(numbers.of_sizes(genotype))
    read = {read for value in network.values for read in value.reads}
    assert read == {network.image, *network.values} - {network.logits}
    assert network.logits.size == FeatureMap(1, 1, genotype.space.classes)
    seen = {network.image}
    for value in network.values:
        assert seen.issuperset(value.reads)
        seen.add(value)


def applied(reads):
    kernel = np.zeros((3, 3, 2, 1))
    return Value(FeatureMap(4, 4, 2), Applied(Depthwise("depthwise_3x3"), kernel), (reads,))


def test_a_relu_is_computed_with_what_it_alone_reads():
    image = Value(FeatureMap(4, 4, 2))
    convolved = applied(image)
    relu = Value(image.size, Rectification(), (convolved,))
    again = applied(relu)
    first, last = graph.rectified([convolved, relu, again])
    assert first.operation.relu
    assert first.reads == (image,)
    assert last.reads == (first,)
    assert not last.operation.relu


def test_a_relu_of_what_others_read_stays():
    image = Value(FeatureMap(4, 4, 2))
    convolved = applied(image)
    relu = Value(image.size, Rectification(), (convolved,))
    both = Value(FeatureMap(4, 4, 4), Concatenation(), (convolved, relu))
    assert len(graph.rectified([convolved, relu, both])) == 3
