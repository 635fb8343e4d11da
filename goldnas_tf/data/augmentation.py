"""Random variation of a batch of training images: crop, flip, policy, cutout.

Every function works on a whole batch, draws for each image on its own, and takes a
stateless seed: the same seed gives the same result. Crop, flip and cutout move or blank
whole pixels, so each is a single gather over the pixels of the batch.
"""

from collections.abc import Callable, Sequence

import tensorflow as tf

from goldnas_tf.data.randaugment import RandAugment
from goldnas_tf.settings.images import AugmentationSettings


def augmenter(
    settings: AugmentationSettings, pixel_mean: Sequence[float]
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Makes the function that varies a batch as `settings` say.

    Args:
        settings: which variations, and how strong.
        pixel_mean: mean of each channel in 0..255: the colour of what is blanked out.

    Returns:
        (images uint8 [b, h, w, c], seed int [2]) -> uint8 images of the same shape.
    """
    fill = tf.saturate_cast(tf.round(tf.constant(pixel_mean, tf.float32)), tf.uint8)
    policy = RandAugment(pixel_mean) if settings.policy == "randaugment" else None

    def augment(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        # One seed for each, used or not: switching one off leaves the others as they were.
        crop_seed, flip_seed, policy_seed, cutout_seed = tf.unstack(tf.random.split(seed, 4))
        if settings.crop_padding:
            images = crop(images, crop_seed, settings.crop_padding, fill)
        if settings.flip:
            images = flip(images, flip_seed)
        if policy is not None:
            images = policy(images, policy_seed)
        if settings.cutout:
            images = cutout(images, cutout_seed, settings.cutout, fill)
        return images

    return augment


def crop(images: tf.Tensor, seed: tf.Tensor, padding: int, fill: tf.Tensor) -> tf.Tensor:
    """Cuts each image out of itself with a border, at a place of its own.

    Args:
        images: uint8 [b, h, w, c].
        seed: int [2].
        padding: width of the border in pixels, at least 0.
        fill: uint8 [c], colour of the border.

    Returns:
        uint8 [b, h, w, c]: each shifted by -padding..padding pixels both ways.
    """
    batch, height, width, _ = images.shape
    shifts = tf.random.stateless_uniform([2, batch, 1], seed, -padding, padding + 1, tf.int32)
    rows = tf.range(height) + shifts[0]
    columns = tf.range(width) + shifts[1]
    inside = _between(rows, 0, height)[:, :, None] & _between(columns, 0, width)[:, None, :]
    return _pick(images, rows, columns, inside, fill)


def flip(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mirrors each image left to right with probability 1/2.

    Args:
        images: uint8 [b, h, w, c].
        seed: int [2].

    Returns:
        uint8 [b, h, w, c].
    """
    batch, height, width, channels = images.shape
    flipped = tf.random.stateless_uniform([batch, 1], seed) < 0.5
    columns = tf.where(flipped, tf.range(width)[::-1], tf.range(width))
    rows = tf.broadcast_to(tf.range(height), [batch, height])
    inside = tf.ones([batch, height, width], tf.bool)
    return _pick(images, rows, columns, inside, tf.zeros([channels], tf.uint8))


def cutout(images: tf.Tensor, seed: tf.Tensor, side: int, fill: tf.Tensor) -> tf.Tensor:
    """Blanks a square out of each image.

    Its centre is any pixel of the image, so that it may reach over the border: at least
    a quarter of the square lies inside if the image is as large as the square.

    Args:
        images: uint8 [b, h, w, c].
        seed: int [2].
        side: of the square, in pixels, at least 1.
        fill: uint8 [c], its colour.

    Returns:
        uint8 [b, h, w, c].

    Reference: DeVries and Taylor, "Improved regularization of convolutional neural
        networks with cutout" (2017).
    """
    batch, height, width, _ = images.shape
    row_seed, column_seed = tf.unstack(tf.random.split(seed, 2))
    top = tf.random.stateless_uniform([batch, 1], row_seed, 0, height, tf.int32) - side // 2
    left = tf.random.stateless_uniform([batch, 1], column_seed, 0, width, tf.int32) - side // 2
    rows = tf.broadcast_to(tf.range(height), [batch, height])
    columns = tf.broadcast_to(tf.range(width), [batch, width])
    blank = (
        _between(rows, top, top + side)[:, :, None]
        & _between(columns, left, left + side)[:, None, :]
    )
    return _pick(images, rows, columns, ~blank, fill)


def _between(numbers: tf.Tensor, low: tf.Tensor | int, high: tf.Tensor | int) -> tf.Tensor:
    return (numbers >= low) & (numbers < high)


def _pick(
    images: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor, inside: tf.Tensor, fill: tf.Tensor
) -> tf.Tensor:
    """Takes pixel (rows[b, y], columns[b, x]) of image b to (y, x), or `fill` if not `inside`.

    Args:
        images: uint8 [b, h, w, c].
        rows: int32 [b, h].
        columns: int32 [b, w].
        inside: bool [b, h, w], true where the pixel exists and is wanted.
        fill: uint8 [c].

    Returns:
        uint8 [b, h, w, c].
    """
    batch, height, width, channels = images.shape
    # `fill` is the pixel after the last one, which makes padding part of the one gather:
    # three times as fast as padding, slicing and `tf.where` on all channels.
    pixels = tf.concat([tf.reshape(images, [-1, channels]), fill[None]], axis=0)
    starts = tf.range(batch)[:, None] * height
    places = ((starts + rows) * width)[:, :, None] + columns[:, None, :]
    return tf.gather(pixels, tf.where(inside, places, batch * height * width))
