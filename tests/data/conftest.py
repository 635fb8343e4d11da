"""Tiny image sets on disk, made in each test's own folder: no network, no real data."""

import functools

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from goldnas_tf.data import splits


def write_png(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tf.io.encode_png(np.asarray(image, np.uint8)).numpy())


def plain_image(value, size=8, channels=3):
    return np.full((size, size, channels), value, np.uint8)


@pytest.fixture(scope="session")
def png():
    """Writes an image file: (path, image)."""
    return write_png


@pytest.fixture(scope="session")
def too_large():
    """Makes every set too large for memory, and the shuffle buffer hold 7 images of 8x8x3."""

    def patch(monkeypatch):
        monkeypatch.setattr(splits, "IN_MEMORY_BYTES", 1)
        monkeypatch.setattr(splits, "SHUFFLE_BUFFER_BYTES", 7 * 8 * 8 * 3)

    return patch


@pytest.fixture
def streamed(monkeypatch, too_large):
    too_large(monkeypatch)


@pytest.fixture(scope="session")
def write_folder():
    """Writes two classes of 20 images; image i of class k is plain, of value 2 * i + k."""

    def write(root):
        for number, name in enumerate(("cat", "dog")):
            for i in range(20):
                write_png(root / "train" / name / f"{i:02d}.png", plain_image(2 * i + number))
        return root

    return write


@pytest.fixture
def folder(tmp_path, write_folder):
    return write_folder(tmp_path)


@pytest.fixture
def tfds_set(tmp_path, write_tfds_set):
    return functools.partial(write_tfds_set, tmp_path)


@pytest.fixture(scope="session")
def write_tfds_set():
    """Writes a prepared TFDS set of plain images: (root, name, {split: (values, labels)})."""

    def write(root, name, examples, image_shape=(8, 8, 3), files=3):
        folder = root / name / "1.0.0"
        folder.mkdir(parents=True)
        features = tfds.features.FeaturesDict(
            {
                "image": tfds.features.Image(shape=image_shape),
                "label": tfds.features.ClassLabel(names=["a", "b", "c"]),
            }
        )
        infos = []
        for split, (values, labels) in examples.items():
            parts = np.array_split(np.arange(len(values)), files)
            for number, part in enumerate(parts):
                path = folder / f"{name}-{split}.tfrecord-{number:05d}-of-{files:05d}"
                with tf.io.TFRecordWriter(str(path)) as writer:
                    for i in part:
                        example = {"image": plain_image(values[i]), "label": int(labels[i])}
                        writer.write(features.serialize_example(example))
            lengths = [len(part) for part in parts]
            infos.append(tfds.core.SplitInfo(name=split, shard_lengths=lengths, num_bytes=0))
        tfds.folder_dataset.write_metadata(
            data_dir=folder,
            features=features,
            split_infos=infos,
            supervised_keys=("image", "label"),
        )
        return root

    return write
