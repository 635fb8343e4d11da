"""Batches: endless, shuffled and varied ones to train on; each example once to evaluate."""

import tensorflow as tf

from goldnas_tf.data.augmentation import augmenter
from goldnas_tf.data.image_data import ImageData
from goldnas_tf.data.pipelines import untuned
from goldnas_tf.data.splits import Split
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import AugmentationSettings

PADDING_LABEL = -1
"""Label of the examples that fill up the last evaluation batch; metrics must ignore them."""


def steps_per_pass(data: ImageData, batch_size: int) -> int:
    """Returns how many full batches one pass over the training images gives.

    Args:
        data: the images.
        batch_size: images a batch, at least 1.

    Raises:
        InputError: if there are fewer training images than one batch holds.
    """
    if batch_size < 1:
        raise InputError(f"batch_size: expected at least 1; received {batch_size}; raise it")
    if data.train.size < batch_size:
        raise InputError(
            f"batch_size: expected at most the {data.train.size} training images of {data.name}; "
            f"received {batch_size}; lower it"
        )
    return data.train.size // batch_size


def training_batches(
    data: ImageData,
    batch_size: int,
    augmentation: AugmentationSettings,
    seed: int,
    first_step: int = 0,
) -> tf.data.Dataset:
    """Makes the endless stream of training batches, from any step on.

    Each pass shuffles the training images anew and drops those that do not fill a batch.
    The batch of step s depends on the arguments and s only: a stream with `first_step`
    s gives, bit by bit, what one from 0 gives from its step s on.

    Args:
        data: the images.
        batch_size: images a batch, at least 1.
        augmentation: how they are varied.
        seed: whole number that decides orders and variations.
        first_step: whole number >= 0, the step whose batch comes first.

    Returns:
        Endless `tf.data.Dataset` of (uint8 [batch_size, h, w, c], int32 [batch_size]).

    Raises:
        InputError: if there are fewer training images than one batch holds, or cropping
            or cutout exceed the size of the images.
    """
    steps_per_pass(data, batch_size)
    _require_visible(data, augmentation)
    shape = (batch_size, *data.image_shape)

    def varied(step: tf.Tensor, batch: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = batch
        step_seed = tf.random.fold_in(tf.constant([seed, 0], tf.int64), step)
        return vary(tf.ensure_shape(images, shape), step_seed), labels

    # Where there is a GPU, constants would land in its memory; tf.data runs on the CPU.
    with tf.device("CPU"):
        vary = augmenter(augmentation, data.pixel_mean)
        return untuned(
            data.train.shuffled_batches(batch_size, seed, first_step)
            .enumerate(first_step)
            .map(varied, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
            .prefetch(tf.data.AUTOTUNE)
        )


def evaluation_batches(split: Split, batch_size: int) -> tf.data.Dataset:
    """Makes batches that hold every example of a split once, in a fixed order.

    All batches have the same shape: the last is filled up with black images of the
    label `PADDING_LABEL` (-1), which metrics must ignore.

    Args:
        split: of `ImageData`.
        batch_size: images a batch, at least 1.

    Returns:
        Finite `tf.data.Dataset` of (uint8 [batch_size, h, w, c], int32 [batch_size]).
    """
    with tf.device("CPU"):
        examples = split.examples()
        black = tf.zeros(examples.element_spec[0].shape, tf.uint8)
        padding = tf.data.Dataset.from_tensors((black, tf.constant(PADDING_LABEL, tf.int32)))
        return untuned(
            examples.concatenate(padding.repeat(-split.size % batch_size))
            .batch(batch_size, drop_remainder=True)
            .prefetch(tf.data.AUTOTUNE)
        )


def sample_batches(split: Split, batch_size: int, images: int) -> tf.data.Dataset:
    """Makes full batches of about so many examples of a split, always the same ones.

    Args:
        split: of `ImageData`.
        batch_size: images a batch, at most those of the split.
        images: at least 1, rounded up to whole batches; less than the split has.

    Returns:
        Finite `tf.data.Dataset` of (uint8 [batch_size, h, w, c], int32 [batch_size]).
    """
    with tf.device("CPU"):
        # the order is by class in some sets, and a streamed one is not shuffled twice alike
        batches = split.shuffled_batches(batch_size, 0, 0).take(-(-images // batch_size))
        return untuned(batches.cache())


def _require_visible(data: ImageData, augmentation: AugmentationSettings) -> None:
    """Refuses augmentation that blanks out whole images, as a large cutout of small ones does."""
    side = min(data.image_shape[:2])
    for name in ("crop_padding", "cutout"):
        if getattr(augmentation, name) > side:
            raise InputError(
                f"{name}: expected at most {side}, the shorter side of the images of {data.name}; "
                f"received {getattr(augmentation, name)}; lower it, or give 0 to switch it off"
            )
