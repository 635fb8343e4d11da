"""Drop-path: in training, operators are left out at random, for each image on its own."""

import zlib

import keras
import tensorflow as tf

from goldnas_tf.networks.norm import add_counter, add_table


class DropPath:
    """What drops the operators of a cell, with its rate and its place in the random numbers.

    Both are weights of the cell: the rate rises during a training, and a resumed training goes on
    with the same random numbers.

    Args:
        layer: the cell, in its `build`.
        operators: how many there are.

    Reference: FractalNet (arXiv 1605.07648); GOLD-NAS (arXiv 2007.03331), section 4.1.
    """

    def __init__(self, layer: keras.layers.Layer, operators: int):
        self._operators = operators
        # each cell draws numbers of its own, the same ones in every run
        self._stream = zlib.crc32(layer.name.encode()) & 0x7FFFFFFF
        self.rate = add_table(layer, "drop_rate", (), "zeros", trainable=False)
        self._draws = add_counter(layer, "drop_draws")

    def factors(self, batch: tf.Tensor) -> list[tf.Tensor]:
        """What to multiply each operator's output with: 0, or 1 / (1 − rate), which keeps the mean.

        Args:
            batch: images on this replica.

        Returns:
            For each operator (batch, 1, 1, 1), float32.
        """
        context = tf.distribute.get_replica_context()
        replica = context.replica_id_in_sync_group if context else 0
        draws = tf.convert_to_tensor(self._draws)
        seed = tf.random.fold_in(tf.stack([draws, self._stream]), replica)
        self._draws.assign(draws + 1)
        kept = 1 - tf.convert_to_tensor(self.rate)
        uniform = tf.random.stateless_uniform((self._operators, batch, 1, 1, 1), seed)
        return tf.unstack(tf.floor(uniform + kept) / kept)
