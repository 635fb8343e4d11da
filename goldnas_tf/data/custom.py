"""`from_datasets`: images from any finite `tf.data.Dataset`, for the Python interface."""

import typing
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow as tf
import tqdm

from goldnas_tf.data.duplicates import pixel_keys
from goldnas_tf.data.image_data import ImageData, assemble
from goldnas_tf.data.names import checked_names
from goldnas_tf.data.pipelines import untuned
from goldnas_tf.data.resizing import resized
from goldnas_tf.data.splits import (
    ArraySplit,
    Split,
    StreamedSplit,
    buffered_shuffle,
    fits_in_memory,
)
from goldnas_tf.errors import InputError

MOST_EXAMPLES = 5_000_000
"""A dataset that does not know its size is given up after so many."""

Source: typing.TypeAlias = tf.data.Dataset | tuple[np.ndarray, np.ndarray]
"""Examples of (image, label), or all images and all labels."""


def from_datasets(
    train: Source,
    validation: Source,
    class_names: Iterable,
    test: Source | None = None,
    name: str = "custom",
    image_size: int | None = None,
    most_examples: int = MOST_EXAMPLES,
) -> ImageData:
    """Makes `ImageData` of datasets of (image, label) pairs.

    Each dataset is read once, whole, to check it. A split that does not fit in memory is
    streamed from the dataset itself, which must then give its examples in the same order
    each time it is read: remove its own `shuffle`, since batches are shuffled anyway. A
    shuffled dataset cannot be divided by `skip` and `take` either: both parts would be drawn
    anew, and share images, which is warned of.

    Args:
        train: finite, unbatched `tf.data.Dataset` of (image, label) pairs, or a pair of arrays
            of all images and all labels. Images are [h, w, c], or [h, w] in grey; pixels are
            whole or floating-point numbers in 0..255, or booleans (black and white). Labels
            are whole numbers below the number of classes, scalars or of shape [1].
        validation: the same, to choose by.
        class_names: name of each class, at least 2; numbers become text.
        test: the same as `train`, or None.
        name: what to call the set in reports.
        image_size: side in pixels of the square to resize images to; None leaves them
            as they are, which must then all have one size.
        most_examples: a dataset that does not know how many examples it has, as those of
            generators, is refused when it gives more.

    Returns:
        `ImageData`.

    Raises:
        InputError: if a dataset is not as described.
    """
    class_names = checked_names(class_names)
    splits: dict[str, Split] = {}
    image_shape: tuple[int, ...] = ()
    datasets = {"train": train, "validation": validation, "test": test}
    # Where there is a GPU, constants would land in its memory; tf.data runs on the CPU.
    with tf.device("CPU"):
        for split, source in datasets.items():
            if source is not None:
                dataset = _pairs(split, source)
                splits[split], image_shape = _read(
                    split, dataset, len(class_names), image_size, image_shape, most_examples
                )
        return assemble(name, image_shape, class_names, splits)


def _read(
    split: str,
    dataset: tf.data.Dataset,
    classes: int,
    image_size: int | None,
    image_shape: tuple[int, ...],
    most_examples: int,
) -> tuple[Split, tuple[int, ...]]:
    """Reads and checks one dataset.

    Returns:
        The split, and the (h, w, c) of its images, which must be `image_shape` unless that is ().
    """

    def examined(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, ...]:
        # booleans have no least
        values = tf.cast(image, tf.uint8) if image.dtype == tf.bool else image
        return _as_bytes(image, image_size), label, tf.reduce_min(values), tf.reduce_max(values)

    image_spec, _ = dataset.element_spec
    one_size = image_size is not None or image_spec.shape.is_fully_defined()
    # Images of sizes not known beforehand may not fit in one batch.
    examined_at_once = 256 if one_size and image_spec.shape[-1] is not None else 1
    examples = dataset.map(examined, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    images: list[np.ndarray] | None = []  # None where they do not fit in memory
    labels: list[int] = []
    keys, darkest, brightest = [], np.inf, -np.inf
    chunks = untuned(examples.batch(examined_at_once)).as_numpy_iterator()
    for chunk, its_labels, least, greatest in _counted(chunks, split, dataset, most_examples):
        image_shape = image_shape or chunk.shape[1:]
        if chunk.shape[1:] != image_shape:
            raise InputError(
                f"{split}: expected images of {image_shape}; received one of {chunk.shape[1:]}; "
                "resize them or give image_size"
            )
        # Unlike Python's, NumPy's least and greatest of a NaN and a number are NaN.
        darkest = np.minimum(darkest, least.min())
        brightest = np.maximum(brightest, greatest.max())
        labels.extend(its_labels.tolist())
        keys.append(pixel_keys(chunk))
        if images is not None:
            images.append(chunk)
            if not fits_in_memory(len(labels), image_shape):
                images = None
    _require_values(split, labels, classes, darkest, brightest, image_spec.dtype)
    if images is not None:
        return ArraySplit(np.concatenate(images), np.array(labels, np.int32)), image_shape

    size, image_bytes = len(labels), int(np.prod(image_shape)) * image_spec.dtype.size
    all_keys = np.concatenate(keys)

    def decode(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # Only static shapes can be batched and augmented; generators often give none.
        image = tf.ensure_shape(_as_bytes(image, image_size), image_shape)
        return image, tf.cast(label, tf.int32)

    streamed = StreamedSplit(
        size=size,
        ordered=lambda: dataset,
        shuffled=lambda seed: buffered_shuffle(dataset, size, image_bytes, seed),
        decode=decode,
        make_keys=lambda: all_keys,
    )
    return streamed, image_shape


def _counted(
    chunks: Iterable, split: str, dataset: tf.data.Dataset, most_examples: int
) -> Iterator[tuple[np.ndarray, ...]]:
    """Passes chunks on, shows how many examples came, and ends where they do not end."""
    known = int(dataset.cardinality())
    total = known if known >= 0 else None
    # what is quick shows nothing
    with tqdm.tqdm(
        total=total, desc=f"reading {split}", unit=" images", delay=3, mininterval=1
    ) as bar:
        for chunk in chunks:
            bar.update(len(chunk[1]))
            if total is None and bar.n > most_examples:
                raise InputError(
                    f"{split}: expected at most {most_examples:,} examples of a dataset that does "
                    "not know its size; received more; end it by .take(), or raise most_examples"
                )
            yield chunk


def _as_bytes(image: tf.Tensor, image_size: int | None) -> tf.Tensor:
    if image.dtype == tf.bool:
        image = tf.where(image, 255, 0)
    if image.dtype.is_floating:
        image = tf.round(image)
    return resized(tf.saturate_cast(image, tf.uint8), image_size)


def _pairs(split: str, dataset: Source) -> tf.data.Dataset:
    """The dataset of images [h, w, c] and scalar labels, or what is wrong with it."""
    if isinstance(dataset, tuple) and len(dataset) == 2:
        dataset = _of_arrays(split, *dataset)
    spec = getattr(dataset, "element_spec", None)
    if (
        not isinstance(spec, tuple)
        or len(spec) != 2
        or not all(isinstance(part, tf.TensorSpec) for part in spec)
    ):
        raise InputError(
            f"{split}: expected a tf.data.Dataset of (image, whole-number label) pairs; received "
            f"{spec if spec is not None else type(dataset).__name__}; map it to such pairs"
        )
    images, labels = spec
    if not (labels.dtype.is_integer or labels.dtype == tf.bool):
        raise InputError(
            f"{split}: expected a tf.data.Dataset of (image, whole-number label) pairs; received "
            f"labels of {labels.dtype.name}; map them to numbers of classes"
        )
    if not (images.dtype.is_integer or images.dtype.is_floating or images.dtype == tf.bool):
        advice = "decode the files" if images.dtype == tf.string else "map them to numbers"
        raise InputError(
            f"{split}: expected images of numbers; received {images.dtype.name}; {advice}"
        )
    is_grey, is_row = images.shape.rank == 2, labels.shape == [1]
    if not (is_grey or images.shape.rank == 3) or not (is_row or labels.shape.rank == 0):
        one_hot = images.shape.rank == 3 and labels.shape.rank == 1 and labels.shape[0]
        advice = "map labels by tf.argmax" if one_hot else "call .unbatch(), or state the shapes"
        raise InputError(
            f"{split}: expected unbatched examples, images [h, w, c] and scalar labels; received "
            f"the shapes {images.shape} and {labels.shape}; {advice}"
        )
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise InputError(
            f"{split}: expected a finite dataset; received an endless one; "
            "remove .repeat() or add .take()"
        )
    if not (is_grey or is_row or labels.dtype == tf.bool):
        return dataset

    def plain(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image = image[..., tf.newaxis] if is_grey else image
        label = label[0] if is_row else label
        return image, tf.cast(label, tf.int32) if label.dtype == tf.bool else label

    return dataset.map(plain, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _of_arrays(split: str, images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """A dataset of arrays, as `keras.datasets` gives them."""
    try:
        images, labels = np.asarray(images), np.asarray(labels)
        return tf.data.Dataset.from_tensor_slices((images, labels))
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise InputError(
            f"{split}: expected a tf.data.Dataset, or arrays of all images and all labels; "
            f"received {type(images).__name__} and {type(labels).__name__} that do not fit together"
        ) from error


def _require_values(
    split: str,
    labels: list[int],
    classes: int,
    darkest: float,
    brightest: float,
    dtype: tf.DType,
) -> None:
    if not labels:
        raise InputError(
            f"{split}: expected examples; received an empty dataset; check how it is made"
        )
    if min(labels) < 0 or max(labels) >= classes:
        raise InputError(
            f"{split}: expected labels in 0..{classes - 1} for {classes} classes; received "
            f"{min(labels)}..{max(labels)}; correct the labels or class_names"
        )
    if darkest < 0 or brightest > 255 or not np.isfinite(brightest - darkest):
        raise InputError(
            f"{split}: expected pixels in 0..255; received {darkest}..{brightest}; rescale the "
            "images"
        )
    if dtype.is_floating and brightest <= 1:
        raise InputError(
            f"{split}: expected pixels in 0..255; received {darkest}..{brightest}, which looks "
            "like 0..1; multiply the images by 255"
        )
