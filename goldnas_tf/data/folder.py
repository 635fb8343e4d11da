"""Images in folders named after their classes: DIR/train/<class>/*, and optional others."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from goldnas_tf.data import duplicates, folder_layout
from goldnas_tf.data.image_data import ImageData, assemble
from goldnas_tf.data.image_files import images_in, read_image, require_readable
from goldnas_tf.data.splits import (
    Divisible,
    DivisibleSplit,
    divide,
    fits_in_memory,
    held_if_they_fit,
)
from goldnas_tf.data.survey import SAMPLE, Survey, remarks, survey
from goldnas_tf.errors import InputError
from goldnas_tf.files.paths import local_path
from goldnas_tf.settings.images import DataSettings


def load(settings: DataSettings) -> ImageData:
    """Loads a folder of images; all become RGB.

    Classes are the folders in `train`, by name; images may lie in folders within them. Validation
    images come from the folder `validation` (or `val`, `valid`, `dev`) where there is one, and are
    held out of `train` otherwise, all copies of an image together. The folder `test` is passed on
    where there is one and not used for anything here.

    A set that is held in memory is read whole, so that every bad file is found now. Of
    one that is streamed only the first bytes of each file are checked; another bad file ends
    the run that reads it, which names it.

    Args:
        settings: with the folder as `data_dir`.

    Raises:
        InputError: if the folder is not laid out as above or a file cannot be used.
    """
    assert settings.data_dir, "the settings have one wherever the data set is a folder"
    root = local_path(settings.data_dir, "data_dir")
    folders, class_names = folder_layout.read(root)
    listed = {name: _listed(folder, class_names) for name, folder in folders.items()}
    image_shape = require_readable(listed["train"][0][0], None, settings.image_size)
    held = fits_in_memory(sum(len(labels) for _, labels in listed.values()), image_shape)

    surveys = {name: _survey(paths, held) for name, (paths, _) in listed.items()}
    white_level = settings.white_level or surveys["train"].white_level
    splits: dict[str, Divisible] = {
        name: _streamed(paths, labels, settings.image_size, image_shape, white_level)
        for name, (paths, labels) in listed.items()
    }
    if not held and settings.image_size is None:
        raise InputError(
            "image_size: expected a size, because the images are too many to hold in memory and "
            "sizes cannot be compared beforehand; received none; give one, such as 224"
        )
    splits = held_if_they_fit(splits, image_shape)
    train, labels = splits["train"], listed["train"][1]
    splits |= divide(train, labels, train.keys, "validation" in splits, settings)
    return assemble(
        root.resolve().name,
        image_shape,
        class_names,
        held_if_they_fit(splits, image_shape),
        white_level=white_level,
        remarks=remarks(surveys.values(), white_level),
    )


def _listed(folder: Path, class_names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Lists the images of one split: (bytes array [n] of paths, int32 array [n] of labels)."""
    paths: list[bytes] = []
    labels: list[int] = []
    for name in folder_layout.folders_in(folder):
        if name not in class_names:
            raise InputError(
                f"{folder / name}: expected only classes that 'train' has; received {name!r}; "
                "add training images of it or remove the folder"
            )
        images = images_in(folder / name)
        if not images:
            raise InputError(
                f"{folder / name}: expected images in the folder of the class; received none; "
                "add some or remove the folder"
            )
        # as bytes: names of files need not be text
        paths += [os.fsencode(path) for path in images]
        labels += [class_names.index(name)] * len(images)
    if not paths:
        raise InputError(
            f"{folder}: expected a folder for each class; received none; add images or remove it"
        )
    return np.array(paths), np.array(labels, np.int32)


def _survey(paths: np.ndarray, whole: bool) -> Survey:
    """Looks at all files, or at a sample of them, always the same."""
    if not whole:
        chosen = np.random.default_rng(0).permutation(len(paths))[:SAMPLE]
        paths = paths[np.sort(chosen)]
    try:
        return survey(tf.data.Dataset.from_tensor_slices(paths).map(tf.io.read_file))
    except tf.errors.OpError:
        for path in paths:
            require_readable(path, None, None)
        raise


def _streamed(
    paths: np.ndarray,
    labels: np.ndarray,
    image_size: int | None,
    image_shape: Sequence[int],
    white_level: int | None,
) -> DivisibleSplit:
    """Returns the files as a split that is read from disk, each pass in a full shuffle."""
    files, classes = tf.constant(paths), tf.constant(labels)

    def shuffled(seed: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(tf.range(tf.size(classes)), seed=seed)
        shown = tf.gather(files, order), tf.gather(classes, order)
        return tf.data.Dataset.from_tensor_slices(shown)

    def decode(path: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.ensure_shape(read_image(path, image_size, white_level), image_shape), label

    def check() -> None:
        for path in paths:
            require_readable(path, image_shape, image_size)

    return DivisibleSplit(
        size=len(labels),
        ordered=lambda: tf.data.Dataset.from_tensor_slices((files, classes)),
        shuffled=shuffled,
        decode=decode,
        check=check,
        make_keys=lambda: duplicates.file_keys(paths),
        make_part=lambda positions: _streamed(
            paths[positions], labels[positions], image_size, image_shape, white_level
        ),
    )
