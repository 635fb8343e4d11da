"""Costs counted in a graph are those that the table of costs says."""

import keras
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.costs import Cost
from goldnas_tf.evaluation import graph_costs
from goldnas_tf.networks import network

ROWS = tf.TensorSpec((1, 6), tf.float32)


# every operator and stem, both forms, and sizes that do not divide
@pytest.mark.parametrize("name", ["all_operators_odd_images", "imagenet_stem", "plain"])
def test_networks_of_a_search(built, name):
    tiny, model = NETWORKS[name], built(name)
    spec = tf.TensorSpec((1, *tiny.genotype.space.image_shape), tf.float32)
    counted = graph_costs.macs(lambda images: model(images, training=False), spec)
    params = graph_costs.params(network.variables(model).values())
    assert Cost(counted, params) == costs.total(tiny.genotype, tiny.form.gated)


def test_layers_that_no_search_uses():
    model = keras.Sequential(
        [
            keras.Input((9, 7, 4)),
            keras.layers.Conv2D(6, (3, 2), padding="valid"),
            keras.layers.DepthwiseConv2D(3, depth_multiplier=3, padding="same"),
            keras.layers.Conv2D(5, 3, dilation_rate=2, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(8),
        ]
    )
    expected = 7 * 6 * 6 * (3 * 2 * 4)
    expected += 7 * 6 * 18 * 9
    expected += 7 * 6 * 5 * (9 * 18)
    expected += 7 * 6 * 5 * 8
    spec = tf.TensorSpec((1, 9, 7, 4), tf.float32)
    assert graph_costs.macs(lambda images: model(images), spec) == expected


def test_a_convolution_of_groups():
    spec = tf.TensorSpec((1, 9, 7, 4), tf.float32)
    counted = graph_costs.macs(
        lambda images: tf.nn.conv2d(images, tf.ones((3, 3, 2, 6)), strides=2, padding="SAME"), spec
    )
    assert counted == 5 * 4 * 6 * (9 * 2)


def test_products_of_transposed_matrices():
    matrix = tf.ones((5, 6))

    def product(rows):
        columns = tf.transpose(rows)
        return tf.matmul(columns, matrix, transpose_a=True, transpose_b=True)

    assert graph_costs.macs(product, ROWS) == 6 * 5


def test_what_is_free_costs_nothing():
    assert graph_costs.macs(lambda rows: tf.nn.relu(rows * 2) + 1, ROWS) == 0


@pytest.mark.parametrize(
    "function",
    [
        lambda rows: tf.einsum("ij,jk->ik", rows, tf.ones((6, 2))),
        lambda rows: tf.matmul(rows[tf.newaxis], tf.ones((1, 6, 2))),
        lambda rows: tf.while_loop(
            lambda at, _: at < 3, lambda at, x: (at + 1, tf.matmul(x, tf.eye(6))), (0, rows)
        )[1],
        lambda rows: tf.matmul(tf.boolean_mask(rows, rows[:, 0] > 0), tf.ones((6, 2))),
        lambda rows: tf.numpy_function(lambda x: x, [rows], tf.float32),
    ],
    ids=["einsum", "batches of matrices", "loop", "shape of values", "Python"],
)
def test_what_cannot_be_counted_is_not_guessed(function):
    assert graph_costs.macs(function, ROWS) is None
