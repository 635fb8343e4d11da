"""What a Python user has told Keras changes no network, no training and no export."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from servers import session
from tiny_networks import NETWORKS, beside

from goldnas_tf.data.randaugment import RandAugment
from goldnas_tf.deployment.folding import folded
from goldnas_tf.networks import network
from goldnas_tf.runs import export
from goldnas_tf.settings.sections import OptimizerSettings
from goldnas_tf.training.learner import Recipe

CLASSES = ["ant", "bée", "cat"]


def use(data_format, floatx, epsilon, policy):
    keras.config.set_image_data_format(data_format)
    keras.config.set_floatx(floatx)
    keras.config.set_epsilon(epsilon)
    keras.config.set_dtype_policy(policy)


@pytest.fixture
def odd():
    """Sets all that Keras can be told to something else, when it is called."""
    yield lambda: use("channels_first", "float16", 100.0, "mixed_float16")
    use("channels_last", "float32", 1e-7, "float32")


def arrays(outputs):
    return [output.numpy() for output in keras.tree.flatten(outputs)]


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
        assert np.asarray(one).dtype == np.asarray(other).dtype


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_and_what_they_answer(built, odd, name):
    images = NETWORKS[name].images()
    expected = arrays(built(name)(images, training=False))
    odd()
    model = NETWORKS[name].build()
    assert model.get_config() == built(name).get_config()
    assert model.dtype_policy == built(name).dtype_policy
    assert_same(arrays(model(images, training=False)), expected)


def trained(name):
    """All that a learner holds after two steps at other rates."""
    tiny = NETWORKS[name]
    keras.utils.set_random_seed(1)
    settings = OptimizerSettings(batch_size=4)
    learner = tiny.learner(Recipe(settings, ema_decay=0.9, form=tiny.form))
    for seed in range(2):
        learner.anneal(0.7**seed)
        learner.step(tf.constant(tiny.images(seed)), tf.constant(tiny.labels(seed)), 0.1)
    return learner.state()


@pytest.mark.parametrize("name", ["one_node", "mixed_bfloat16"])
def test_a_training(odd, name):
    expected = trained(name)
    odd()
    found = trained(name)
    assert found.keys() == expected.keys()
    assert_same(found.values(), expected.values())


def test_random_augmentation(odd):
    images = np.random.default_rng(0).integers(0, 256, (32, 9, 8, 3)).astype(np.uint8)
    seed = tf.constant([1, 2])
    expected = RandAugment((120.0, 90.0, 60.0))(images, seed).numpy()
    odd()
    found = RandAugment((120.0, 90.0, 60.0))(images, seed).numpy()
    np.testing.assert_array_equal(found, expected)
    assert keras.config.floatx() == "float16"


def written(folder, name):
    """What comes of a network's folder: served, loaded, folded and trained on."""
    tiny = NETWORKS[name]
    images, labels = tiny.images(), tiny.labels()
    export.export(folder, tiny.build(), CLASSES, {}, beside(tiny.genotype))
    served = session(folder / "saved_model" / "1", "serving_default", images)["probabilities"]
    model = export.load_point(folder, compiled=True)
    features = export.load_point(folder, include_top=False)
    answers = [made(images, training=False) for made in (model, features, folded(model))]
    fitted = model.fit(images, labels, batch_size=2, epochs=2, shuffle=False, verbose=0)
    history = [np.array(fitted.history[key]) for key in ("loss", "accuracy")]
    weights = [variable.numpy() for variable in network.variables(model).values()]
    return [served, *arrays(answers), *history, *weights]


def test_an_export_and_what_is_made_of_it(odd, tmp_path):
    expected = written(tmp_path / "plain", "pixel_statistics")
    odd()
    assert_same(written(tmp_path / "odd", "pixel_statistics"), expected)
