"""Keras models as networks that are trained: hand-made families, and a user's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.architecture.space import Space
from goldnas_tf.comparison import keras_families
from goldnas_tf.comparison.model_blueprint import read_rival
from goldnas_tf.errors import InputError
from goldnas_tf.networks import network
from goldnas_tf.networks.network import Form
from goldnas_tf.settings.sections import OptimizerSettings
from goldnas_tf.training.learner import Learner, Recipe
from goldnas_tf.training.renewal import renew

CIFAR = Space((32, 32, 3), 10)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (8, 8, 8, 1)).astype(np.float32)
LABELS = RNG.integers(0, 10, 8).astype(np.int32)


def trained(blueprint, steps=4):
    learner = Learner(blueprint, Recipe(OptimizerSettings(batch_size=8), ema_decay=0.5))
    for _ in range(steps):
        learner.step(tf.constant(IMAGES), tf.constant(LABELS), 0.0)
    return learner


def test_the_residual_network_is_that_of_mlperf_tiny():
    # its convolutions by hand; the two 1x1 ones of its shortcuts among them
    maps = {16: 1024, 32: 256, 64: 64}
    macs = 1024 * 9 * (3 * 16) + 2 * 1024 * 9 * 16 * 16
    for below, width in ((16, 32), (32, 64)):
        macs += maps[width] * (9 * below * width + 9 * width * width + below * width)
    macs += 64 * 10
    resnet = keras_families.nearest("resnet", CIFAR, "macs", 12.5e6)
    assert resnet.describe()["model"]["widths"] == [16, 32, 64]
    assert resnet.costs(Form())["macs"] == macs


@pytest.mark.parametrize("name", keras_families.NAMES)
def test_no_other_width_is_nearer(name):
    found = keras_families.nearest(name, CIFAR, "macs", 5e6)
    widest = found.describe()["model"]["widths"][-1]
    distance = abs(found.costs(Form())["macs"] - 5e6)
    for step in (-1, 1):
        other = keras_families._member(name, CIFAR, widest + step)
        assert abs(other.costs(Form())["macs"] - 5e6) >= distance


@pytest.mark.parametrize("name", keras_families.NAMES)
def test_the_families_are_for_images_of_every_size(name):
    for image, stem in (((8, 8, 1), "cifar"), ((96, 64, 3), "imagenet")):
        space = Space(image, 5, stem=stem)
        model = keras_families.build(name, space, (4, 8, 16), Form(pixel_mean=(9.0,) * image[2]))
        assert model(np.zeros((2, *image), np.float32)).shape == (2, 5)
        maps = [layer.output.shape[1] for layer in model.layers if "conv" in layer.name]
        assert min(maps) == image[0] // (4 if stem == "cifar" else 16)


def test_what_is_exported_is_what_was_trained(mine):
    for blueprint in (read_rival(str(mine)), keras_families.nearest("resnet", DIGITS, "macs", 2e4)):
        learner = trained(blueprint)
        form = Form()
        alone = blueprint.alone(learner.model, form)
        found, expected = (np.array(model(IMAGES)) for model in (alone, learner.model))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
        assert np.ptp(found) > 0.01


DIGITS = Space((8, 8, 1), 10)


def test_a_user_s_network_learns_from_fresh_weights(mine):
    blueprint, given = read_rival(str(mine)), keras.models.load_model(mine)
    fresh = blueprint.build(Form())
    (model,) = [layer for layer in fresh.layers if isinstance(layer, keras.Model)]
    # what was adapted is no weight
    np.testing.assert_array_equal(model.layers[0].mean, given.layers[0].mean)
    assert not np.allclose(model.layers[-1].kernel, given.layers[-1].kernel)
    learner = Learner(blueprint, Recipe(OptimizerSettings(batch_size=8, learning_rate=0.1)))
    losses = [
        float(learner.step(tf.constant(IMAGES), tf.constant(LABELS), 0.0)[0]) for _ in range(30)
    ]
    assert losses[-1] < 0.9 * losses[0]


def test_answers_are_those_of_the_user_s_network(mine):
    blueprint, given = read_rival(str(mine)), keras.models.load_model(mine)
    model = blueprint.build(Form())
    for variable, value in zip(model.variables, given.variables, strict=True):
        variable.assign(value)
    probabilities = np.array(keras.ops.softmax(model(IMAGES)))
    np.testing.assert_allclose(probabilities, given(IMAGES.astype(np.uint8)), rtol=1e-4)


def test_its_costs_are_counted(mine):
    blueprint = read_rival(str(mine))
    assert blueprint.costs(Form()) == {
        "macs": 6 * 6 * 9 * 3 + 4 * 4 * 27 * 4 + 4 * 10,
        "params": 9 * 3 + 3 + 6 + 27 * 4 + 4 + 8 + 4 * 10 + 10,
    }
    assert (blueprint.image_shape, blueprint.classes) == ((8, 8, 1), 10)


def test_its_state_is_restored_whole(mine):
    blueprint = read_rival(str(mine))
    learner = trained(blueprint)
    state = learner.state()
    # two inner layers have variables of one name
    kernels = [name for name in state if "kernel" in name and "@" not in name]
    assert len(kernels) == 3
    other = Learner(blueprint, learner.recipe)
    other.load(state)
    for name, array in other.state().items():
        np.testing.assert_array_equal(array, state[name], err_msg=name)


@pytest.mark.parametrize("name", keras_families.NAMES)
def test_a_state_is_restored_whatever_was_built_before(name):
    """A comparison that goes on has not built the networks of those that are finished."""
    blueprint = keras_families.nearest(name, DIGITS, "macs", 2e4)
    state = trained(blueprint).state()
    keras.layers.Conv2D(1, 1), keras.layers.BatchNormalization()
    other = Learner(blueprint, Recipe(OptimizerSettings(batch_size=8), ema_decay=0.5))
    assert other.state().keys() == state.keys()
    other.load(state)


def test_its_batch_statistics_are_renewed(mine):
    learner = trained(read_rival(str(mine)))
    moving = {
        name: variable
        for name, variable in network.variables(learner.model).items()
        if "/moving_mean" in name
    }
    assert moving
    # of one and the same batch nothing is left of what was before
    renew(learner, [(tf.constant(IMAGES), None)] * 2)
    first = {name: variable.numpy() for name, variable in moving.items()}
    for variable in moving.values():
        variable.assign(variable + 3.0)
    renew(learner, [(tf.constant(IMAGES), None)] * 2)
    for name, variable in moving.items():
        np.testing.assert_allclose(variable, first[name], rtol=1e-3, atol=1e-3, err_msg=name)


def test_a_network_whose_cost_nobody_can_count_is_refused(tmp_path):
    model = keras.Sequential(
        [keras.Input((8, 8)), keras.layers.LSTM(3), keras.layers.Dense(10)],
    )
    wrapped = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Reshape((8, 8)), model])
    wrapped.save(tmp_path / "rnn.keras")
    with pytest.raises(InputError, match="rivals: expected a network of convolutions"):
        read_rival(str(tmp_path / "rnn.keras"))
