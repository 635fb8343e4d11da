import dataclasses
import itertools

import numpy as np
import pytest
import tensorflow as tf

from goldnas_tf.data import evaluation_batches, load, steps_per_pass, training_batches
from goldnas_tf.data.splits import ArraySplit, StreamedSplit
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import AugmentationSettings, DataSettings

OFF = AugmentationSettings(crop_padding=0, flip=False, cutout=0)
ON = AugmentationSettings(crop_padding=2, flip=True, cutout=4)


def take(data, count, batch_size=5, augmentation=OFF, seed=0, first_step=0):
    batches = training_batches(data, batch_size, augmentation, seed, first_step)
    return list(itertools.islice(batches.as_numpy_iterator(), count))


def values(batches):
    """What tells the plain images of the tiny sets apart: the value of a pixel."""
    return [images[:, 0, 0, 0].tolist() for images, _ in batches]


@pytest.fixture(scope="module", params=["memory", "streamed folder", "streamed tfds"])
def data(request, tmp_path_factory, write_folder, write_tfds_set, too_large):
    """32 training images in three kinds of storage."""
    root = tmp_path_factory.mktemp("batches")
    with pytest.MonkeyPatch.context() as monkeypatch:  # Until the last test with this storage.
        if request.param != "memory":
            too_large(monkeypatch)
        if request.param == "streamed tfds":
            examples = {"train": (np.arange(40), np.arange(40) % 2)}
            write_tfds_set(root, "batch_set", examples, files=5)
            yield load(DataSettings(dataset="batch_set", data_dir=str(root)))
        else:
            root = str(write_folder(root))
            yield load(DataSettings(dataset="folder", data_dir=root, image_size=8))


def test_storage_is_what_the_bound_says(data, request):
    kind = ArraySplit if "[memory]" in request.node.name else StreamedSplit
    assert isinstance(data.train, kind)
    assert isinstance(data.validation, kind)


def test_stream_resumes_bit_by_bit(data):
    whole = take(data, 16, augmentation=ON)
    # 6 batches a pass: within the first, at the start of the second, in the third.
    for first in (1, 6, 13):
        rest = take(data, 16 - first, augmentation=ON, first_step=first)
        for expected, got in zip(whole[first:], rest, strict=True):
            np.testing.assert_array_equal(expected[0], got[0])
            np.testing.assert_array_equal(expected[1], got[1])


def test_stream_resumes_bit_by_bit_with_a_policy():
    data, policy = load(DataSettings()), dataclasses.replace(ON, policy="randaugment")
    whole = take(data, 7, augmentation=policy)
    rest = take(data, 2, augmentation=policy, first_step=5)
    for (expected, _), (got, _) in zip(whole[5:], rest, strict=True):
        np.testing.assert_array_equal(expected, got)


def test_each_pass_shows_every_image_once_in_a_fresh_order(data):
    batch_size = data.train.size // 4
    steps = values(take(data, 8, batch_size))
    first, second = np.concatenate(steps[:4]).tolist(), np.concatenate(steps[4:]).tolist()
    everything = sorted(int(image[0, 0, 0]) for image, _ in data.train.examples())
    assert len(set(everything)) == 32
    assert sorted(first) == sorted(second) == everything
    assert first != second != everything != first


def test_labels_stay_with_their_images(data):
    labels = {int(image[0, 0, 0]): int(label) for image, label in data.train.examples()}
    for images, its_labels in take(data, 12):
        assert [labels[int(image[0, 0, 0])] for image in images] == its_labels.tolist()


def test_seed_decides_the_order(data):
    assert values(take(data, 6, seed=1)) != values(take(data, 6, seed=2))


def test_the_global_seed_of_tensorflow_changes_nothing(data):
    # the policy draws most, and is the same wherever images come from
    policy = "randaugment" if isinstance(data.train, ArraySplit) else "none"
    augmentation = dataclasses.replace(ON, policy=policy)
    batches = []
    for seed in (0, 7):
        tf.random.set_seed(seed)
        batches.append([images for images, _ in take(data, 7, augmentation=augmentation)])
    np.testing.assert_array_equal(*batches)


def test_same_step_of_two_passes_is_augmented_differently(data):
    one_image = dataclasses.replace(data, train=ArraySplit(*_one_example(data)))
    (first, _), (second, _) = take(one_image, 2, 1, ON)
    assert (first != second).any()


def _one_example(data):
    images, labels = next(iter(data.validation.examples().batch(1)))
    gradient = images.numpy() + np.arange(8, dtype=np.uint8)[:, None] * 20
    return gradient.astype(np.uint8), labels.numpy()


def test_shapes_are_static_and_batches_full(data):
    assert steps_per_pass(data, 5) == 6
    images, labels = training_batches(data, 5, ON, seed=0).element_spec
    assert images.shape == (5, 8, 8, 3)
    assert images.dtype == "uint8"
    assert labels.shape == (5,)
    assert labels.dtype == "int32"


def test_a_batch_larger_than_the_set_is_refused(data):
    with pytest.raises(InputError, match="at most the 32 training images"):
        training_batches(data, 33, OFF, seed=0)
    with pytest.raises(InputError, match="at least 1; received 0"):
        steps_per_pass(data, 0)


@pytest.mark.parametrize("name", ["cutout", "crop_padding"])
def test_augmentation_larger_than_the_image_is_refused(name):
    data = load(DataSettings())
    with pytest.raises(InputError, match=f"{name}: expected at most 8"):
        training_batches(data, 5, dataclasses.replace(OFF, **{name: 9}), seed=0)


@pytest.mark.parametrize(("batch_size", "batches", "padding"), [(3, 3, 1), (4, 2, 0), (20, 1, 12)])
def test_evaluation_pads_the_last_batch_only(data, batch_size, batches, padding):
    got = list(evaluation_batches(data.validation, batch_size).as_numpy_iterator())
    assert len(got) == batches
    assert all(images.shape == (batch_size, 8, 8, 3) for images, _ in got)
    images, labels = (np.concatenate(parts) for parts in zip(*got, strict=True))
    assert labels.tolist().index(-1) == 8 if padding else -1 not in labels
    assert (labels[8:] == -1).all()
    assert (images[8:] == 0).all()
    assert len(labels) == 8 + padding
    examples = list(data.validation.examples().as_numpy_iterator())
    np.testing.assert_array_equal(images[:8], [image for image, _ in examples])
    np.testing.assert_array_equal(labels[:8], [label for _, label in examples])


def test_evaluation_shapes_are_static(data):
    images, labels = evaluation_batches(data.validation, 3).element_spec
    assert (images.shape, labels.shape) == ((3, 8, 8, 3), (3,))


def test_a_large_step_is_reached_at_once():
    data = load(DataSettings())
    (images, _), *_ = take(data, 1, 64, ON, first_step=10**9)
    assert images.shape == (64, 8, 8, 1)
