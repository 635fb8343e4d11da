"""`from_datasets`: images from any finite `tf.data.Dataset`, for the Python interface."""

import numpy as np
import tensorflow as tf

from goldnas_tf.data.image_data import assemble
from goldnas_tf.data.resizing import resized
from goldnas_tf.data.splits import (
    ArraySplit,
    StreamedSplit,
    buffered_shuffle,
    fits_in_memory,
)
from goldnas_tf.errors import InputError


def from_datasets(train, validation, class_names, test=None, name="custom", image_size=None):
    """Makes `ImageData` of datasets of (image, label) pairs.

    Each dataset is read once, whole, to check it. A split that does not fit in memory is
    streamed from the dataset itself, which must then give its examples in the same order
    each time it is read: remove its own `shuffle`, since batches are shuffled anyway.

    Args:
        train: finite, unbatched `tf.data.Dataset` of (image [h, w, c], label scalar):
            pixels are whole or floating-point numbers in 0..255, labels whole numbers
            below the number of classes.
        validation: the same, to choose by.
        class_names: name of each class, at least 2.
        test: the same as `train`, or None.
        name: what to call the set in reports.
        image_size: side in pixels of the square to resize images to; None leaves them
            as they are, which must then all have one size.

    Returns:
        `ImageData`.

    Raises:
        InputError: if a dataset is not as described.
    """
    class_names = tuple(class_names)
    if len(class_names) < 2:
        raise InputError(f"class_names: expected at least 2 classes, got {len(class_names)}")
    splits, image_shape = {}, None
    datasets = {"train": train, "validation": validation, "test": test}
    # Where there is a GPU, constants would land in its memory; tf.data runs on the CPU.
    with tf.device("CPU"):
        for split, dataset in datasets.items():
            if dataset is not None:
                splits[split], image_shape = _read(
                    split, dataset, len(class_names), image_size, image_shape
                )
        return assemble(name, image_shape, class_names, **splits)


def _read(split, dataset, classes, image_size, image_shape):
    """Reads and checks one dataset.

    Returns:
        The split, and the (h, w, c) of its images, which must be `image_shape` if given.
    """
    _require_pairs(split, dataset)

    def examined(image, label):
        return _as_bytes(image, image_size), label, tf.reduce_min(image), tf.reduce_max(image)

    image_spec, _ = dataset.element_spec
    one_size = image_size is not None or image_spec.shape.is_fully_defined()
    # Images of sizes not known beforehand may not fit in one batch.
    examined_at_once = 256 if one_size and image_spec.shape[-1] is not None else 1
    examples = dataset.map(examined, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    images, labels, darkest, brightest = [], [], np.inf, -np.inf
    for chunk, its_labels, least, greatest in examples.batch(examined_at_once).as_numpy_iterator():
        image_shape = image_shape or chunk.shape[1:]
        if chunk.shape[1:] != image_shape:
            raise InputError(
                f"{split}: expected images of {image_shape}, got one of {chunk.shape[1:]}; "
                "resize them or give image_size"
            )
        # Unlike Python's, NumPy's least and greatest of a NaN and a number are NaN.
        darkest = np.minimum(darkest, least.min())
        brightest = np.maximum(brightest, greatest.max())
        labels.extend(its_labels.tolist())
        if images is not None:
            images.append(chunk)
            if not fits_in_memory(len(labels), image_shape):
                images = None
    _require_values(split, labels, classes, darkest, brightest, image_spec.dtype)
    if images is not None:
        return ArraySplit(np.concatenate(images), np.array(labels, np.int32)), image_shape

    size, image_bytes = len(labels), int(np.prod(image_shape)) * image_spec.dtype.size

    def decode(image, label):
        # Only static shapes can be batched and augmented; generators often give none.
        image = tf.ensure_shape(_as_bytes(image, image_size), image_shape)
        return image, tf.cast(label, tf.int32)

    streamed = StreamedSplit(
        size=size,
        ordered=lambda: dataset,
        shuffled=lambda seed: buffered_shuffle(dataset, size, image_bytes, seed),
        decode=decode,
    )
    return streamed, image_shape


def _as_bytes(image, image_size):
    if image.dtype.is_floating:
        image = tf.round(image)
    return resized(tf.saturate_cast(image, tf.uint8), image_size)


def _require_pairs(split, dataset):
    spec = getattr(dataset, "element_spec", None)
    if (
        not isinstance(spec, tuple)
        or len(spec) != 2
        or not all(isinstance(part, tf.TensorSpec) for part in spec)
        or not spec[1].dtype.is_integer
    ):
        raise InputError(
            f"{split}: expected a tf.data.Dataset of (image, whole-number label) pairs, got "
            f"{spec if spec is not None else type(dataset).__name__}; map it to such pairs"
        )
    if spec[0].shape.rank != 3 or spec[1].shape.rank != 0:
        raise InputError(
            f"{split}: expected unbatched examples, images [h, w, c] and scalar labels, got the "
            f"shapes {spec[0].shape} and {spec[1].shape}; call .unbatch(), or state the shapes"
        )
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise InputError(
            f"{split}: expected a finite dataset, got an endless one; "
            "remove .repeat() or add .take()"
        )


def _require_values(split, labels, classes, darkest, brightest, dtype):
    if not labels:
        raise InputError(f"{split}: expected examples, got an empty dataset; check how it is made")
    if min(labels) < 0 or max(labels) >= classes:
        raise InputError(
            f"{split}: expected labels in 0..{classes - 1} for {classes} classes, got "
            f"{min(labels)}..{max(labels)}; correct the labels or class_names"
        )
    if darkest < 0 or brightest > 255 or not np.isfinite(brightest - darkest):
        raise InputError(
            f"{split}: expected pixels in 0..255, got {darkest}..{brightest}; rescale the images"
        )
    if dtype.is_floating and brightest <= 1:
        raise InputError(
            f"{split}: expected pixels in 0..255, got {darkest}..{brightest}, which looks like "
            "0..1; multiply the images by 255"
        )
