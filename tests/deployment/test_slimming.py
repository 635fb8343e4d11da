"""LiteRT files become smaller, and answer alike."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from tiny_networks import NETWORKS

from goldnas_tf.deployment import litert
from goldnas_tf.deployment.slimming import as_steps, slimmed
from goldnas_tf.inference.arena import arena
from goldnas_tf.networks.folded import FoldedNetwork

IMAGES = NETWORKS["one_cell"].images(3, 8)


@pytest.fixture(scope="module", params=["float32", "int8"])
def whole(request, built):
    """A file as the converter leaves it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(litert, "slimmed", lambda content: content)
        return litert.convert(FoldedNetwork.of(built("one_cell")), request.param, IMAGES)


def answers(content):
    run = Interpreter(model_content=content).get_signature_runner("serving_default")
    return np.concatenate([run(images=image[None])["probabilities"] for image in IMAGES])


def names_of_ends(model):
    (graph,) = model.subgraphs
    return [graph.tensors[end].name for end in (*graph.inputs, *graph.outputs)]


def test_a_smaller_file_answers_alike(whole):
    slim = slimmed(whole)
    assert len(slim) < 0.9 * len(whole)
    np.testing.assert_array_equal(answers(slim), answers(whole))
    assert slimmed(slim) == slim


def test_the_ends_keep_their_names_and_nothing_is_there_twice(whole):
    before, after = (
        schema.ModelT.InitFromPackedBuf(content, 0) for content in (whole, slimmed(whole))
    )
    assert names_of_ends(after) == names_of_ends(before)
    (graph,) = after.subgraphs
    assert sum(tensor.name is not None for tensor in graph.tensors) == len(names_of_ends(after))
    contents = [b"" if one.data is None else one.data.tobytes() for one in after.buffers]
    assert contents[0] == b""
    assert len({*contents}) == len(contents)


def test_tensors_alike_share_what_is_said_of_their_numbers(whole):
    graph = schema.Model.GetRootAsModel(slimmed(whole), 0).Subgraphs(0)
    places, tensors = {}, range(graph.TensorsLength())
    for numbers in (graph.Tensors(tensor).Quantization() for tensor in tensors):
        if numbers is not None and numbers.ScaleLength():
            said = (numbers.ScaleAsNumpy().tobytes(), numbers.QuantizedDimension())
            places.setdefault(said, set()).add(numbers._tab.Pos)
    assert all(len(together) <= 2 for together in places.values())
    assert len(places) < 0.7 * len(tensors)


def test_biases_have_the_scales_of_their_weights(built):
    content = litert.convert(FoldedNetwork.of(built("one_cell")), "int8", IMAGES)
    (graph,) = schema.ModelT.InitFromPackedBuf(content, 0).subgraphs
    scales = [None if t.quantization is None else t.quantization.scale for t in graph.tensors]
    convolutions = [
        [scales[tensor] for tensor in one.inputs]
        for one in graph.operators
        if one.builtinOptionsType
        in (schema.BuiltinOptions.Conv2DOptions, schema.BuiltinOptions.DepthwiseConv2DOptions)
    ]
    alike = [np.array_equal(weights, bias) for _, weights, bias in convolutions]
    assert len(alike) > 3
    assert alike == [read.tolist() == [1.0] for read, *_ in convolutions]
    # the first one reads the image, whose numbers need not stand for themselves
    assert all(alike[1:])


def test_weights_lie_where_kernels_can_read_them(whole):
    model = schema.Model.GetRootAsModel(slimmed(whole), 0)
    places = [
        table.Vector(table.Offset(4)) % 16
        for table in (model.Buffers(number)._tab for number in range(model.BuffersLength()))
        if table.Offset(4)
    ]
    assert places
    assert {*places} == {0}


def test_maps_take_less_memory_and_come_in_the_order_of_their_steps(whole):
    before, after = (
        schema.ModelT.InitFromPackedBuf(content, 0) for content in (whole, slimmed(whole))
    )
    (one,), (other,) = before.subgraphs, after.subgraphs
    assert arena(*as_steps(after, other)) <= arena(*as_steps(before, one))
    given = [step.gives for step in as_steps(after, other)[0]]
    assert given == [*range(len(other.inputs), len(other.inputs) + len(given))]
