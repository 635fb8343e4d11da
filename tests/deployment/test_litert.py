"""LiteRT files, run with its own interpreter."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tiny_networks import NETWORKS

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.deployment import litert
from goldnas_tf.networks import network
from goldnas_tf.networks.folded import FoldedNetwork

NAMES = ("all_operators", "all_operators_plain", "odd_images", "imagenet_stem")


@pytest.fixture(scope="module")
def files(built):
    return {
        (name, kind): litert.convert(
            FoldedNetwork.of(built(name)), kind, NETWORKS[name].images(3, 64)
        )
        for name in NAMES
        for kind in litert.KINDS
    }


def answer(content, images):
    interpreter = Interpreter(model_content=content)
    run = interpreter.get_signature_runner("serving_default")
    return np.concatenate([run(images=image[None])["probabilities"] for image in images])


def kinds_of_operators(content):
    interpreter = Interpreter(model_content=content)
    return [operation["op_name"] for operation in interpreter._get_ops_details()]


def expected(built, name, images):
    return tf.nn.softmax(built(name)(images, training=False)).numpy()


@pytest.mark.parametrize("kind", litert.KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_all_kinds_take_pixels_and_give_probabilities(files, name, kind):
    interpreter = Interpreter(model_content=files[name, kind])
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert source["dtype"] == np.uint8
    assert source["shape"].tolist() == [1, *NETWORKS[name].genotype.space.image_shape]
    assert target["dtype"] == np.float32
    assert target["shape"].tolist() == [1, 3]


@pytest.mark.parametrize("name", NAMES)
def test_float32_answers_as_the_network(files, built, name):
    images = NETWORKS[name].images(batch=8)
    found = answer(files[name, "float32"], images)
    np.testing.assert_allclose(found, expected(built, name, images), rtol=0, atol=1e-4)


@pytest.mark.parametrize(("kind", "near"), [("float16", 0.01), ("int8", 0.15)])
@pytest.mark.parametrize("name", NAMES)
def test_smaller_kinds_answer_nearly_so(files, built, name, kind, near):
    images = NETWORKS[name].images(batch=32)
    found = answer(files[name, kind], images)
    wanted = expected(built, name, images)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=near)
    assert (found != wanted).any()


@pytest.mark.parametrize("name", NAMES)
def test_int8_takes_raw_bytes_whatever_it_was_calibrated_with(files, built, name):
    (source,) = Interpreter(model_content=files[name, "int8"]).get_input_details()
    assert source["quantization"] == (1.0, 0)
    dark = NETWORKS[name].images(3, 8) // 4 + 20
    images = dark.copy()
    content = litert.convert(FoldedNetwork.of(built(name)), "int8", images)
    (source,) = Interpreter(model_content=content).get_input_details()
    assert source["quantization"] == (1.0, 0)
    np.testing.assert_array_equal(images, dark)


@pytest.mark.parametrize("name", NAMES)
def test_int8_computes_in_whole_numbers(files, name):
    kinds = kinds_of_operators(files[name, "int8"])
    assert kinds.count("QUANTIZE") == kinds.count("DEQUANTIZE") == 1
    # the quick kernels lack it
    assert "RELU" not in kinds
    interpreter = Interpreter(model_content=files[name, "int8"])
    real = [t["index"] for t in interpreter.get_tensor_details() if t["dtype"] == np.float32]
    assert real == [interpreter.get_output_details()[0]["index"]]


@pytest.mark.parametrize("name", NAMES)
def test_float32_has_nothing_that_fast_kernels_lack(files, name):
    kinds = kinds_of_operators(files[name, "float32"])
    assert not {"VAR_HANDLE", "READ_VARIABLE", "ADD_N", "BATCH_MATMUL"} & {*kinds}


def test_smaller_kinds_are_smaller_where_weights_matter():
    space = Space((8, 8, 3), 3, cells=1, channels=32, nodes=2, ops=("sep_conv_3x3",))
    model = FoldedNetwork.of(network.build(Genotype.full(space)))
    images = NETWORKS["all_operators"].images()
    sizes = [len(litert.convert(model, kind, images)) for kind in litert.KINDS]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < 0.6 * sizes[0]
