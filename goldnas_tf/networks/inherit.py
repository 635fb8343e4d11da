"""The weights of a searched network for its form without gates, which is trained further.

σ(α) becomes the scale of a batch norm of the operator's own: the network computes the same.
"""

import keras
import numpy as np

from goldnas_tf.networks import network
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.layout import plain_norms


def inherit(plain: keras.Model, searched: keras.Model) -> None:
    """Gives a plain network the weights that a search left.

    What the searched network does not have, as an auxiliary head, keeps its values.

    Args:
        plain: built without gates; its weights change.
        searched: of the same genotype, with or without gates.
    """
    left = network.variables(searched)
    targets = network.variables(plain)
    for name, variable in targets.items():
        if name in left and variable.shape == left[name].shape:
            variable.assign(left[name])
    for cell in plain.layers:
        if isinstance(cell, Cell):
            other = searched.get_layer(cell.name)
            if other.gated:
                for name, array in _norms(cell, other).items():
                    targets[f"{cell.name}/{name}"].assign(array)


def _norms(plain: Cell, gated: Cell) -> dict[str, np.ndarray]:
    """Scale and statistics of every batch norm of a plain cell; its shifts stay 0."""
    strengths = gated.gate_values().numpy()
    values = {variable.name: variable.numpy() for variable in gated.variables}
    rows = {name: row for row, name in enumerate(gated.layout.norms)}
    found = plain_norms(gated.layout, plain.layout)
    taken = [rows[found[name][0]] for name in plain.layout.norms]
    gates = [found[name][1] for name in plain.layout.norms]
    scales = np.array([1.0 if gate is None else strengths[gate] for gate in gates], np.float32)
    return {
        "moving_mean": values["moving_mean"][taken],
        "moving_variance": values["moving_variance"][taken],
        "scale": np.repeat(scales[:, np.newaxis], plain.channels, 1),
    }
