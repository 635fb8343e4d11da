"""Training that begins on images of half their height and width, which takes a third of the time.

A network of convolutions takes images of any size. What it learns of small ones helps it with those
of full size, which come after them (progressive resizing).
"""

import tensorflow as tf

from goldnas_tf.errors import InputError
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.training.blueprint import Blueprint


def halved(images: tf.Tensor) -> tf.Tensor:
    """Images of half the height and width, float32; each pixel is the mean of four.

    Args:
        images: (batch, height, width, channels).
    """
    return tf.nn.avg_pool2d(tf.cast(images, tf.float32), 2, 2, "VALID")


def check_fits(name: str, blueprint: Blueprint, config: RunConfiguration) -> None:
    """Checks that a network can begin on small images.

    Args:
        name: of the setting that asks for it.
        blueprint: of the network.
        config: of the run.

    Raises:
        InputError: the network, or a part that is for training alone, takes one size of images.
    """
    height, width, _ = blueprint.image_shape
    if not blueprint.takes_small:
        raise InputError(
            f"{name}: expected a network that takes images of {height // 2}x{width // 2} as well; "
            f"received one for {height}x{width}"
        )
    if config.auxiliary.auxiliary_weight:
        raise InputError(
            f"{name}: expected auxiliary_weight 0 with it, for the auxiliary classifier takes maps "
            f"of one size; received {config.auxiliary.auxiliary_weight:g}"
        )
