"""SGD as a learner uses it, on gradients that are summed over the replicas already."""

import keras
import tensorflow as tf


class ReducedSGD(keras.optimizers.SGD):
    """SGD for gradients that were summed over the replicas before they were clipped.

    Keras would sum them again. It would do so over a single replica too, by a function whose graph
    TensorFlow never frees; a search traces many graphs.

    Args:
        learning_rate: at the start.
        momentum: of the gradients, in [0, 1).

    Attributes:
        rate: the learning rate now, a variable.
    """

    def __init__(self, learning_rate: float, momentum: float):
        # in float32, whatever Keras's own would be
        rate = keras.Variable(
            learning_rate,
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
            name="learning_rate",
        )
        super().__init__(lambda: rate, momentum)
        self.rate = rate

    def halt(self) -> None:
        """Takes all momentum away."""
        for momentum in self.momentums:
            momentum.assign(tf.zeros_like(momentum))

    def _all_reduce_sum_gradients(
        self, grads_and_vars: list[tuple[tf.Tensor, tf.Variable]]
    ) -> list[tuple[tf.Tensor, tf.Variable]]:
        return grads_and_vars
