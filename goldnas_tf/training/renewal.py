"""Batch-norm statistics taken anew: those that a network has now, not a trace of its past.

Moving statistics lag behind weights that move, and an average of weights never had any of its own.
"""

from collections.abc import Iterable, Iterator

import keras
import tensorflow as tf

from goldnas_tf.networks import network
from goldnas_tf.networks.norm import MOMENTUM
from goldnas_tf.training.learner import Learner
from goldnas_tf.training.steps import Batch


def renew(learner: Learner, batches: Iterable[Batch]) -> None:
    """Sets the statistics of all batch norms to their means over batches; no weight changes.

    Args:
        learner: its network's moving means and variances change.
        batches: of training images and labels; none leaves all as it is.
    """
    momenta = dict(_momenta(learner.model))
    variables = network.variables(learner.model)
    moving = [variable for name, variable in variables.items() if "/moving_" in name]
    totals = [tf.zeros(variable.shape) for variable in moving]
    count = 0
    for images, _ in batches:
        before = [tf.identity(tf.convert_to_tensor(variable)) for variable in moving]
        learner.observe(images)
        for index, (variable, old) in enumerate(zip(moving, before, strict=True)):
            # a moving statistic goes 1 − momentum of the way to that of the batch
            momentum = momenta.get(id(variable), MOMENTUM)
            moved = tf.convert_to_tensor(variable) - momentum * old
            totals[index] += moved / (1 - momentum)
        count += 1
    if count:
        for variable, total in zip(moving, totals, strict=True):
            variable.assign(total / count)


def _momenta(model: keras.Model) -> Iterator[tuple[int, float]]:
    """The momentum of each statistic of batch norms of Keras, by the identity of its variable."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            yield from ((id(variable), layer.momentum) for variable in layer.variables)
        elif isinstance(layer, keras.Model):
            yield from _momenta(layer)
