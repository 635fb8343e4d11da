import numpy as np
import pytest
from sklearn.datasets import load_digits

from goldnas_tf.data import load
from goldnas_tf.data.image_data import LEAST_STD, assemble
from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.settings.images import DataSettings


@pytest.fixture(scope="module")
def digits():
    return load(DataSettings())


def rows(split):
    """The images as a sorted list, to compare sets of them."""
    return sorted(image.tobytes() for image in split.images)


def test_sizes_shapes_and_names(digits):
    assert (digits.train.size, digits.validation.size, digits.test.size) == (1257, 360, 180)
    assert digits.image_shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    assert digits.train.images.dtype == np.uint8
    assert digits.train.labels.dtype == np.int32
    assert digits.train.images.max() == 255


def test_splits_are_disjoint_and_complete(digits):
    source = load_digits().images[..., np.newaxis] * (255 / 16)
    everything = rows(digits.train) + rows(digits.validation) + rows(digits.test)
    expected = [image.tobytes() for image in np.rint(source).astype(np.uint8)]
    assert sorted(everything) == sorted(expected)


def test_splits_are_stratified(digits):
    counts = np.bincount(load_digits().target)
    for split in (digits.validation, digits.test):
        quota = counts * split.size / 1797
        assert (np.abs(np.bincount(split.labels) - quota) < 2).all()


def test_seed_decides_validation_but_never_test(digits):
    again, other = load(DataSettings()), load(DataSettings(split_seed=1))
    assert (again.train.images == digits.train.images).all()
    assert rows(other.validation) != rows(digits.validation)
    assert (other.test.images == digits.test.images).all()


def test_train_images_takes_some_of_the_same_training_images(digits):
    few = load(DataSettings(train_images=100))
    assert few.train.size == 100
    assert set(rows(few.train)) <= set(rows(digits.train))
    assert rows(few.validation) == rows(digits.validation)
    assert np.bincount(few.train.labels).min() >= 9


def test_image_size_resizes():
    data = load(DataSettings(image_size=12))
    assert data.image_shape == (12, 12, 1)
    assert data.train.images.shape == (1257, 12, 12, 1)


def test_pixel_statistics_are_those_of_the_training_images(digits):
    assert digits.pixel_mean == pytest.approx([digits.train.images.mean()])
    assert digits.pixel_std == pytest.approx([digits.train.images.std()])


def test_pixel_std_stays_away_from_zero():
    split = ArraySplit(np.full((3, 2, 2, 2), 9, np.uint8), np.zeros(3, np.int32))
    data = assemble("flat", (2, 2, 2), ["a", "b"], {"train": split, "validation": split})
    assert data.pixel_mean == (9.0, 9.0)
    assert data.pixel_std == (LEAST_STD, LEAST_STD)
