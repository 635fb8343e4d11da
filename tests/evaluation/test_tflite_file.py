"""LiteRT files: floating-point and quantised ones answer as the model they were converted from."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.opening import open_network


def convert(model, path, images=None, stored=(None, None), half=False):
    """Writes a .tflite file; representative images make it one of eight-bit integers."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if images is not None or half:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if half:
        converter.target_spec.supported_types = [tf.float16]
    if images is not None:
        converter.representative_dataset = lambda: (
            [image[np.newaxis].astype(np.float32)] for image in images
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        source, target = stored
        converter.inference_input_type = source or tf.float32
        converter.inference_output_type = target or tf.float32
    path.write_bytes(converter.convert())
    return path


@pytest.fixture(scope="module")
def expected(foreign, photographs):
    return foreign("softmax")(photographs.astype(np.float32), training=False).numpy()


def test_a_network_of_a_search(built, tmp_path):
    tiny, model = NETWORKS["plain"], built("plain")
    network = open_network(convert(model, tmp_path / "it.tflite"))
    assert network.kind == "tflite"
    assert network.image_shape == tiny.genotype.space.image_shape
    assert (network.classes, network.class_names) == (3, None)
    assert (network.macs, network.params) == (None, None)
    assert network.size_bytes == len((tmp_path / "it.tflite").read_bytes())
    images = tiny.images(batch=5)
    logits = model(images, training=False).numpy()
    for batch in (5, 1, 5):
        probabilities = network.probabilities(images[:batch])
        expected = keras.ops.softmax(logits[:batch])
        np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("half", "stored", "close"),
    [
        (False, None, 1e-6),
        (True, None, 1e-2),
        (False, (None, None), 0.03),
        (False, (tf.uint8, tf.int8), 0.03),
        (False, (tf.int8, tf.uint8), 0.03),
    ],
)
def test_every_way_to_store_numbers(foreign, photographs, expected, tmp_path, half, stored, close):
    images = None if stored is None else photographs
    path = convert(foreign("softmax"), tmp_path / "it.tflite", images, stored, half)
    network = open_network(path)
    probabilities = network.probabilities(photographs)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=close)


def test_quantised_logits_go_through_a_softmax(foreign, photographs, expected, tmp_path):
    stored = (tf.int8, tf.int8)
    network = open_network(convert(foreign(), tmp_path / "it.tflite", photographs, stored))
    np.testing.assert_allclose(network.probabilities(photographs), expected, rtol=0, atol=0.05)


def test_images_stored_as_they_are(photographs, tmp_path):
    images = keras.Input((6, 5, 3), dtype="uint8")
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 64)(images))
    model = keras.Model(images, pooled)
    network = open_network(convert(model, tmp_path / "it.tflite"))
    np.testing.assert_allclose(
        network.probabilities(photographs),
        keras.ops.softmax(photographs.mean((1, 2)) / 64),
        atol=1e-5,
    )


def test_costs_and_classes_are_those_of_the_point_that_it_lies_in(foreign, tmp_path):
    (tmp_path / "classes.json").write_text('["a", "b", "c", "d", "e", "f", "g"]')
    (tmp_path / "metrics.json").write_text('{"macs": 12, "params": 34}')
    network = open_network(convert(foreign(), tmp_path / "it.tflite"))
    assert network.class_names == tuple("abcdefg")
    assert (network.macs, network.params) == (12, 34)


def test_a_network_of_two_outputs(tmp_path):
    images = keras.Input((6, 5, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(images)
    model = keras.Model(images, [pooled, keras.layers.Rescaling(2.0)(pooled)])
    with pytest.raises(InputError, match=r"expected one input and one output .* received 1 and 2"):
        open_network(convert(model, tmp_path / "it.tflite"))


def test_without_litert_the_user_is_told_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    (tmp_path / "it.tflite").write_bytes(b"")
    with pytest.raises(InputError, match=r"run: pip install 'ai-edge-litert>=2\.0,<3'"):
        open_network(tmp_path / "it.tflite")
