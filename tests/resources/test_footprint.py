"""What a network takes of a microcontroller, beside the files that are written."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tiny_networks import NETWORKS, scatter

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.deployment import litert
from goldnas_tf.deployment.slimming import as_steps
from goldnas_tf.inference.arena import arena
from goldnas_tf.inference.lowering import lower
from goldnas_tf.inference.numbers import of_sizes
from goldnas_tf.inference.quantisation import without_rectifications
from goldnas_tf.networks import network
from goldnas_tf.networks.folded import FoldedNetwork
from goldnas_tf.resources.footprint import footprint, steps_of

SPACES = {
    "cells": Space((16, 16, 3), 10, cells=3, channels=8, nodes=2),
    "fat": Space((12, 12, 3), 5, cells=2, channels=8, nodes=1, ops=("skip_connect", "conv_3x3")),
}


@pytest.fixture(scope="module", params=SPACES)
def pair(request):
    """A genotype and the int8 file of its network."""
    genotype = Genotype.full(SPACES[request.param])
    model = network.build(genotype)
    scatter(network.variables(model), 1)
    images = np.random.default_rng(0).integers(0, 256, (64, *genotype.space.image_shape))
    return genotype, litert.convert(FoldedNetwork.of(model), "int8", images.astype(np.uint8))


def test_the_file_is_as_large_as_it_is_told(pair):
    genotype, content = pair
    assert footprint(lower(of_sizes(genotype))).flash == pytest.approx(len(content), rel=0.05)


def test_maps_of_the_file_take_what_those_of_the_graph_take(pair):
    genotype, content = pair
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    of_file = arena(*as_steps(model, model.subgraphs[0]))
    graph = lower(of_sizes(genotype))
    steps, sizes = steps_of(without_rectifications(graph))
    assert of_file <= arena(steps, sizes)
    # the rest is books: some hundred bytes for each operator
    books = footprint(graph).ram - of_file
    assert 200 * len(steps) < books < 600 * len(steps)


def test_a_network_with_less_in_it_takes_less():
    full = NETWORKS["default_operators"].genotype
    place = full.ordered[0]
    less = footprint(lower(of_sizes(full.without({place}))))
    most = footprint(lower(of_sizes(full)))
    assert less.flash < most.flash
    assert less.ram <= most.ram
