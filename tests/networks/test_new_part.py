"""A part of operators that the package does not have, besides what the registry tests of it."""

import numpy as np
import tensorflow as tf
from new_part import OPERATORS
from tiny_networks import NETWORKS

from goldnas_tf.architecture import memory, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks import network
from goldnas_tf.networks.folded import FoldedNetwork


def genotype(*ops):
    """One cell with one node, which has an edge from each input."""
    return Genotype.full(Space((8, 8, 3), 3, cells=1, channels=8, nodes=1, ops=ops))


def test_initial_kernels_are_within_what_their_fan_in_allows():
    one = genotype(OPERATORS[0])
    bound = (9 * one.space.geometry.cells[0].node.channels) ** -0.5
    values = network.variables(network.build(one))["cell_0/conv_3x3"].numpy()
    assert 0.98 * bound < np.abs(values).max() <= bound


def test_operators_of_other_kernels_are_found():
    assert operators.with_kernel(OPERATORS[0], 5) == OPERATORS[1]
    assert operators.with_kernel(OPERATORS[1], 7) == OPERATORS[1]
    assert operators.kernel_sizes([OPERATORS[1]]) == [5]


def test_its_training_takes_the_memory_that_it_says():
    one, two = genotype(OPERATORS[0]), genotype(*OPERATORS)
    node = one.space.geometry.cells[0].node
    # of each of the two edges: what the convolution gave; kernel and gate in four copies
    kept = node.pixels * node.channels + 4 * (25 * node.channels**2 + 1)
    assert memory.step_bytes(two, 1) - memory.step_bytes(one, 1) == 4 * 2 * kept


def test_its_norm_is_in_what_its_node_computes():
    model = NETWORKS["new_part_plain"].build()
    function = tf.function(FoldedNetwork.of(model)).get_concrete_function(
        tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    )
    kinds = [operation.type for operation in function.graph.get_operations()]
    assert not {"Mul", "FusedBatchNormV3"} & {*kinds}
