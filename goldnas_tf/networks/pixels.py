"""The pixels' mean and standard deviation are taken off, whatever Keras is set to."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

_SMALLEST = 1e-7


@keras.saving.register_keras_serializable("goldnas_tf")
class PixelNormalization(keras.layers.Normalization):
    """y = (x − mean) / max(√variance, 10⁻⁷) for each channel, as Keras does by default.

    Keras takes its global epsilon for the constant.
    """

    @classmethod
    def of(
        cls, channels: int, mean: Sequence[float] | None, std: Sequence[float] | None
    ) -> "PixelNormalization":
        """The layer at the beginning of a network.

        Args:
            channels: of the images.
            mean: in each channel, in 0..255; None: 127.5.
            std: likewise the standard deviation, above 0; None: 127.5.
        """
        variance = [value**2 for value in std or (127.5,) * channels]
        means = list(mean or (127.5,) * channels)
        return cls(mean=means, variance=variance, dtype="float32", name="normalise")

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as JSON values."""
        return {**super().get_config(), "axis": list(self.axis)}

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Normalises (batch, height, width, channels) with mean and variance of the constructor."""
        return (inputs - self.mean) / tf.maximum(tf.sqrt(self.variance), _SMALLEST)
