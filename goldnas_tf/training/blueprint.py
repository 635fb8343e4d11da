"""What a network in training is built from: a genotype, or a Keras model of anybody's."""

import abc
import pathlib
from collections.abc import Mapping
from typing import Any

import keras

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate
from goldnas_tf.data import ImageData
from goldnas_tf.display.drawing import draw_network
from goldnas_tf.errors import InputError
from goldnas_tf.networks import network
from goldnas_tf.networks.carrying import alone
from goldnas_tf.networks.network import Form
from goldnas_tf.resources.meter import Meter
from goldnas_tf.runs import gates


class Blueprint(abc.ABC):
    """Builds a network, knows what it costs, and what stands beside it on disk.

    Attributes:
        image_shape: (height, width, channels) of its images.
        classes: how many it tells apart.
        takes_small: whether the model takes images of half the height and width as well.
    """

    image_shape: tuple[int, int, int]
    classes: int
    takes_small: bool

    @abc.abstractmethod
    def describe(self) -> dict[str, Any]:
        """What makes it this network and no other, as JSON values."""

    @abc.abstractmethod
    def costs(self, form: Form, meter: Meter | None = None) -> dict[str, float]:
        """What it uses of every resource that is known of it as it is.

        Args:
            form: in which it is built.
            meter: knows more than can be counted; default: what is known without a device.
        """

    @abc.abstractmethod
    def build(self, form: Form) -> keras.Model:
        """The network with fresh weights, from images with values in 0..255 to logits."""

    @abc.abstractmethod
    def alone(self, model: keras.Model, form: Form) -> keras.Model:
        """The network as it is exported, with the weights of one in training."""

    def facts(self) -> dict[str, Any]:
        """What its metrics.json says of it besides."""
        return {}

    @abc.abstractmethod
    def write(self, folder: pathlib.Path, strengths: Mapping[Gate, float] | None) -> None:
        """Writes what stands beside the network in its folder.

        Args:
            folder: of the network.
            strengths: of gates, for a drawing.
        """

    def check_fits(self, data: ImageData) -> None:
        """Checks that the network is one for these images.

        Raises:
            InputError: it is for others.
        """
        wanted = (self.image_shape, self.classes)
        found = (tuple(data.image_shape), len(data.class_names))
        if wanted != found:
            raise InputError(
                f"network: expected one for images of {found[0]} in {found[1]} classes, as "
                f"{data.name} has; received one for {wanted[0]} in {wanted[1]}; give the data set "
                "that it was made for"
            )


class GenotypeBlueprint(Blueprint):
    """A network of a search space.

    Args:
        genotype: the network.
    """

    def __init__(self, genotype: Genotype):
        self.genotype = genotype
        space = genotype.space
        self.image_shape, self.classes = space.image_shape, space.classes
        height, width, _ = self.image_shape
        self.takes_small = space.fits(height // 2, width // 2)

    def describe(self) -> dict[str, Any]:
        """See `Blueprint`."""
        return {"genotype": self.genotype.to_json()}

    def costs(self, form: Form, meter: Meter | None = None) -> dict[str, float]:
        """See `Blueprint`."""
        return (meter or Meter()).known(self.genotype, form.gated)

    def build(self, form: Form) -> keras.Model:
        """See `Blueprint`."""
        return network.build(self.genotype, form)

    def alone(self, model: keras.Model, form: Form) -> keras.Model:
        """See `Blueprint`; the model may have more operators."""
        return alone(model, self.genotype, form)

    def facts(self) -> dict[str, Any]:
        """See `Blueprint`."""
        facts: dict[str, Any] = {"operators": len(self.genotype.places)}
        return facts | ({"channels": self.genotype.channels} if self.genotype.groups else {})

    def write(self, folder: pathlib.Path, strengths: Mapping[Gate, float] | None) -> None:
        """See `Blueprint`: the genotype, its gates, and a picture of the cells."""
        self.genotype.save(folder / "genotype.json")
        if strengths is not None:
            gates.write(folder, strengths)
        draw_network(self.genotype, folder / "cells.png", strengths)
