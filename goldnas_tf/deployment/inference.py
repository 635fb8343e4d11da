"""The folded network that is exported: that it answers alike, and how much faster it is."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.deployment import speed, verification
from goldnas_tf.deployment.folding import as_model, operations
from goldnas_tf.deployment.source import Source
from goldnas_tf.networks.folded import FoldedNetwork

BATCHES = (1, 32)
"""How many images at once latencies are measured with."""


@dataclasses.dataclass(frozen=True, eq=False)
class Inference:
    """What is exported of a network.

    Attributes:
        network: the folded network, from images with values in 0..255 to logits.
        model: the same as a model.
        probabilities: its answers to the images of the source.
        operators_before: operators that the network ran.
        operators_after: operators that the folded one runs.
        speed: a comparison for each of `BATCHES`.
    """

    network: FoldedNetwork
    model: keras.Model
    probabilities: np.ndarray
    operators_before: int
    operators_after: int
    speed: tuple[speed.Comparison, ...]

    def to_json(self) -> dict:
        """What folding has changed, as JSON values; times in milliseconds."""
        return {
            "operators_before": self.operators_before,
            "operators_after": self.operators_after,
            "latencies": [dataclasses.asdict(comparison) for comparison in self.speed],
        }


def fold(source: Source) -> Inference:
    """Folds a network, checks that its answers are the same, and times both in turns.

    Raises:
        ExportError: they are not.
    """
    network = FoldedNetwork.of(source.model)
    model = as_model(network, source.model.name)
    before, after = _function(source.model), _function(model)
    probabilities = after(source.images).numpy()
    # one of half precision is folded to full precision, and differs by what had been rounded
    if all(layer.compute_dtype == "float32" for layer in source.model.layers):
        verification.require_same("the folded network", probabilities, before(source.images))
    batches = [np.resize(source.images, (n, *source.images.shape[1:])) for n in BATCHES]
    return Inference(
        network=network,
        model=model,
        probabilities=probabilities,
        operators_before=operations(before.get_concrete_function()),
        operators_after=operations(after.get_concrete_function()),
        speed=tuple(
            speed.compare(lambda x: before(x).numpy(), lambda x: after(x).numpy(), images)
            for images in batches
        ),
    )


def _function(model: keras.Model) -> tf.types.experimental.PolymorphicFunction:
    """From uint8 images to probabilities, as a graph."""
    images = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
    return tf.function(
        lambda x: tf.nn.softmax(model(tf.cast(x, tf.float32), training=False)),
        input_signature=[images],
        autograph=False,
    )
