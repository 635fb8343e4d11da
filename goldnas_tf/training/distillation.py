"""A network that has been trained teaches a smaller one: soft labels from its logits.

Reference: Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network" (arXiv 1503.02531).
"""

import keras
import tensorflow as tf


class Teacher:
    """Gives the loss of answers that differ from its own, on the same augmented images.

    Formula: T² · CE(softmax(t / T), softmax(s / T)), with the teacher's logits t and those s of the
    network that is taught; T² keeps its gradient as large as that of the labels at every T.

    Args:
        model: from images with values in 0..255 to logits; it is not changed.
        weight: share of this loss in the whole, in [0, 1]; the labels' is the rest.
        temperature: T, above 0; a higher one shows more of what the teacher holds for possible.
    """

    def __init__(self, model: keras.Model, weight: float, temperature: float):
        self.weight = weight
        self._model = model
        self._temperature = temperature

    def losses(self, images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """The loss of every example, (batch,).

        Args:
            images: (batch, height, width, channels).
            logits: of the network that is taught, (batch, classes).
        """
        outputs = self._model(images, training=False)
        told = outputs[0] if isinstance(outputs, list) else outputs
        soft = tf.stop_gradient(tf.nn.softmax(told / self._temperature))
        entropies = tf.nn.softmax_cross_entropy_with_logits(soft, logits / self._temperature)
        return self._temperature**2 * entropies
