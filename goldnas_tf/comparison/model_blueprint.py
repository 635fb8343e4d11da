"""Keras models as networks that are trained: those of a family, and a user's own."""

import functools
import hashlib
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from goldnas_tf.architecture.places import Gate
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import graph_costs
from goldnas_tf.evaluation.opening import open_network
from goldnas_tf.files.paths import local_path
from goldnas_tf.networks.network import Form
from goldnas_tf.resources.meter import Meter
from goldnas_tf.training.blueprint import Blueprint


class ModelBlueprint(Blueprint):
    """A network that a function builds.

    Args:
        make: gives the model with fresh weights, from images with values in 0..255 to logits;
            it can be pickled, to be sent to other processes.
        described: what makes it this model and no other, as JSON values.
        takes_small: whether it takes images of half the height and width as well.

    Raises:
        InputError: its multiply-adds cannot be counted.
    """

    def __init__(
        self,
        make: Callable[[Form], keras.Model],
        described: Mapping[str, Any],
        takes_small: bool = False,
    ):
        self._make, self._described = make, dict(described)
        self.takes_small = takes_small
        model = make(Form())
        self.image_shape = tuple(model.input_shape[1:])
        self.classes = model.output_shape[-1]
        macs = graph_costs.macs(
            lambda images: model(images, training=False), tf.TensorSpec((1, *self.image_shape))
        )
        if macs is None:
            raise InputError(
                "rivals: expected a network of convolutions and dense layers, whose multiply-adds "
                f"can be counted; received another, {described}"
            )
        self._costs = {"macs": macs, "params": graph_costs.params(model.weights)}

    def describe(self) -> dict[str, Any]:
        """See `Blueprint`."""
        return {"model": self._described}

    def costs(self, form: Form, meter: Meter | None = None) -> dict[str, float]:
        """See `Blueprint`; the same in every form."""
        del form, meter
        return dict(self._costs)

    def build(self, form: Form) -> keras.Model:
        """See `Blueprint`."""
        return self._make(form)

    def alone(self, model: keras.Model, form: Form) -> keras.Model:
        """See `Blueprint`."""
        fresh = self._make(form.for_inference())
        for variable, trained in zip(fresh.variables, model.variables, strict=True):
            variable.assign(trained.numpy())
        return fresh

    def write(self, folder: pathlib.Path, strengths: Mapping[Gate, float] | None) -> None:
        """See `Blueprint`: nothing stands beside it."""


def read_rival(path: str) -> ModelBlueprint:
    """A user's classifier of images with values in 0..255, to be trained with fresh weights.

    What a layer has adapted to data (`adapt`), as a normalisation, is kept.

    Args:
        path: of a `.keras` file.

    Raises:
        InputError: there is no such file, or no such classifier in it.
    """
    # other processes read it as well
    file = local_path(path, "rivals").absolute()
    gives_probabilities = open_network(file).gives_probabilities
    config = keras.models.load_model(file, compile=False).get_config()

    digest = hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode()).hexdigest()
    # a function of its own, which can be sent to other processes
    make = functools.partial(_with_fresh_weights, file, config, gives_probabilities)
    return ModelBlueprint(make, {"file": file.name, "digest": digest[:12]})


def _with_fresh_weights(
    file: pathlib.Path, config: dict[str, Any], gives_probabilities: bool, form: Form
) -> keras.Model:
    """A user's model of uint8 images, with its logits and new weights."""
    del form
    model = keras.models.load_model(file, compile=False)
    _refresh(model, type(model).from_config(config))
    images = keras.Input(model.input_shape[1:], name="images")
    outputs = keras.tree.flatten(model(keras.ops.cast(images, model.inputs[0].dtype)))[0]
    outputs = keras.ops.cast(outputs, "float32")
    if gives_probabilities:
        # the logits whose softmax they are, as far as float32 goes
        outputs = keras.ops.log(keras.ops.maximum(outputs, keras.config.epsilon()))
    return keras.Model(images, outputs, name="network")


def _refresh(model: keras.Model, fresh: keras.Model) -> None:
    """Gives a model the weights of a fresh one, but for what its layers have adapted to data."""
    for layer, other in zip(model.layers, fresh.layers, strict=True):
        if isinstance(layer, keras.Model):
            _refresh(layer, other)
        elif not hasattr(layer, "adapt"):
            layer.set_weights(other.get_weights())
