"""Networks on disk to open and measure: points of a search, and tiny ones of other makers."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS, beside

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks import network
from goldnas_tf.networks.carrying import alone
from goldnas_tf.runs import export
from goldnas_tf.settings.images import DataSettings

IMAGE = (6, 5, 3)
CLASSES = 7


def write_point(folder, genotype, form, model, class_names):
    cost = costs.total(genotype, form.gated)
    export.export(
        folder,
        alone(model, genotype, form),
        class_names,
        {"macs": cost.macs, "params": cost.params},
        beside(genotype),
    )


@pytest.fixture(scope="session")
def exported(tmp_path_factory, built):
    """Gives the point's folder of a tiny network by its name."""
    folders = {}

    def point(name):
        if name not in folders:
            tiny = NETWORKS[name]
            folders[name] = tmp_path_factory.mktemp("exported") / name
            names = ["ant", "bée", "cat"]
            write_point(folders[name], tiny.genotype, tiny.form, built(name), names)
        return folders[name]

    return point


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory):
    """The folder of a run on the digits, with one point, that was never trained."""
    run = tmp_path_factory.mktemp("run")
    settings = vars(DataSettings(split_seed=3, validation_fraction=0.25))
    config = {"schema": 1, "settings": {"data": settings}}
    (run / "config.json").write_text(json.dumps(config))
    (run / "pareto.json").write_text("{}")
    genotype = Genotype.full(Space((8, 8, 1), 10, cells=1, channels=2, nodes=1))
    form = network.Form()
    model = network.build(genotype, form)
    write_point(run / "pareto" / "e007", genotype, form, model, list("0123456789"))
    return run


@pytest.fixture(scope="session")
def png():
    """Writes an image file: (path, image)."""

    def write(path, image):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tf.io.encode_png(np.asarray(image, np.uint8)).numpy())

    return write


@pytest.fixture(scope="session")
def foreign():
    """A Keras model that no search made: from images in 0..255 to logits, or to a softmax."""

    def build(activation=None, scale=4.0):
        keras.utils.set_random_seed(1)
        return keras.Sequential(
            [
                keras.Input(IMAGE, name="pixels"),
                keras.layers.Rescaling(1 / 127.5, offset=-1),
                keras.layers.Conv2D(
                    8,
                    3,
                    activation="relu",
                    kernel_initializer=keras.initializers.RandomNormal(0, scale / 10),
                ),
                keras.layers.BatchNormalization(),
                keras.layers.GlobalMaxPooling2D(),
                keras.layers.Dense(CLASSES, activation=activation),
            ]
        )

    return build


@pytest.fixture(scope="session")
def photographs():
    """Noise of the shape that the foreign models take."""
    return np.random.default_rng(5).integers(0, 256, (9, *IMAGE)).astype(np.uint8)


@pytest.fixture(scope="session")
def save_module():
    """Saves a SavedModel: (path, function of a tensor to tensors by name, spec of the tensor)."""

    def save(path, function, spec, signature="serving_default"):
        module = tf.Module()
        module.serve = tf.function(function, input_signature=[spec])
        tf.saved_model.save(module, str(path), signatures={signature: module.serve})
        return path

    return save
