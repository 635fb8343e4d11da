"""Gates of groups of channels: those of a cell, and the layer that has those of the stem."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.networks.norm import MapShape, add_table


def positions(width: int, groups: Sequence[int], kept: Iterable[int], halves: bool) -> list[int]:
    """Where the channels of some groups stand among those of more.

    Args:
        width: channels of all the groups together.
        groups: their numbers, in order.
        kept: numbers of some of them.
        halves: whether the first half of the channels has the first halves of all groups, one after
            the other, and the second half the second ones; else they come one after the other.
    """
    blocks = 2 if halves else 1
    table = np.arange(width).reshape(blocks, len(groups), -1)
    kept = {*kept}
    return table[:, [group in kept for group in groups]].reshape(-1).tolist()


class WidthGates:
    """The gates γ of groups of channels, in a layer that has them.

    Args:
        groups: numbers of the groups; none where channels have no gates.
        halves: how channels stand, as for `positions`.

    Attributes:
        groups: as given.
        gates: variable, (groups,): γ is its sigmoid.
        live: variable, (groups,): 0 for a group that is pruned and not yet rebuilt away.
    """

    def __init__(self, groups: Sequence[int], halves: bool):
        self.groups = tuple(groups)
        self.halves = halves

    def __bool__(self) -> bool:
        return bool(self.groups)

    def build(self, layer: keras.layers.Layer) -> list[keras.Variable]:
        """Creates the variables in a layer, where there are any, and gives them."""
        if not self.groups:
            return []
        count = (len(self.groups),)
        self.gates = add_table(layer, "width_gates", count, "zeros")
        self.live = add_table(layer, "width_live", count, "ones", trainable=False)
        return [self.gates, self.live]

    @property
    def rows(self) -> dict[str, list[str]]:
        """Names of the rows of the variables, by the variables' names."""
        names = [str(group) for group in self.groups]
        return {"width_gates": names, "width_live": names} if names else {}

    def strengths(self) -> tf.Tensor:
        """γ of every group, 0 where it is pruned and not yet rebuilt away; (groups,)."""
        return tf.sigmoid(tf.convert_to_tensor(self.gates)) * self.live

    def factors(self, channels: int) -> tf.Tensor:
        """γ of every channel, of so many in all; (channels,)."""
        blocks, groups = 2 if self.halves else 1, len(self.groups)
        shape = blocks, groups, channels // (blocks * groups)
        # not by tf.tile, in whose gradient TensorFlow complains to the terminal
        return tf.reshape(tf.broadcast_to(self.strengths()[:, tf.newaxis], shape), [-1])


@keras.saving.register_keras_serializable("goldnas_tf")
class ChannelGates(keras.layers.Layer):
    """Multiplies maps with the gates of their groups of channels, which come one after the other.

    Args:
        groups: numbers of the groups, at least one.

    Input and output: (batch, height, width, channels), channels a multiple of the groups. The
    layer can be called on maps of several widths.
    """

    def __init__(self, groups: Iterable[int], **kwargs: Any):
        super().__init__(**kwargs)
        self.groups = tuple(groups)
        self.width = WidthGates(self.groups, halves=False)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as JSON values."""
        return {**super().get_config(), "groups": list(self.groups)}

    def build(self, input_shape: MapShape) -> None:
        """Creates the gates, (groups,)."""
        del input_shape
        # TensorFlow saves what it finds in attributes of a layer
        self._to_save = self.width.build(self)

    @property
    def rows(self) -> dict[str, list[str]]:
        """Names of the rows of each weight, by the weight's name."""
        return self.width.rows

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Multiplies every channel with its gate."""
        return inputs * tf.cast(self.width.factors(inputs.shape[-1]), inputs.dtype)

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        """The shape of the input."""
        return input_shape
