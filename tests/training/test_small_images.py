"""Training that begins on small images: what the network sees, for how long, what is refused."""

import dataclasses
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_networks import NETWORKS

from goldnas_tf.errors import InputError
from goldnas_tf.runs.clock import Clock
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.sections import AuxiliarySettings, OptimizerSettings
from goldnas_tf.training.annealing import annealed
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.learner import METRICS, Recipe
from goldnas_tf.training.small_images import check_fits, halved
from goldnas_tf.training.steps import train
from goldnas_tf.training.sums import Sums

WITHOUT_AUXILIARY = [name for name, tiny in NETWORKS.items() if not tiny.form.auxiliary]


def test_a_pixel_is_the_mean_of_four():
    images = tf.constant(np.arange(24).reshape(1, 4, 3, 2), tf.uint8)
    np.testing.assert_array_equal(halved(images), [[[[4.0, 5.0]], [[16.0, 17.0]]]])


@pytest.mark.parametrize("name", WITHOUT_AUXILIARY)
def test_a_network_answers_small_images_as_one_that_is_made_for_them(name):
    tiny = NETWORKS[name]
    space, images = tiny.genotype.space, tf.constant(tiny.images())
    _, height, width, channels = images.shape
    learner = tiny.learner(Recipe(OptimizerSettings(batch_size=4), form=tiny.form))
    if not GenotypeBlueprint(tiny.genotype).takes_small:
        with pytest.raises(InputError, match="images: expected at least"):
            dataclasses.replace(space, image_shape=(height // 2, width // 2, channels))
        return
    space = dataclasses.replace(space, image_shape=(height // 2, width // 2, channels))
    other = dataclasses.replace(
        tiny, genotype=dataclasses.replace(tiny.genotype, space=space)
    ).build()
    other.set_weights(learner.model.get_weights())
    answers = tf.argmax(other(halved(images)), -1, output_type=tf.int32)
    assert learner.accuracy([(images, answers)], small=True) == 1.0
    assert learner.accuracy([(images, answers + 1)], small=True) == 0.0


def test_a_step_is_that_of_the_small_images():
    tiny = NETWORKS["one_node"]
    recipe = Recipe(OptimizerSettings(batch_size=4, learning_rate=0.1), form=tiny.form)
    keras.utils.set_random_seed(0)
    learner = tiny.learner(recipe)
    keras.utils.set_random_seed(0)
    other = tiny.learner(recipe)
    images, labels = tf.constant(tiny.images()), tf.constant(tiny.labels())
    # all four pixels are alike: of half the height and width it is the same batch
    small = halved(images)
    large = tf.repeat(tf.repeat(small, 2, 1), 2, 2)
    metrics = learner.step(large, labels, 0.0, small=True)
    expected = other.step(small, labels, 0.0)
    np.testing.assert_allclose(metrics, expected, rtol=1e-5)
    assert learner.step_is_traced(small=True)
    assert not learner.step_is_traced()
    for name, value in learner.state().items():
        np.testing.assert_allclose(value, other.state()[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_the_first_steps_are_on_small_images():
    seen = []

    def step(images, labels, lambda_, small):
        seen.append((images, small))
        return tf.zeros(len(METRICS))

    learner = types.SimpleNamespace(step=step, step_is_traced=lambda small: True)
    stream = ((number, number) for number in range(3, 8))
    sums = Sums((0.0,) * len(METRICS), 3, "the test")
    done = list(train(learner, stream, range(3, 8), sums, Clock(), small_steps=5))
    assert done == [4, 5, 6, 7, 8]
    assert seen == [(3, True), (4, True), (5, False), (6, False), (7, False)]


def test_a_small_step_anneals_by_a_quarter():
    assert annealed(10, 0, small=8) == 1.0
    assert annealed(10, 10, small=8) == pytest.approx(0.0)
    # eight small steps are as much as the two large ones
    assert annealed(10, 8, small=8) == pytest.approx(0.5)
    assert annealed(20, 12, small=8) == pytest.approx(annealed(14, 6))
    falling = [annealed(10, done, small=6) for done in range(11)]
    assert falling == sorted(falling, reverse=True)


def test_what_does_not_fit_is_refused():
    config = RunConfiguration()
    small = GenotypeBlueprint(NETWORKS["one_node"].genotype)
    large = GenotypeBlueprint(NETWORKS["imagenet_stem"].genotype)
    check_fits("small_share", small, config)
    with pytest.raises(InputError, match=r"small_share: expected .* of 18x16 .* one for 37x32"):
        check_fits("small_share", large, config)
    config = dataclasses.replace(config, auxiliary=AuxiliarySettings(auxiliary_weight=0.4))
    with pytest.raises(InputError, match="small_warmup: expected auxiliary_weight 0 with it"):
        check_fits("small_warmup", small, config)
