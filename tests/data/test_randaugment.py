import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.data.randaugment import RandAugment, _EqualizationOfEach

SEED = tf.constant([5, 6])


def ramp(batch, channels):
    """The same image again and again: what differs afterwards was drawn for each image."""
    image = np.linspace(30, 220, 16 * 16 * channels).reshape(16, 16, channels)
    return np.repeat(image.astype(np.uint8)[None], batch, axis=0)


@pytest.fixture(scope="module")
def policies():
    """One for each number of channels; all tests share them and, for speed, a batch size."""
    return {channels: RandAugment((120.0,) * channels) for channels in (1, 3)}


@pytest.mark.parametrize("channels", [1, 3])
def test_images_differ_from_each_other_and_keep_type_and_shape(policies, channels):
    images = ramp(64, channels)
    varied = policies[channels](images, SEED).numpy()
    assert varied.dtype == np.uint8
    assert varied.shape == images.shape
    assert len({image.tobytes() for image in varied}) > 40
    # Two draws of the identity out of 13 (or 12) operators: about 1 image of 150.
    assert (varied == images).all(axis=(1, 2, 3)).sum() < 8


def test_no_state_is_left_over_between_calls_or_in_python(policies):
    state = random.getstate()
    RandAugment((120.0,) * 3)
    assert random.getstate() == state
    first = policies[3](ramp(64, 3), SEED).numpy()
    policies[3](ramp(64, 3), SEED + 1)
    np.testing.assert_array_equal(policies[3](ramp(64, 3), SEED), first)


def test_a_single_image_leaves_most_operators_without_any(policies):
    varied = [policies[3](ramp(1, 3), tf.constant([seed, 0])).numpy() for seed in range(20)]
    assert len({image.tobytes() for image in varied}) > 15


def test_plain_images_survive_every_operator(policies):
    # Auto-contrast divides by a range of zero here; a NaN would come out as black.
    varied = policies[3](np.full((64, 16, 16, 3), 120, np.uint8), SEED).numpy()
    same = (varied == 120).all(axis=(1, 2, 3)).mean()
    assert same > 0.3


def test_a_mixed_precision_policy_does_not_coarsen_pixels():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        policy = RandAugment((120.0,) * 3)
    finally:
        keras.config.set_dtype_policy(before)
    assert {layer.compute_dtype for layer in policy._layers} == {"float32"}


def test_equalization_is_of_each_image_alone():
    layer = _EqualizationOfEach(dtype="float32")
    dark, bright = ramp(1, 3).astype(np.float32) / 4, ramp(1, 3).astype(np.float32)
    together = layer.transform_images(tf.concat([dark, bright], 0), None).numpy()
    alone = layer.transform_images(tf.constant(dark), None).numpy()
    np.testing.assert_array_equal(together[:1], alone)
    assert alone.min() == 0
    assert alone.max() == 255
