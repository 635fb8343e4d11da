"""`load`: from settings to images, whatever their source."""

import dataclasses
from importlib import import_module

import tensorflow as tf

from goldnas_tf.data.image_data import ImageData
from goldnas_tf.settings.images import DataSettings

# modules, imported for who asks: each brings a library that takes half a second
_LOADERS = {"digits": "digits", "folder": "folder"}


def load(settings: DataSettings) -> ImageData:
    """Loads the images that `settings` names.

    Returns:
        The images. Their splits are in memory where the decoded images of all of them
        take at most `splits.IN_MEMORY_BYTES`, and streamed from disk otherwise.

    Raises:
        InputError: if the set is unknown, cannot be had, or cannot be used.
    """
    loader = import_module(f"goldnas_tf.data.{_LOADERS.get(settings.dataset, 'tfds_sets')}")
    # Where there is a GPU, constants would land in its memory; tf.data runs on the CPU.
    with tf.device("CPU"):
        return dataclasses.replace(loader.load(settings), source=settings)
