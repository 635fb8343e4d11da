import itertools

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.data import from_datasets, training_batches
from goldnas_tf.data.splits import StreamedSplit
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import AugmentationSettings

IMAGES = np.arange(20, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 3), np.uint8)
LABELS = np.arange(20) % 2
OFF = AugmentationSettings(crop_padding=0, flip=False, cutout=0)


def dataset(images=IMAGES, labels=LABELS):
    return tf.data.Dataset.from_tensor_slices((images, labels))


def read(train, validation=None, class_names=("a", "b"), **values):
    return from_datasets(train, validation or dataset(), class_names, **values)


def test_pairs_become_data():
    data = read(dataset(), test=dataset(IMAGES[:3], LABELS[:3]), name="mine")
    assert (data.name, data.image_shape, data.class_names) == ("mine", (8, 8, 3), ("a", "b"))
    assert (data.train.size, data.validation.size, data.test.size) == (20, 20, 3)
    np.testing.assert_array_equal(data.train.images, IMAGES)
    np.testing.assert_array_equal(data.train.labels, LABELS)
    assert data.pixel_mean == pytest.approx([9.5] * 3)
    assert read(dataset()).test is None


def test_floats_are_rounded_and_sizes_changed():
    data = read(dataset(IMAGES + np.float32(0.4)), image_size=4)
    np.testing.assert_array_equal(data.train.images, IMAGES[:, :4, :4])


def test_a_generator_of_unknown_size_may_be_used():
    source = tf.data.Dataset.from_generator(
        lambda: zip(IMAGES, LABELS, strict=True),
        output_signature=(
            tf.TensorSpec([None, None, 3], tf.uint8),
            tf.TensorSpec([], tf.int64),
        ),
    )
    data = read(source)
    assert data.image_shape == (8, 8, 3)
    assert training_batches(data, 4, OFF, 0).element_spec[0].shape == (4, 8, 8, 3)


def test_streaming_resumes_and_shows_every_image_once(streamed):
    data = read(dataset())
    assert isinstance(data.train, StreamedSplit)

    def values(first, count):
        batches = training_batches(data, 5, OFF, 0, first).as_numpy_iterator()
        return [images[:, 0, 0, 0].tolist() for images, _ in itertools.islice(batches, count)]

    whole = values(0, 8)
    assert np.sort(np.concatenate(whole[:4])).tolist() == list(range(20))
    assert np.sort(np.concatenate(whole[4:])).tolist() == list(range(20))
    assert whole[:4] != whole[4:]
    for first in (1, 4, 6):
        assert values(first, 8 - first) == whole[first:]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: dataset().batch(4), "train: expected unbatched examples"),
        (lambda: dataset().repeat(), "train: expected a finite dataset"),
        (lambda: dataset().take(0), "train: expected examples; received an empty dataset"),
        (
            lambda: dataset(labels=LABELS + 1),
            r"train: expected labels in 0\.\.1 .* received 1\.\.2",
        ),
        (
            lambda: dataset(labels=LABELS - 1),
            r"train: expected labels in 0\.\.1 .* received -1\.\.0",
        ),
        (lambda: dataset(labels=LABELS / 2), "train: expected a tf.data.Dataset of"),
        (lambda: dataset().map(lambda image, _: image), "train: expected a tf.data.Dataset of"),
        (lambda: [1, 2], "train: expected a tf.data.Dataset of"),
        (
            lambda: dataset(IMAGES.astype(np.int32) * 20),
            r"pixels in 0\.\.255; received 0\.0\.\.380\.0",
        ),
        (lambda: dataset(IMAGES / np.float32(255)), r"looks like 0\.\.1"),
        (lambda: dataset(IMAGES * np.float32("nan")), r"pixels in 0\.\.255; received nan"),
        (lambda: dataset(IMAGES[:, :7]), r"validation: expected images of \(7, 8, 3\)"),
    ],
)
def test_what_cannot_be_used_is_refused(make, said):
    with pytest.raises(InputError, match=said):
        read(make())


def test_sizes_that_differ_are_refused():
    def images():
        yield IMAGES[0], 0
        yield IMAGES[0, :4], 1

    spec = (tf.TensorSpec([None, None, 3], tf.uint8), tf.TensorSpec([], tf.int32))
    source = tf.data.Dataset.from_generator(images, output_signature=spec)
    with pytest.raises(InputError, match=r"received one of \(4, 8, 3\); resize them"):
        read(source)
    assert read(source, image_size=8).train.size == 2


def test_one_class_is_refused():
    with pytest.raises(InputError, match="at least 2 classes; received 1"):
        read(dataset(), class_names=["a"])
