"""Exported networks: complete folders, and SavedModels that need TensorFlow alone."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from servers import SERVERS, assert_served, c_loader, session
from tiny_networks import NETWORKS, beside

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.networks import network
from goldnas_tf.networks.carrying import alone
from goldnas_tf.runs import export

NAMES = ("all_operators", "auxiliary", "mixed_bfloat16")
CLASSES = ["ant", "bée", "cat"]
METRICS = {"macs": 7, "val_accuracy": 0.5}

# reads folders and images, writes what the SavedModels say; knows nothing of the package
PROGRAM = """
import sys
sys.modules["goldnas_tf"] = None
import json, pathlib
import numpy as np
import tensorflow as tf

root = pathlib.Path(sys.argv[1])
report = {}
for folder in sorted(root.iterdir()):
    serve = tf.saved_model.load(str(folder / "saved_model" / "1")).signatures["serving_default"]
    _, inputs = serve.structured_input_signature
    images = np.load(folder / "images.npy")
    report[folder.name] = {
        "inputs": {name: [spec.dtype.name, spec.shape.as_list()] for name, spec in inputs.items()},
        "outputs": {
            name: [spec.dtype.name, spec.shape.as_list()]
            for name, spec in serve.structured_outputs.items()
        },
        "answers": [],
    }
    for batch in (images, images[:1]):
        answers = serve(images=tf.constant(batch))
        report[folder.name]["answers"].append({
            "probabilities": answers["probabilities"].numpy().tolist(),
            "classes": [name.decode() for name in answers["classes"].numpy().tolist()],
        })
assert "goldnas_tf.searching" not in sys.modules
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory, built):
    """The folder of every exported network, and what a program without the package says."""
    root = tmp_path_factory.mktemp("exported")
    for name in NAMES:
        tiny, model = NETWORKS[name], built(name)
        plain = alone(model, tiny.genotype, tiny.form)
        export.export(root / name, plain, CLASSES, METRICS, beside(tiny.genotype))
        np.save(root / name / "images.npy", tiny.images(batch=5))
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(root)],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    return root, json.loads(found.stdout.splitlines()[-1])


def expected_probabilities(built, name):
    outputs = built(name)(NETWORKS[name].images(batch=5), training=False)
    logits = keras.tree.flatten(outputs)[0].numpy().astype(float)
    values = np.exp(logits - logits.max(-1, keepdims=True))
    return values / values.sum(-1, keepdims=True)


@pytest.mark.parametrize("name", NAMES)
def test_signature(exported, name):
    _, report = exported
    shape = list(NETWORKS[name].genotype.space.image_shape)
    assert report[name]["inputs"] == {"images": ["uint8", [None, *shape]]}
    assert report[name]["outputs"] == {
        "probabilities": ["float32", [None, 3]],
        "classes": ["string", [None]],
    }


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_of_the_model_for_any_batch_size(exported, built, name):
    _, report = exported
    expected = expected_probabilities(built, name)
    # half precision rounds differently in another graph
    close = {"atol": 1e-5} if name != "mixed_bfloat16" else {"atol": 1e-2}
    for answers, size in zip(report[name]["answers"], (5, 1), strict=True):
        got = np.reshape(answers["probabilities"], (-1, 3))
        np.testing.assert_allclose(got, expected[:size], rtol=0, **close)
        assert answers["classes"] == [CLASSES[best] for best in np.argmax(got, -1)]


@pytest.mark.parametrize(
    ("name", "ways", "atol"),
    [
        ("all_operators", SERVERS, 1e-5),
        ("auxiliary", (c_loader, session), 1e-5),
        ("mixed_bfloat16", (c_loader, session), 1e-2),
    ],
)
def test_servers_answer_as_the_model(exported, built, name, ways, atol):
    images = NETWORKS[name].images(batch=5)
    logits = keras.tree.flatten(built(name)(images, training=False))[0]
    path = exported[0] / name / "saved_model" / "1"
    assert_served(path, images, logits, CLASSES, ways, atol)


@pytest.mark.parametrize("name", NAMES)
def test_each_weight_is_stored_once(exported, name):
    folder = exported[0] / name
    stored = tf.train.load_checkpoint(str(folder / "saved_model" / "1" / "variables" / "variables"))
    shapes = stored.get_variable_to_shape_map()
    shapes.pop("_CHECKPOINTABLE_OBJECT_GRAPH")
    wanted = [variable.shape for variable in export.load_point(folder).variables]
    assert sorted(shapes.values()) == sorted(map(list, wanted))


@pytest.mark.parametrize("name", NAMES)
def test_folder_is_complete(exported, name):
    folder = exported[0] / name
    assert Genotype.load(folder / "genotype.json") == NETWORKS[name].genotype
    assert json.loads((folder / "metrics.json").read_text()) == METRICS
    assert json.loads((folder / "classes.json").read_text()) == CLASSES
    assert (folder / "cells.png").read_bytes() == b"a picture"
    assert {path.name for path in folder.iterdir()} == {
        "genotype.json",
        "metrics.json",
        "classes.json",
        "cells.png",
        "model.keras",
        "saved_model",
        "images.npy",
    }


@pytest.mark.parametrize("name", NAMES)
def test_keras_file_is_the_network_without_its_auxiliary_head(exported, built, name):
    model = export.load_point(exported[0] / name)
    images = NETWORKS[name].images(batch=5)
    expected = keras.tree.flatten(built(name)(images, training=False))[0]
    np.testing.assert_allclose(model(images, training=False), expected, rtol=1e-5, atol=1e-5)
    params = sum(np.size(weight) for weight in model.trainable_weights)
    assert params == costs.total(NETWORKS[name].genotype).params


@pytest.mark.parametrize("name", NAMES)
def test_features_are_what_the_classifier_reads(exported, name):
    model = export.load_point(exported[0] / name)
    features = export.load_point(exported[0] / name, include_top=False)
    images = NETWORKS[name].images(batch=5)
    maps = features(images, training=False)
    assert maps.shape[1:] == NETWORKS[name].genotype.space.geometry.cells[-1].output
    logits = model.get_layer("classifier")(keras.ops.mean(keras.ops.cast(maps, "float32"), (1, 2)))
    expected = model(images, training=False)
    close = 1e-5 if name != "mixed_bfloat16" else 2e-2
    np.testing.assert_allclose(logits, expected, rtol=close, atol=close)


def test_a_network_drops_into_fit_under_another_head(exported):
    tiny = NETWORKS["all_operators"]
    features = export.load_point(exported[0] / "all_operators", include_top=False)
    features.trainable = False
    before = [variable.numpy() for variable in features.variables]
    inputs = keras.Input(features.input_shape[1:])
    pooled = keras.layers.GlobalAveragePooling2D()(features(inputs, training=False))
    model = keras.Model(inputs, keras.layers.Dense(2)(pooled))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.001), loss)
    images, labels = tiny.images(batch=32), tiny.labels(batch=32) % 2
    history = model.fit(images, labels, epochs=10, shuffle=False, verbose=0).history["loss"]
    assert history[-1] < history[0]
    for variable, value in zip(features.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_a_compiled_network_is_ready_for_fit(exported):
    tiny = NETWORKS["all_operators"]
    model = export.load_point(exported[0] / "all_operators", compiled=True)
    images, labels = tiny.images(batch=32), tiny.labels(batch=32)
    history = model.fit(images, labels, epochs=4, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert set(history) == {"loss", "accuracy"}
    # the statistics of the batch norms move as well
    fresh = export.load_point(exported[0] / "all_operators")
    moved = {
        name
        for name, variable in network.variables(model).items()
        if (variable.numpy() != network.variables(fresh)[name].numpy()).any()
    }
    assert "cell_0/moving_mean" in moved
    assert "cell_0/pointwise" in moved


def test_a_folder_without_a_network_is_told(tmp_path):
    with pytest.raises(InputError, match="expected the folder of a point, with a model"):
        export.load_point(tmp_path)


def test_an_export_that_fails_leaves_nothing(tmp_path, built):
    def fail(path):
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        export.export(tmp_path / "it", built("all_operators"), CLASSES, METRICS, fail)
    assert not list(tmp_path.iterdir())
