"""The batch norms of a cell, in a few variables: a row for each of those with as many channels."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from goldnas_tf.networks.norm import NormBank, add_table
from goldnas_tf.networks.width import WidthGates


class NormTable:
    """The batch norms of a cell that have the same multiple of its channels.

    Args:
        names: of the batch norms, in the order of the rows.
        times: how many times the cell's channels they have.
        affine: whether they have scales and shifts of their own.

    Attributes:
        names: as given.
        statistics: the variables of moving means and variances, (norms, channels) each.
    """

    def __init__(self, names: Sequence[str], times: int, affine: bool):
        self.names = list(names)
        self._times, self._affine = times, affine
        prefix = f"x{times}_" if times > 1 else ""
        self.statistic_names = f"moving_{prefix}mean", f"moving_{prefix}variance"
        self.scale_name, self.shift_name = f"{prefix}scale", f"{prefix}shift"

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables."""
        affine = (self.scale_name, self.shift_name) if self._affine else ()
        return (*self.statistic_names, *affine)

    def build(self, layer: keras.layers.Layer, channels: int) -> list[keras.Variable]:
        """Creates the variables, and gives them.

        Args:
            layer: that has them.
            channels: of the cell.
        """
        self._shape = len(self.names), self._times * channels
        mean, variance = self.statistic_names
        self.statistics = (
            add_table(layer, mean, self._shape, "zeros", trainable=False),
            add_table(layer, variance, self._shape, "ones", trainable=False),
        )
        if not self._affine:
            return [*self.statistics]
        self._scale = add_table(layer, self.scale_name, self._shape, "ones")
        self._shift = add_table(layer, self.shift_name, self._shape, "zeros")
        return [*self.statistics, self._scale, self._shift]

    def affine(self, width: WidthGates) -> tuple[tf.Tensor, tf.Tensor]:
        """Scales and shifts without the gates of operators, (norms, channels) each.

        Args:
            width: gates of the cell's channels, which are factors of the scales.
        """
        if self._affine:
            return tf.convert_to_tensor(self._scale), tf.convert_to_tensor(self._shift)
        scales = tf.ones(self._shape)
        if width:
            channels = self._shape[1] // self._times
            factors = tf.broadcast_to(width.factors(channels), [self._times, channels])
            scales *= tf.reshape(factors, [-1])
        return scales, tf.zeros(self._shape)

    def bank(self, gates: tf.Tensor | None, width: WidthGates, training: bool) -> NormBank:
        """The batch norms for one call.

        Args:
            gates: factors of the scales, (norms,), or None.
            width: gates of the cell's channels.
            training: whether to normalise with the batch's statistics. A Python bool.
        """
        scales, shifts = self.affine(width)
        if gates is not None:
            scales *= gates[:, tf.newaxis]
        return NormBank(self.names, scales, shifts, *self.statistics, training)
