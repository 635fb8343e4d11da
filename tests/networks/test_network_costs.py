"""The costs against the models: parameters and multiply-adds, counted independently."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import GATED, NETWORKS

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks import network


def first_output(model):
    """The model without its auxiliary head."""
    return keras.Model(model.input, keras.tree.flatten(model.output)[0])


def counted_params(model):
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


def counted_macs(model):
    """Multiply-adds of one image, from the convolutions and products in the traced graph."""
    spec = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
    graph = tf.function(lambda x: model(x, training=False)).get_concrete_function(spec).graph
    known = {"Conv2D", "DepthwiseConv2dNative", "MatMul"}
    products = {
        op.type for op in graph.get_operations() if "Conv" in op.type or "MatMul" in op.type
    }
    assert products <= known
    assert not [op for op in graph.get_operations() if "Call" in op.type]
    return sum(_macs(op) for op in graph.get_operations() if op.type in known)


def _macs(op):
    kernel = op.inputs[1].shape.as_list()
    output = op.outputs[0]
    # a dilated convolution computes on a rearranged map, which may be padded
    for consumer in output.consumers():
        if consumer.type == "BatchToSpaceND":
            output = consumer.outputs[0]
    shape = output.shape.as_list()
    # a depthwise kernel (height, width, channels, 1) reads one channel for each output
    reads = kernel[:2] if op.type == "DepthwiseConv2dNative" else kernel[:-1]
    if op.type == "MatMul":
        assert not op.get_attr("transpose_b")
    return math.prod(reads) * math.prod(shape)


@pytest.mark.parametrize("name", NETWORKS)
def test_costs_are_those_of_the_model(built, name):
    tiny = NETWORKS[name]
    model = first_output(built(name))
    counted = costs.Cost(counted_macs(model), counted_params(model))
    assert counted == costs.total(tiny.genotype, tiny.form.gated)


def test_the_auxiliary_head_is_what_is_left_out(built):
    model = built("auxiliary")
    head = [layer for layer in model.layers if layer.name.startswith("auxiliary")]
    params = sum(math.prod(w.shape) for layer in head for w in layer.trainable_weights)
    assert params > 0
    assert counted_params(model) == counted_params(first_output(model)) + params


def cost(genotype, form):
    model = network.build(genotype, form)
    return np.array([counted_macs(model), counted_params(model)])


@pytest.mark.parametrize(("image", "gated"), [((8, 8, 3), True), ((9, 7, 1), False)])
@pytest.mark.parametrize("op", operators.names())
def test_an_operator_costs_what_its_network_loses_without_it(op, image, gated):
    # a reduction cell has edges of both strides
    space = Space(image, 3, cells=1, channels=4, nodes=2, ops=(op,))
    genotype, form = Genotype.full(space), network.Form(gated=gated)
    whole = cost(genotype, form)
    for source in (0, 2):
        place = Place(0, 1, source, op)
        smaller = genotype.without([place])
        assert smaller.reads(0) == genotype.reads(0)
        expected = costs.operator(space.geometry, place, gated)
        assert costs.Cost(*map(int, whole - cost(smaller, form))) == expected


@pytest.mark.parametrize(
    ("name", "cell", "source", "gated"),
    [
        ("one_node", 0, 0, False),
        ("one_node", 1, 1, True),
        ("one_node", 2, 0, True),
        ("imagenet_stem", 0, 0, True),
        ("odd_images", 2, 0, False),
    ],
)
def test_the_last_reader_of_an_input_takes_the_preprocessing_along(name, cell, source, gated):
    genotype = NETWORKS[name].genotype
    form = network.Form(gated=gated)
    *others, last = [p for p in genotype.cell(cell) if p.source == source]
    before = genotype.without(others)
    after = before.without([last])
    assert before.live_cells == after.live_cells
    expected = costs.operator(genotype.space.geometry, last, gated).plus(
        costs.preprocessing(genotype.space.geometry, cell, source, gated)
    )
    assert costs.Cost(*map(int, cost(before, form) - cost(after, form))) == expected


def test_a_dead_cell_takes_all_that_it_had_along():
    genotype = Genotype.full(NETWORKS["dead_cell"].genotype.space)
    readers = [p for p in genotype.places if (p.cell, p.source) in ((3, 0), (2, 1))]
    *others, last = sorted(readers)
    before, after = genotype.without(others), genotype.without(readers)
    assert set(before.live_cells) - set(after.live_cells) == {1}
    space = genotype.space
    expected = costs.operator(space.geometry, last).plus(costs.preprocessing(space.geometry, 3, 0))
    for place in genotype.cell(1):
        expected = expected.plus(costs.operator(space.geometry, place))
    for source in (0, 1):
        expected = expected.plus(costs.preprocessing(space.geometry, 1, source))
    form = network.Form()
    assert costs.Cost(*map(int, cost(before, form) - cost(after, form))) == expected


@pytest.mark.parametrize("name", GATED)
def test_every_operator_has_a_gate(built, name):
    genotype, model = NETWORKS[name].genotype, built(name)
    gates = [
        str(row)
        for cell in genotype.live_cells
        for row in model.get_layer(network.cell_name(cell)).rows["gates"]
    ]
    assert gates == [f"{place.node}.{place.source}.{place.op}" for place in genotype.ordered]
