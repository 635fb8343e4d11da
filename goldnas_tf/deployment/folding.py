"""A network for inference: gates and batch norms are folded into the convolutions."""

import keras
import tensorflow as tf

from goldnas_tf.networks.folded import FoldedNetwork

_FREE_OF_OPERATIONS = {"Const", "Placeholder", "Identity", "NoOp", "ReadVariableOp"}


def folded(model: keras.Model) -> keras.Model:
    """The same function in inference, with as few operators as it takes, in float32.

    Folding is exact but for rounding.

    Args:
        model: as `network.build` makes it, with any weights. An auxiliary head is left out.

    Returns:
        A model without weights: all its numbers are constants.
    """
    return as_model(FoldedNetwork.of(model), model.name)


def as_model(network: FoldedNetwork, name: str) -> keras.Model:
    """A folded network as a Keras model of a name."""
    images = keras.Input(network.graph.image.size, dtype="float32", name="images")
    # the layer computes in what it is told, whatever Keras is set to
    logits = keras.layers.Lambda(network, name="logits", dtype="float32")(images)
    model = keras.Model(images, logits, name=name)
    model.dtype_policy = "float32"
    return model


def operations(function: tf.types.experimental.ConcreteFunction) -> int:
    """How many operators a traced function runs, those that only hold or pass values left out."""
    found = function.graph.get_operations()
    return sum(operation.type not in _FREE_OF_OPERATIONS for operation in found)
