"""Batch norm as a function, as a layer, and as the bank of all the batch norms of a cell."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

EPSILON = 1e-5
MOMENTUM = 0.9

MapShape = tuple[int | None, int | None, int | None, int]
"""Shape of what a layer reads or gives, (batch, height, width, channels); None: not fixed."""


def batch_norm(
    x: tf.Tensor,
    scale: tf.Tensor,
    shift: tf.Tensor,
    moving_mean: tf.Tensor,
    moving_variance: tf.Tensor,
    training: bool,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Normalises every channel: y = (x − mean) / √(variance + ε) · scale + shift.

    In training, mean and variance are those of the global batch: with several replicas they are
    averaged over all of them (synchronised batch norm).

    Args:
        x: (batch, height, width, channels).
        scale: (channels,), float32; the gate of an operator stands here.
        shift: (channels,), float32.
        moving_mean: (channels,), float32; read when not training.
        moving_variance: (channels,), float32; read when not training.
        training: whether to use the statistics of the batch. A Python bool.

    Returns:
        y of the shape of x, then the mean and the variance (unbiased) that were used.
    """
    if training and _replicas() > 1:
        return _synchronised(x, scale, shift)
    if training:
        moving_mean = moving_variance = tf.zeros([0])
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=scale,
        offset=shift,
        mean=moving_mean,
        variance=moving_variance,
        epsilon=EPSILON,
        is_training=training,
    )
    return y, mean, variance


def _replicas() -> int:
    context = tf.distribute.get_replica_context()
    return context.num_replicas_in_sync if context else 1


@tf.custom_gradient
def _summed(local: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """The sum over all replicas; its gradient is the sum of their gradients.

    The gradient of `all_reduce` itself would search the whole graph at every batch norm.
    """

    def reduce(value: tf.Tensor) -> tf.Tensor:
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.stop_gradient(value))

    return reduce(local), reduce


def _synchronised(
    x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    values = tf.cast(x, tf.float32)
    local = tf.stack([tf.reduce_mean(values, [0, 1, 2]), tf.reduce_mean(values**2, [0, 1, 2])])
    replicas = _replicas()
    mean, square = tf.unstack(_summed(local) / replicas)
    # rounding can take it below zero where a channel hardly varies
    variance = tf.maximum(square - mean**2, 0.0)
    factor = tf.math.rsqrt(variance + EPSILON) * scale
    y = values * factor + (shift - mean * factor)
    count = tf.cast(tf.size(x) // tf.shape(x)[-1] * replicas, tf.float32)
    return tf.cast(y, x.dtype), mean, variance * count / tf.maximum(count - 1, 1)


@keras.saving.register_keras_serializable("goldnas_tf")
class BatchNorm(keras.layers.Layer):
    """Batch norm with a scale and shift for each channel, for stems and heads.

    Unlike the one of Keras it runs as one fused operation, and synchronises its statistics only
    where there are several replicas.

    Input and output: (batch, height, width, channels).
    """

    def build(self, input_shape: MapShape) -> None:
        """Creates scale, shift and statistics, (channels,) each."""
        shape = (input_shape[-1],)
        self._scale = add_table(self, "scale", shape, "ones")
        self._shift = add_table(self, "shift", shape, "zeros")
        self._mean = add_table(self, "moving_mean", shape, "zeros", trainable=False)
        self._variance = add_table(self, "moving_variance", shape, "ones", trainable=False)

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Normalises; in training, also moves the statistics, unless the layer is frozen."""
        training = training and self.trainable
        y, mean, variance = batch_norm(
            inputs,
            tf.convert_to_tensor(self._scale),
            tf.convert_to_tensor(self._shift),
            tf.convert_to_tensor(self._mean),
            tf.convert_to_tensor(self._variance),
            training,
        )
        if training:
            move(self._mean, mean)
            move(self._variance, variance)
        return y

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        """The shape of the input."""
        return input_shape


def add_table(
    layer: keras.layers.Layer,
    name: str,
    shape: tuple[int, ...],
    initializer: str,
    trainable: bool = True,
) -> keras.Variable:
    """A float32 weight of gates, scales or statistics, whatever the layer computes in."""
    return layer.add_weight(
        shape=shape,
        initializer=initializer,
        dtype="float32",
        trainable=trainable,
        autocast=False,
        # the statistics are synchronised, so that any replica's are everyone's
        aggregation="none" if trainable else "only_first_replica",
        name=name,
    )


def add_counter(layer: keras.layers.Layer, name: str) -> keras.Variable:
    """A whole number that says how often random numbers were drawn, the same on all replicas."""
    return layer.add_weight(
        shape=(),
        dtype="int32",
        initializer="zeros",
        trainable=False,
        autocast=False,
        aggregation="only_first_replica",
        name=name,
    )


def move(variable: keras.Variable, statistic: tf.Tensor) -> None:
    """Moves a moving statistic by 1 − momentum towards that of the batch."""
    variable.assign(MOMENTUM * variable + (1 - MOMENTUM) * statistic)


class NormBank:
    """All batch norms of one call of a cell, by name; collects what moves their statistics.

    The statistics of n batch norms lie in two variables of shape (n, channels), so that a call
    costs two assignments instead of two for each norm.

    Args:
        names: of the batch norms, in the order of the rows.
        scales: (n, channels), float32.
        shifts: (n, channels), float32.
        moving_mean: variable (n, channels).
        moving_variance: variable (n, channels).
        training: whether to normalise with the batch's statistics. A Python bool.
    """

    def __init__(
        self,
        names: Sequence[str],
        scales: tf.Tensor,
        shifts: tf.Tensor,
        moving_mean: keras.Variable,
        moving_variance: keras.Variable,
        training: bool,
    ):
        self.names = list(names)
        self._row = {name: row for row, name in enumerate(names)}
        self._scales = tf.unstack(scales)
        self._shifts = tf.unstack(shifts)
        self._variables = moving_mean, moving_variance
        self._means = tf.unstack(tf.convert_to_tensor(moving_mean))
        self._variances = tf.unstack(tf.convert_to_tensor(moving_variance))
        self._training = training
        self._normed: dict[str, tf.Tensor] = {}

    def __call__(self, name: str, x: tf.Tensor) -> tf.Tensor:
        """Normalises x with the batch norm of that name; the same name gives the same result."""
        if name not in self._normed:
            row = self._row[name]
            self._normed[name], self._means[row], self._variances[row] = batch_norm(
                x,
                self._scales[row],
                self._shifts[row],
                self._means[row],
                self._variances[row],
                self._training,
            )
        return self._normed[name]

    def update(self) -> None:
        """Moves the statistics by 1 − momentum towards those of this call, when training."""
        if self._training:
            for variable, rows in zip(self._variables, (self._means, self._variances), strict=True):
                move(variable, tf.stack(rows))
