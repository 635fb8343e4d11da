"""Whatever is exported opens, and gives the probabilities of the network it was made from."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.costs import Cost
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.opening import open_network

NAMES = ("all_operators_odd_images", "plain", "mixed_bfloat16")
SPEC = tf.TensorSpec((None, 6, 5, 3), tf.uint8, name="images")


def softmax(logits):
    powers = np.exp(np.asarray(logits, float))
    return powers / powers.sum(-1, keepdims=True)


def means(images):
    """Three numbers for each image that say something of its pixels."""
    return tf.reduce_mean(tf.cast(images, tf.float32), (1, 2)) / 255


def answers(images):
    return {"answers": means(images)}


@pytest.mark.parametrize(
    ("name", "part"),
    [(name, part) for name in NAMES for part in ("", "model.keras")]
    + [("plain", "saved_model"), ("plain", "saved_model/1")],
)
def test_a_point_gives_the_probabilities_and_costs_of_its_network(exported, built, name, part):
    tiny = NETWORKS[name]
    path = exported(name) / part
    network = open_network(str(path))
    assert network.path == path
    assert network.kind == ("keras" if part == "model.keras" else "saved_model")
    assert network.image_shape == tiny.genotype.space.image_shape
    assert (network.classes, network.class_names) == (3, ("ant", "bée", "cat"))
    assert Cost(network.macs, network.params) == costs.total(tiny.genotype, tiny.form.gated)
    served = exported(name) / (part if part == "model.keras" else "saved_model/1")
    files = [served] if served.is_file() else [f for f in served.rglob("*") if f.is_file()]
    assert network.size_bytes == sum(len(file.read_bytes()) for file in files)

    images = tiny.images(batch=5)
    logits = keras.tree.flatten(built(name)(images, training=False))[0]
    # half precision rounds differently in another graph
    close = {"atol": 1e-5} if name != "mixed_bfloat16" else {"atol": 1e-2}
    for batch in (5, 1):
        probabilities = network.probabilities(images[:batch])
        assert probabilities.dtype == np.float32
        np.testing.assert_allclose(probabilities, softmax(logits)[:batch], rtol=0, **close)


def test_logits_go_through_a_softmax_and_probabilities_do_not(foreign, photographs, tmp_path):
    for activation in (None, "softmax"):
        model = foreign(activation)
        model.save(tmp_path / "it.keras")
        outputs = model(photographs.astype(np.float32), training=False).numpy()
        expected = outputs if activation else softmax(outputs)
        network = open_network(tmp_path / "it.keras")
        np.testing.assert_allclose(network.probabilities(photographs), expected, atol=1e-6)
    assert network.class_names is None
    assert network.macs == 4 * 3 * 8 * 3 * 3 * 3 + 8 * 7
    assert network.params == 8 * 27 + 8 + 2 * 8 + 8 * 7 + 7


@pytest.mark.parametrize("dtype", [tf.uint8, tf.float32, tf.int32])
def test_a_saved_model_of_another_maker(save_module, photographs, tmp_path, dtype):
    path = save_module(tmp_path / "it", answers, tf.TensorSpec((None, 6, 5, 3), dtype, "pixels"))
    network = open_network(path)
    np.testing.assert_allclose(
        network.probabilities(photographs), softmax(means(photographs)), atol=1e-6
    )
    assert (network.classes, network.macs, network.params) == (3, 0, None)


def test_among_several_outputs_the_probabilities_are_read(save_module, photographs, tmp_path):
    def several(images):
        return {"before": means(images), "probabilities": tf.nn.softmax(2 * means(images))}

    network = open_network(save_module(tmp_path / "it", several, SPEC))
    np.testing.assert_allclose(
        network.probabilities(photographs), softmax(2 * means(photographs)), atol=1e-6
    )


def test_the_highest_version_is_taken(save_module, photographs, tmp_path):
    for version in (2, 10, 9):
        save_module(
            tmp_path / str(version), lambda images, v=version: {"it": means(images) * v}, SPEC
        )
    (tmp_path / "11").mkdir()
    (tmp_path / "notes").mkdir()
    network = open_network(tmp_path)
    np.testing.assert_allclose(
        network.probabilities(photographs), softmax(10 * means(photographs)), atol=1e-5
    )


def test_costs_that_the_graph_does_not_tell_are_those_that_were_recorded(exported, tmp_path):
    point = tmp_path / "e001"
    shutil.copytree(exported("plain"), point)
    shutil.rmtree(point / "saved_model")
    spec = tf.TensorSpec((None, 8, 8, 3), tf.uint8)
    module = tf.Module()
    module.serve = tf.function(
        lambda images: {"it": tf.einsum("bhwc,cd->bd", tf.cast(images, tf.float32), tf.eye(3))},
        input_signature=[spec],
    )
    tf.saved_model.save(module, str(point / "saved_model" / "1"), signatures=module.serve)
    network = open_network(point)
    tiny = NETWORKS["plain"]
    assert Cost(network.macs, network.params) == costs.total(tiny.genotype, tiny.form.gated)


def grey(images):
    return {"it": tf.reduce_mean(tf.cast(images, tf.float32), (1, 2, 3))}


def one_class(images):
    return {"it": means(images)[:, :1]}


def two_outputs(images):
    return {"this": means(images), "that": means(images)}


def two_at_once(images):
    return {"it": tf.ensure_shape(means(images), (2, 3))}


def not_a_number(images):
    return {"it": means(images) * np.nan}


@pytest.mark.parametrize(
    ("function", "spec", "said"),
    [
        (grey, SPEC, "expected an output 'probabilities', or one output .* received it float32"),
        (two_outputs, SPEC, "received that float32 .*, this float32"),
        (one_class, SPEC, "expected a number for each of 2 classes or more"),
        (not_a_number, SPEC, "expected finite outputs"),
        (two_at_once, tf.TensorSpec((2, 6, 5, 3), tf.uint8), "cannot run on 3 images at once: "),
        (answers, tf.TensorSpec((None, None, 5, 3), tf.uint8), r"received one for \(any, 5, 3\)"),
        (lambda rows: {"it": rows}, tf.TensorSpec((None, 6), tf.float32, "rows"), "images as the"),
    ],
)
def test_saved_models_that_cannot_be_measured(save_module, tmp_path, function, spec, said):
    path = save_module(tmp_path / "it", function, spec)
    with pytest.raises(InputError, match=said) as error:
        open_network(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_a_saved_model_without_the_signature_of_servers(save_module, tmp_path):
    path = save_module(tmp_path / "it", answers, SPEC, signature="other")
    with pytest.raises(InputError, match="expected a signature serving_default; received other"):
        open_network(path)


def test_a_keras_model_with_two_outputs(tmp_path):
    images = keras.Input((6, 5, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(images)
    keras.Model(images, [pooled, pooled]).save(tmp_path / "it.keras")
    with pytest.raises(InputError, match="one input and one output; received 1 and 2"):
        open_network(tmp_path / "it.keras")


def test_class_names_of_another_number_than_outputs(exported, tmp_path):
    shutil.copytree(exported("plain"), tmp_path / "e001")
    (tmp_path / "e001" / "classes.json").write_text('["ant", "bee"]')
    with pytest.raises(
        InputError, match=r"as many outputs as classes\.json has names, 2; received"
    ):
        open_network(tmp_path / "e001")


@pytest.mark.parametrize("name", ["it.keras", "it.tflite", "it/saved_model.pb"])
def test_broken_files_are_told_in_one_line(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"neither this nor that")
    named = path if path.suffix != ".pb" else path.parent
    with pytest.raises(InputError, match="cannot be loaded: ") as error:
        open_network(named)
    assert "\n" not in str(error.value)
