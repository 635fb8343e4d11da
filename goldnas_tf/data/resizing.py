"""Bringing images to one size."""

import tensorflow as tf


def resized(images: tf.Tensor, image_size: int | None) -> tf.Tensor:
    """Resizes images to a square, or leaves them as they are.

    Args:
        images: uint8 [h, w, c] or [n, h, w, c].
        image_size: side of the square in pixels, or None to leave them as they are.

    Returns:
        uint8 images, [image_size, image_size, c] each. Bilinear; smaller sizes average
        over the pixels they merge, and proportions of height to width are not kept.
    """
    return images if image_size is None else resized_to(images, image_size, image_size)


def resized_to(images: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Resizes images as `resized` does, to any height and width."""
    smooth = tf.image.resize(images, [height, width], antialias=True)
    return tf.saturate_cast(tf.round(smooth), tf.uint8)
