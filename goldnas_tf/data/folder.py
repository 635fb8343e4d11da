"""Images in folders named after their classes: DIR/train/<class>/*, and optional others."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from goldnas_tf.data.image_data import assemble
from goldnas_tf.data.image_files import (
    SUFFIXES,
    images_in,
    read_image,
    require_readable,
    require_signature,
)
from goldnas_tf.data.splits import StreamedSplit, blaming, fits_in_memory, held_in_memory
from goldnas_tf.data.stratify import hold_out, keep_some, share
from goldnas_tf.errors import InputError

_LAYOUT = "DIR/train/<class>/<image files>"


def load(settings):
    """Loads a folder of images; all become RGB.

    Classes are the folders in `train`, by name. Validation images come from the folder
    `validation` where there is one, and are held out of `train` otherwise. The folder
    `test` is passed on where there is one and not used for anything here.

    A set that is held in memory is read whole, so that every bad file is found now. Of
    one that is streamed only the first bytes of each file are checked; another bad file ends
    the run that reads it, which names it.

    Args:
        settings: `DataSettings` with the folder as `data_dir`.

    Returns:
        `ImageData`.

    Raises:
        InputError: if the folder is not laid out as above or a file cannot be used.
    """
    root = Path(settings.data_dir).expanduser()
    class_names = _class_names(root)
    paths, labels = _listed(root / "train", class_names)
    train = np.arange(len(labels))
    files = {}
    if (root / "validation").is_dir():
        files["validation"] = _listed(root / "validation", class_names)
    else:
        count = share(len(labels), settings.validation_fraction)
        train, held = hold_out(labels, count, settings.split_seed)
        files["validation"] = paths[held], labels[held]
    train = keep_some(labels, train, settings.train_images, settings.split_seed)
    files["train"] = paths[train], labels[train]
    if (root / "test").is_dir():
        files["test"] = _listed(root / "test", class_names)

    image_shape = require_readable(paths[0], None, settings.image_size)
    splits = {
        name: _streamed(*listed, settings.image_size, image_shape) for name, listed in files.items()
    }
    held = fits_in_memory(sum(split.size for split in splits.values()), image_shape)
    if not held:
        _require_streamable(files, settings.image_size)
    with blaming(splits.values()):
        if held:
            splits = {name: held_in_memory(split, image_shape) for name, split in splits.items()}
        return assemble(root.resolve().name, image_shape, class_names, **splits)


def _class_names(root):
    """Returns the names of the folders in ROOT/train, ascending, or says what is wrong."""
    if not root.is_dir():
        raise InputError(f"data_dir: expected a folder, got {root}, which is none; check the path")
    train = root / "train"
    if not train.is_dir():
        found = _folders(root)
        seen = f"the folders {', '.join(found[:5])}" if found else "no folders"
        raise InputError(
            f"data_dir: expected {_LAYOUT}, got {root} with {seen} and no 'train'; "
            "move the class folders into 'train'"
        )
    class_names = _folders(train)
    if len(class_names) < 2:
        raise InputError(
            f"{train}: expected a folder for each of at least 2 classes, got {len(class_names)}; "
            f"lay images out as {_LAYOUT}"
        )
    return class_names


def _folders(folder):
    return sorted(
        path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")
    )


def _listed(folder, class_names):
    """Lists the images of one split: (str array [n] of paths, int32 array [n] of labels)."""
    paths, labels = [], []
    for name in _folders(folder):
        if name not in class_names:
            raise InputError(
                f"{folder / name}: expected only classes that 'train' has, got {name!r}; "
                "add training images of it or remove the folder"
            )
        images = images_in(folder / name)
        if not images:
            raise InputError(
                f"{folder / name}: expected images ({', '.join(SUFFIXES)}) directly in the folder "
                "of the class, got none; add some or remove the folder"
            )
        paths += [str(path) for path in images]
        labels += [class_names.index(name)] * len(images)
    if not paths:
        raise InputError(
            f"{folder}: expected a folder for each class, got none; add images or remove {folder}"
        )
    return np.array(paths), np.array(labels, np.int32)


def _streamed(files, labels, image_size, image_shape):
    """Returns the files as a split that is read from disk, each pass in a full shuffle."""
    paths, labels = tf.constant(files), tf.constant(labels)

    def shuffled(seed):
        order = tf.random.experimental.stateless_shuffle(tf.range(tf.size(labels)), seed=seed)
        shown = tf.gather(paths, order), tf.gather(labels, order)
        return tf.data.Dataset.from_tensor_slices(shown)

    def decode(path, label):
        return tf.ensure_shape(read_image(path, image_size), image_shape), label

    def check():
        for path in files:
            require_readable(path, image_shape, image_size)

    return StreamedSplit(
        size=len(labels),
        ordered=lambda: tf.data.Dataset.from_tensor_slices((paths, labels)),
        shuffled=shuffled,
        decode=decode,
        check=check,
    )


def _require_streamable(files, image_size):
    if image_size is None:
        raise InputError(
            "image_size: expected a size, because the images are too many to hold in memory and "
            "sizes cannot be compared beforehand, got None; give one, such as 224"
        )
    for paths, _ in files.values():
        for path in paths:
            require_signature(path)
