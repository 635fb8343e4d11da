import logging
import shutil

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from goldnas_tf.data import duplicates, from_datasets, load
from goldnas_tf.data.stratify import hold_out
from goldnas_tf.settings.images import DataSettings


def settings(root, **values):
    return DataSettings(dataset="folder", data_dir=str(root), **values)


def values(split):
    return {int(image[0, 0, 0]) for image, _ in split.examples()}


@pytest.fixture
def warnings(caplog):
    caplog.set_level(logging.WARNING)
    return caplog


def test_keys_are_equal_for_equal_pixels_only():
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3)).astype(np.uint8)
    keys = duplicates.pixel_keys(np.concatenate([images, images[1:2]]))
    assert len(set(keys.tolist())) == 5
    assert duplicates.firsts(keys).tolist() == [0, 1, 2, 3, 4, 1]
    assert duplicates.count_shared(keys[:2], keys[1:]) == 1


def test_keys_of_files_see_the_middle_of_large_ones(tmp_path):
    sizes = 200_000
    one, other = bytearray(sizes), bytearray(sizes)
    other[sizes // 2] = 1
    for name, content in {"a": one, "b": other, "c": one}.items():
        (tmp_path / name).write_bytes(content)
    keys = duplicates.file_keys([tmp_path / name for name in "abc"])
    assert keys[0] == keys[2] != keys[1]


def test_without_copies_the_division_is_the_same():
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    for before, now in zip(
        hold_out(labels, 20, 5), hold_out(labels, 20, 5, np.arange(100)), strict=True
    ):
        np.testing.assert_array_equal(before, now)


def test_copies_stay_on_one_side_and_the_share_is_kept():
    labels = np.repeat([0, 1], 200)
    keys = np.arange(400) // 4  # four of each
    rest, held = hold_out(labels, 80, 0, keys)
    assert not set(keys[rest]) & set(keys[held])
    assert len(held) == 80
    assert len(rest) + len(held) == 400


@pytest.mark.parametrize("how", ["memory", "streamed"])
def test_copies_in_a_folder_stay_on_one_side(folder, request, how):
    for name in ("cat", "dog"):
        for file in list((folder / "train" / name).iterdir()):
            shutil.copy(file, file.with_name(f"copy_{file.name}"))
    if how == "streamed":
        request.getfixturevalue("streamed")
    data = load(settings(folder, image_size=8))
    assert not values(data.train) & values(data.validation)
    assert (data.train.size, data.validation.size) == (64, 16)


def test_the_same_pixels_in_another_format_are_a_copy(folder):
    for name in ("cat", "dog"):
        for file in list((folder / "train" / name).iterdir()):
            Image.open(file).save(file.with_suffix(".bmp"))
    data = load(settings(folder))
    assert not values(data.train) & values(data.validation)


@pytest.mark.parametrize("split", ["validation", "test"])
@pytest.mark.parametrize("how", ["memory", "streamed"])
def test_held_out_images_that_were_trained_on_are_told(folder, request, warnings, how, split):
    target = folder / split / "cat"
    target.mkdir(parents=True)
    for name in ("00", "01", "02"):
        shutil.copy(folder / "train" / "cat" / f"{name}.png", target)
    (target / "new.png").write_bytes(tf.io.encode_png(np.full((8, 8, 3), 250, np.uint8)).numpy())
    if how == "streamed":
        request.getfixturevalue("streamed")
    load(settings(folder, image_size=8))
    # without a folder for them, some images that have copies in it may be held out
    wanted = f"3 of 4 {split} images are training images, too"
    assert wanted in warnings.text or split == "test"
    assert f"of 4 {split} images are training images, too" in warnings.text


@pytest.mark.parametrize("how", ["memory", "streamed"])
def test_parts_of_a_shuffled_dataset_that_share_images_are_told(request, warnings, how):
    if how == "streamed":
        request.getfixturevalue("streamed")
    images = np.arange(100, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 1), np.uint8)
    everything = tf.data.Dataset.from_tensor_slices((images, np.arange(100) % 2)).shuffle(100)
    from_datasets(everything.skip(20), everything.take(20), ["a", "b"])
    assert "of 20 validation images are training images, too" in warnings.text


def test_nothing_is_said_where_nothing_is_shared(folder, warnings):
    load(settings(folder))
    load(DataSettings())
    assert not warnings.text
