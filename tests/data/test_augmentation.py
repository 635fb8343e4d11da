import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.data import augmentation
from goldnas_tf.settings.images import AugmentationSettings

SEED = tf.constant([3, 4])
FILL = tf.constant([1, 2, 3], tf.uint8)


@pytest.fixture(scope="module")
def images():
    # No pixel has a value of FILL's, so that what is filled can be told.
    return np.random.default_rng(0).integers(10, 256, (64, 12, 10, 3)).astype(np.uint8)


def test_crop_without_padding_changes_nothing(images):
    np.testing.assert_array_equal(augmentation.crop(images[:8], SEED, 0, FILL), images[:8])


def test_crop_is_a_window_of_the_padded_image(images):
    cropped = augmentation.crop(images, SEED, 2, FILL).numpy()
    padded = np.broadcast_to(FILL, (64, 16, 14, 3)).copy()
    padded[:, 2:-2, 2:-2] = images
    places = set()
    for image, source in zip(cropped, padded, strict=True):
        matches = [
            (top, left)
            for top in range(5)
            for left in range(5)
            if (source[top : top + 12, left : left + 10] == image).all()
        ]
        assert len(matches) == 1
        places.add(matches[0])
    # 64 draws of 25 places: both ends of both axes must come up.
    assert {top for top, _ in places} == {left for _, left in places} == set(range(5))


def test_flip_mirrors_about_half_exactly(images):
    flipped = augmentation.flip(images, SEED).numpy()
    mirrored = (flipped == images[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (flipped == images).all(axis=(1, 2, 3))
    assert (mirrored ^ same).all()
    assert 20 <= mirrored.sum() <= 44  # 32 +- 3 standard deviations.


@pytest.mark.parametrize("side", [1, 4, 5])
def test_cutout_blanks_one_square_clipped_at_the_border(images, side):
    cut = augmentation.cutout(images, SEED, side, FILL).numpy()
    blank = (cut == FILL.numpy()).all(axis=-1)
    np.testing.assert_array_equal(cut[~blank], images[~blank])
    heights, widths = blank.any(axis=2).sum(axis=1), blank.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(blank.sum(axis=(1, 2)), heights * widths)  # A rectangle.
    assert heights.max() == widths.max() == side
    assert heights.min() >= side // 2
    assert widths.min() >= side // 2
    if side > 1:
        assert heights.min() < side  # Some reach over the border.
    assert len({mask.tobytes() for mask in blank}) > 20


def test_augmenter_applies_what_is_on_in_order(images):
    settings = AugmentationSettings(crop_padding=2, flip=True, cutout=4)
    got = augmentation.augmenter(settings, (1.2, 2.0, 2.6))(images, SEED)
    crop_seed, flip_seed, _, cutout_seed = tf.unstack(tf.random.split(SEED, 4))
    expected = augmentation.crop(images, crop_seed, 2, FILL)
    expected = augmentation.flip(expected, flip_seed)
    expected = augmentation.cutout(expected, cutout_seed, 4, FILL)
    np.testing.assert_array_equal(got, expected)


def test_all_off_changes_nothing(images):
    off = AugmentationSettings(crop_padding=0, flip=False, cutout=0)
    np.testing.assert_array_equal(augmentation.augmenter(off, (0.0,) * 3)(images, SEED), images)


@pytest.mark.parametrize("policy", ["none", "randaugment"])
def test_result_follows_the_seed(images, policy):
    settings = AugmentationSettings(crop_padding=2, flip=True, policy=policy, cutout=4)
    augment = tf.function(augmentation.augmenter(settings, (9.0,) * 3))
    once, again, other = augment(images, SEED), augment(images, SEED), augment(images, SEED + 1)
    np.testing.assert_array_equal(once, again)
    assert once.dtype == tf.uint8
    assert (once.numpy() != other.numpy()).any(axis=(1, 2, 3)).mean() > 0.9
