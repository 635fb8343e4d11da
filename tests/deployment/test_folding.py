"""Folding changes the number of operators, not what a network computes in inference."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.deployment.folding import folded, operations
from goldnas_tf.networks.cell import Cell

FLOAT32 = [name for name, tiny in NETWORKS.items() if tiny.form.precision == "float32"]


def answers(model, images):
    outputs = keras.tree.flatten(model(images, training=False))
    return [output.numpy() for output in outputs]


def traced(model):
    images = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    function = tf.function(lambda x: model(x, training=False), input_signature=[images])
    return function.get_concrete_function()


@pytest.mark.parametrize("name", FLOAT32)
def test_answers_are_the_same(built, name):
    images = NETWORKS[name].images(batch=8)
    # an auxiliary head is left out
    before, *_ = answers(built(name), images)
    (after,) = answers(folded(built(name)), images)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", FLOAT32)
def test_operators_are_far_fewer(built, name):
    before, after = traced(built(name)), traced(folded(built(name)))
    assert operations(after) < operations(before) / 3
    kinds = [operation.type for operation in after.graph.get_operations()]
    assert not {*kinds} & {"FusedBatchNormV3", "Sigmoid", "Unpack"}
    assert kinds.count("MatMul") == 1


def test_a_half_precision_network_becomes_a_full_one(built):
    images = NETWORKS["mixed_bfloat16"].images(batch=8)
    (half,) = answers(built("mixed_bfloat16"), images)
    (after,) = answers(folded(built("mixed_bfloat16")), images)
    (exact,) = answers(folded(built("default_operators")), images)
    # both have the weights of default_operators
    np.testing.assert_array_equal(after, exact)
    assert 1e-4 < np.abs(after - half).max() < 0.1 * np.abs(half).max()


def test_masked_operators_stay_out():
    model = NETWORKS["all_operators"].build()
    images = NETWORKS["all_operators"].images()
    cell = next(layer for layer in model.layers if isinstance(layer, Cell))
    (before,) = answers(folded(model), images)
    cell.live.assign(np.arange(len(cell.operators)) % 3 > 0)
    (masked,) = answers(folded(model), images)
    assert np.abs(masked - before).max() > 1e-3
    np.testing.assert_allclose(masked, answers(model, images)[0], rtol=0, atol=1e-4)


def test_the_network_itself_is_left_as_it_is():
    model = NETWORKS["plain"].build()
    before = [variable.numpy() for variable in model.variables]
    images = NETWORKS["plain"].images()
    expected = answers(model, images)
    folded(model)
    np.testing.assert_array_equal(answers(model, images), expected)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)
