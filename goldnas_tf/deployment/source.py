"""The network that is exported, opened and checked against its images."""

import dataclasses
import pathlib

import keras
import numpy as np

from goldnas_tf.data import ImageData
from goldnas_tf.deployment.preconditions import NETWORK_FILE
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation.loaded import LoadedNetwork
from goldnas_tf.evaluation.measure import check_fit
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.networks.cell import Cell
from goldnas_tf.runs.export import load_point
from goldnas_tf.runtime.quiet import quiet

SAMPLE = 32
"""How many training images all formats have to answer alike; servers warm up with them."""


@dataclasses.dataclass(frozen=True, eq=False)
class Source:
    """A network to be exported.

    Attributes:
        file: its Keras file.
        opened: it, as it is measured.
        model: it, from images with values in 0..255 to logits.
        class_names: of its outputs, in order.
        images: some training images, uint8 (images, height, width, channels).
    """

    file: pathlib.Path
    opened: LoadedNetwork
    model: keras.Model
    class_names: tuple[str, ...]
    images: np.ndarray


def open_source(path: str, data: ImageData) -> Source:
    """Opens the network in the folder of a point.

    Raises:
        InputError: there is none, or it is not one for these images.
    """
    file = pathlib.Path(path) / NETWORK_FILE
    with quiet():
        opened = open_network(file)
    check_fit(opened, data)
    model = load_point(path)
    if not any(isinstance(layer, Cell) for layer in model.layers):
        raise InputError(f"{file}: expected a network of cells; received another Keras model")
    return Source(file, opened, model, tuple(data.class_names), training_images(data, SAMPLE))


def training_images(data: ImageData, count: int) -> np.ndarray:
    """Training images at random, always the same ones: all, where there are fewer."""
    count = min(count, data.train.size)
    images, _ = next(iter(data.train.shuffled_batches(count, seed=0, first_step=0)))
    return images.numpy()
