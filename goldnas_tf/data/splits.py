"""A split: a fixed set of labelled images, held decoded in memory or streamed from disk."""

import contextlib
import dataclasses
import functools
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import tensorflow as tf

from goldnas_tf.data.duplicates import pixel_keys
from goldnas_tf.data.pipelines import untuned
from goldnas_tf.data.stratify import hold_out, keep_some, share
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import DataSettings

IN_MEMORY_BYTES = 2 * 1024**3
"""Data sets whose decoded images together take at most this many bytes are held in memory."""

SHUFFLE_BUFFER_BYTES = 512 * 1024**2
"""Sets that can only be read in sequence shuffle about this many bytes of images at a time."""


class Split(typing.Protocol):
    """What training and judging need of a set of labelled images, wherever these are.

    An example is an image, uint8 [h, w, c], and the number of its class from 0, an int32 scalar.
    """

    @property
    def size(self) -> int:
        """Number of examples, at least 1."""

    @property
    def keys(self) -> np.ndarray | None:
        """uint64 [size], equal for copies of an image; None where all would have to be read."""

    def examples(self) -> tf.data.Dataset:
        """Returns every example once, in a fixed order."""

    def shuffled_batches(self, batch_size: int, seed: int, first_step: int) -> tf.data.Dataset:
        """Returns the endless batches from a step on.

        Each pass over the split has an order of its own, which depends on seed and pass alone, so
        that it can start at any step.

        Args:
            batch_size: examples a batch, 1..size; what a pass leaves over is dropped.
            seed: whole number that decides all orders.
            first_step: whole number >= 0, the step whose batch comes first.

        Returns:
            `tf.data.Dataset` of (uint8 [batch_size, h, w, c], int32 [batch_size]).
        """


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
    def size(self) -> int:
        """Number of examples."""
        return len(self.labels)

    @functools.cached_property
    def keys(self) -> np.ndarray:
        """A key of the pixels of each example, uint64 [n]."""
        return pixel_keys(self.images)

    def part(self, positions: np.ndarray) -> "ArraySplit":
        """Returns the examples at ascending positions, int array."""
        return ArraySplit(self.images[positions], self.labels[positions])

    def examples(self) -> tf.data.Dataset:
        """Returns every example once; see `Split`."""
        return tf.data.Dataset.from_tensor_slices((self.images, self.labels))

    def shuffled_batches(self, batch_size: int, seed: int, first_step: int) -> tf.data.Dataset:
        """Returns the endless batches from step `first_step` on; see `Split`."""
        per_pass = self.size // batch_size
        images, labels = tf.constant(self.images), tf.constant(self.labels)

        def positions_of_pass(number: tf.Tensor) -> tf.data.Dataset:
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
    """

    size: int
    ordered: Callable[[], tf.data.Dataset]
    shuffled: Callable[[tf.Tensor], tf.data.Dataset]
    decode: Callable[..., tuple[tf.Tensor, tf.Tensor]]
    check: Callable[[], None] | None = None
    make_keys: Callable[[], np.ndarray] | None = None

    @functools.cached_property
    def keys(self) -> np.ndarray | None:
        """A key of each example, or None where they are not known without reading all."""
        return self.make_keys and self.make_keys()

    def examples(self) -> tf.data.Dataset:
        """Returns every example once; see `Split`."""
        return self._decoded(self.ordered())

    def shuffled_batches(self, batch_size: int, seed: int, first_step: int) -> tf.data.Dataset:
        """Returns the endless batches from step `first_step` on; see `Split`.

        Starting in the middle of a pass reads, without decoding, the records before it.
        """
        per_pass = self.size // batch_size

        def records_of_pass(number: tf.Tensor) -> tf.data.Dataset:
            return self.shuffled(pass_seed(seed, number)).take(per_pass * batch_size)

        records = _passes(first_step // per_pass, records_of_pass)
        records = records.skip(first_step % per_pass * batch_size)
        return self._decoded(records).batch(batch_size, drop_remainder=True)

    def _decoded(self, records: tf.data.Dataset) -> tf.data.Dataset:
        return records.map(self.decode, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class DivisibleSplit(StreamedSplit):
    """A streamed split whose records can be read in part.

    Attributes:
        make_part: (ascending positions) -> the split of these examples.
    """

    make_part: Callable[[np.ndarray], "DivisibleSplit"]

    def part(self, positions: np.ndarray) -> "DivisibleSplit":
        """Returns the examples at ascending positions, int array."""
        part, keys = self.make_part(positions), self.keys
        if keys is None:
            return part
        # some of those that are there, which are costly to make
        return dataclasses.replace(part, make_keys=lambda: keys[positions])


Divisible: typing.TypeAlias = ArraySplit | DivisibleSplit
"""A split that has parts."""


def divide(
    train: Divisible,
    labels: np.ndarray,
    keys: np.ndarray | None,
    has_validation: bool,
    settings: DataSettings,
) -> dict[str, Divisible]:
    """Holds validation images out of a split, where a set brings none, and thins the rest.

    Args:
        train: the split.
        labels: int array [n], its labels.
        keys: array [n], equal for copies of an image, which stay together; None: there are none.
        has_validation: whether the set brings validation images.
        settings: how many are held out and kept.

    Returns:
        Splits by their names: "train", and "validation" where it was held out.

    Raises:
        InputError: the settings leave a class without training images.
    """
    positions = np.arange(len(labels))
    found: dict[str, Divisible] = {}
    if not has_validation:
        count = share(len(labels), settings.validation_fraction)
        positions, held = hold_out(labels, count, settings.split_seed, keys)
        found["validation"] = train.part(held)
    positions = keep_some(labels, positions, settings.train_images, settings.split_seed)
    # the same arrays or files, where nothing was taken away
    return {**found, "train": train if len(positions) == len(labels) else train.part(positions)}


def pass_seed(seed: int, number: tf.Tensor | int) -> tf.Tensor:
    """Returns the stateless seed, int64 [2], of pass `number` (from 0) of a run with `seed`."""
    return tf.stack([tf.cast(seed, tf.int64), tf.cast(number, tf.int64)])


def buffered_shuffle(
    records: tf.data.Dataset, size: int, image_bytes: int, seed: tf.Tensor
) -> tf.data.Dataset:
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


def fits_in_memory(count: int, image_shape: Sequence[int]) -> bool:
    """Says whether `count` decoded images of `image_shape` are held in memory."""
    return count * int(np.prod(image_shape)) <= IN_MEMORY_BYTES


def held_if_they_fit(
    splits: Mapping[str, Divisible], image_shape: Sequence[int]
) -> dict[str, Divisible]:
    """Returns splits by their names: all of them in memory where they fit, else as they are."""
    if not fits_in_memory(sum(split.size for split in splits.values()), image_shape):
        return dict(splits)
    return {name: held_in_memory(split, image_shape) for name, split in splits.items()}


def held_in_memory(split: Split, image_shape: Sequence[int]) -> ArraySplit:
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


def _read(split: Split, image_shape: Sequence[int]) -> ArraySplit:
    """Decodes a whole streamed split into memory."""
    images = np.empty((split.size, *image_shape), np.uint8)
    labels = np.empty(split.size, np.int32)
    start = 0
    for some_images, some_labels in untuned(split.examples().batch(256)).as_numpy_iterator():
        end = start + len(some_labels)
        images[start:end], labels[start:end] = some_images, some_labels
        start = end
    if start != split.size:
        raise InputError(
            f"images: expected {split.size} examples; received {start}; prepare the set again"
        )
    return ArraySplit(images, labels)


@contextlib.contextmanager
def blaming(splits: Iterable[Split]) -> Iterator[None]:
    """Where reading images of `splits` fails in the block, looks for the one to blame."""
    try:
        yield
    except tf.errors.OpError:
        for split in splits:
            if isinstance(split, StreamedSplit) and split.check:
                split.check()
        raise


def _passes(
    first: int, examples_of_pass: Callable[[tf.Tensor], tf.data.Dataset]
) -> tf.data.Dataset:
    """Chains the datasets of pass `first`, `first` + 1, ... without end."""
    return tf.data.Dataset.range(first, tf.int64.max).flat_map(examples_of_pass)
