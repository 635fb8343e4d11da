"""Keras files (`.keras`) as networks that can be measured."""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.errors import InputError, first_line
from goldnas_tf.evaluation import graph_costs
from goldnas_tf.evaluation.loaded import Runner
from goldnas_tf.runtime import threads


def read(path: pathlib.Path) -> Runner:
    """Loads the model; it takes images with values in 0..255, as networks of a search do.

    Raises:
        InputError: the file cannot be loaded, or is no model from images to one output.
    """
    try:
        model = keras.models.load_model(path, compile=False)
    except Exception as error:  # files of other versions or with foreign layers fail in many ways
        raise InputError(f"{path}: cannot be loaded: {first_line(error)}") from error
    # a model that was never built has neither
    inputs, outputs = (getattr(model, name, None) or [] for name in ("inputs", "outputs"))
    if len(inputs) != 1 or len(outputs) != 1:
        raise InputError(
            f"{path}: expected a model with one input and one output; "
            f"received {len(inputs)} and {len(outputs)}"
        )
    image_shape = tuple(inputs[0].shape[1:])

    def answer(images: tf.Tensor) -> tf.Tensor:
        return keras.tree.flatten(model(tf.cast(images, inputs[0].dtype), training=False))[0]

    answer_any_batch = tf.function(
        answer, input_signature=[tf.TensorSpec((None, *image_shape), tf.uint8)], autograph=False
    )
    return Runner(
        outputs=lambda images: np.asarray(answer_any_batch(images), np.float32),
        image_shape=image_shape,
        macs=graph_costs.macs(answer, tf.TensorSpec((1, *image_shape), tf.uint8)),
        params=graph_costs.params(model.weights),
        device=threads.device(),
    )
