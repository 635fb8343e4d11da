"""A split: a fixed set of labelled images, held decoded in memory or streamed from disk.

Both kinds have `size`, `examples()` (every example once, in a fixed order) and
`shuffled_batches()` (endless, each pass over the split in a fresh order that depends on
seed and pass only, so that it can start at any step); `keys`, which are equal for copies of
an image, and `part()`, a split of some of the examples.
"""

import contextlib
import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from goldnas_tf.data.duplicates import pixel_keys
from goldnas_tf.data.stratify import hold_out, keep_some, share
from goldnas_tf.errors import InputError

IN_MEMORY_BYTES = 2 * 1024**3
"""Data sets whose decoded images together take at most this many bytes are held in memory."""

SHUFFLE_BUFFER_BYTES = 512 * 1024**2
"""Sets that can only be read in sequence shuffle about this many bytes of images at a time."""


@dataclasses.dataclass(frozen=True, eq=False)
class ArraySplit:
    """A split held in memory.

    Attributes:
        images: uint8 array [n, h, w, c].
        labels: int32 array [n], class numbers from 0.
    """

    images: np.ndarray
    labels: np.ndarray

    @property
    def size(self):
        """Number of examples."""
        return len(self.labels)

    @functools.cached_property
    def keys(self):
        """A key of the pixels of each example, uint64 [n]."""
        return pixel_keys(self.images)

    def part(self, positions):
        """Returns the examples at ascending positions, int array."""
        return ArraySplit(self.images[positions], self.labels[positions])

    def examples(self):
        """Returns the examples in a fixed order: (uint8 [h, w, c], int32 scalar) each."""
        return tf.data.Dataset.from_tensor_slices((self.images, self.labels))

    def shuffled_batches(self, batch_size, seed, first_step):
        """Returns the endless batches from step `first_step` on.

        Args:
            batch_size: examples a batch, 1..size; what a pass leaves over is dropped.
            seed: whole number that decides all orders.
            first_step: whole number >= 0, the step whose batch comes first.

        Returns:
            `tf.data.Dataset` of (uint8 [batch_size, h, w, c], int32 [batch_size]).
        """
        per_pass = self.size // batch_size
        images, labels = tf.constant(self.images), tf.constant(self.labels)

        def positions_of_pass(number):
            order = tf.random.experimental.stateless_shuffle(
                tf.range(self.size), seed=pass_seed(seed, number)
            )
            return tf.data.Dataset.from_tensor_slices(
                tf.reshape(order[: per_pass * batch_size], [per_pass, batch_size])
            )

        return (
            _passes(first_step // per_pass, positions_of_pass)
            .skip(first_step % per_pass)
            .map(
                lambda positions: (tf.gather(images, positions), tf.gather(labels, positions)),
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=True,
            )
        )


@dataclasses.dataclass(frozen=True, eq=False)
class StreamedSplit:
    """A split read from disk each time, as undecoded records that are decoded late.

    Attributes:
        size: number of examples.
        ordered: () -> finite dataset of records (a tuple of tensors each) in a fixed order.
        shuffled: (seed, int64 [2]) -> the same records in an order that depends on the
            seed only.
        decode: (*record) -> (uint8 [h, w, c] with static shape, int32 scalar).
        check: reads every example and raises `InputError` for the first that cannot be;
            None where nothing more is known than that reading failed.
        make_keys: () -> uint64 [n], a key of each example; None where they are not known.
        make_part: (ascending positions) -> the split of these examples; None where it is whole.
    """

    size: int
    ordered: Callable[[], tf.data.Dataset]
    shuffled: Callable[[tf.Tensor], tf.data.Dataset]
    decode: Callable[..., tuple[tf.Tensor, tf.Tensor]]
    check: Callable[[], None] | None = None
    make_keys: Callable[[], np.ndarray] | None = None
    make_part: Callable[[np.ndarray], "StreamedSplit"] | None = None

    @functools.cached_property
    def keys(self):
        """A key of each example, or None where they are not known without reading all."""
        return self.make_keys and self.make_keys()

    def part(self, positions):
        """Returns the examples at ascending positions, int array."""
        # its keys are some of these, which are costly to make
        make_keys = self.make_keys and (lambda: self.keys[positions])
        return dataclasses.replace(self.make_part(positions), make_keys=make_keys)

    def examples(self):
        """Returns the examples in a fixed order: (uint8 [h, w, c], int32 scalar) each."""
        return self._decoded(self.ordered())

    def shuffled_batches(self, batch_size, seed, first_step):
        """Returns the endless batches from step `first_step` on; see `ArraySplit`.

        Starting in the middle of a pass reads, without decoding, the records before it.
        """
        per_pass = self.size // batch_size

        def records_of_pass(number):
            return self.shuffled(pass_seed(seed, number)).take(per_pass * batch_size)

        records = _passes(first_step // per_pass, records_of_pass)
        records = records.skip(first_step % per_pass * batch_size)
        return self._decoded(records).batch(batch_size, drop_remainder=True)

    def _decoded(self, records):
        return records.map(self.decode, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def divide(train, labels, keys, has_validation, settings):
    """Holds validation images out of a split, where a set brings none, and thins the rest.

    Args:
        train: the split.
        labels: int array [n], its labels.
        keys: array [n], equal for copies of an image, which stay together.
        has_validation: whether the set brings validation images.
        settings: `DataSettings`.

    Returns:
        Splits by their names: "train", and "validation" where it was held out.

    Raises:
        InputError: the settings leave a class without training images.
    """
    positions, found = np.arange(len(labels)), {}
    if not has_validation:
        count = share(len(labels), settings.validation_fraction)
        positions, held = hold_out(labels, count, settings.split_seed, keys)
        found["validation"] = train.part(held)
    positions = keep_some(labels, positions, settings.train_images, settings.split_seed)
    # the same arrays or files, where nothing was taken away
    return {**found, "train": train if len(positions) == len(labels) else train.part(positions)}


def pass_seed(seed, number):
    """Returns the stateless seed, int64 [2], of pass `number` (from 0) of a run with `seed`."""
    return tf.stack([tf.cast(seed, tf.int64), tf.cast(number, tf.int64)])


def buffered_shuffle(records, size, image_bytes, seed):
    """Shuffles records that come in sequence through a buffer of bounded memory.

    Args:
        records: finite dataset.
        size: number of records in it.
        image_bytes: memory that one record is expected to take at most, in bytes.
        seed: int64 [2], decides the order alone.

    Returns:
        The dataset, in an order as random as `SHUFFLE_BUFFER_BYTES` allows.
    """
    if not tf.executing_eagerly():
        # TensorFlow mixes its global seed in, and cannot compare one of 0 with a tensor; this sets
        # that of the function alone in which the pass is made
        tf.compat.v1.set_random_seed(1)
    buffer = max(1, min(size, SHUFFLE_BUFFER_BYTES // image_bytes))
    scalar = tf.random.stateless_uniform([], seed, 0, tf.int64.max, tf.int64)
    return records.shuffle(buffer, seed=scalar, reshuffle_each_iteration=False)


def fits_in_memory(count, image_shape):
    """Says whether `count` decoded images of `image_shape` are held in memory."""
    return count * int(np.prod(image_shape)) <= IN_MEMORY_BYTES


def held_if_they_fit(splits, image_shape):
    """Returns splits by their names: all of them in memory where they fit, else as they are."""
    if not fits_in_memory(sum(split.size for split in splits.values()), image_shape):
        return splits
    return {name: held_in_memory(split, image_shape) for name, split in splits.items()}


def held_in_memory(split, image_shape):
    """Decodes a whole streamed split into memory, in its fixed order.

    Args:
        split: the split to read; one that is held already is returned as it is.
        image_shape: (h, w, c) of its images.

    Returns:
        An `ArraySplit` of the same examples.

    Raises:
        InputError: the source has fewer examples than it says, or one that cannot be read.
    """
    if isinstance(split, ArraySplit):
        return split
    with blaming([split]):
        return _read(split, image_shape)


def _read(split, image_shape):
    """Decodes a whole streamed split into memory."""
    images = np.empty((split.size, *image_shape), np.uint8)
    labels = np.empty(split.size, np.int32)
    start = 0
    for some_images, some_labels in split.examples().batch(256).as_numpy_iterator():
        end = start + len(some_labels)
        images[start:end], labels[start:end] = some_images, some_labels
        start = end
    if start != split.size:
        raise InputError(
            f"expected {split.size} examples, the source gave {start}; prepare the set again"
        )
    return ArraySplit(images, labels)


@contextlib.contextmanager
def blaming(splits):
    """Where reading images of `splits` fails in the block, looks for the one to blame."""
    try:
        yield
    except tf.errors.OpError:
        for split in splits:
            if isinstance(split, StreamedSplit) and split.check:
                split.check()
        raise


def _passes(first, examples_of_pass):
    """Chains the datasets of pass `first`, `first` + 1, ... without end."""
    return tf.data.Dataset.range(first, tf.int64.max).flat_map(examples_of_pass)
