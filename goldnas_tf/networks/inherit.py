"""The weights of a searched network for its form without gates, which is trained further.

σ(α) becomes the scale of a batch norm of the operator's own, times the gates of its channels: the
network computes the same.
"""

import keras
import numpy as np

from goldnas_tf.networks import network
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.layout import plain_norms
from goldnas_tf.networks.width import ChannelGates


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
    gates = next((one for one in searched.layers if isinstance(one, ChannelGates)), None)
    if gates:
        for name, variable in targets.items():
            if name.startswith("stem_") and name.endswith(("/scale", "/shift")):
                variable.assign(variable * gates.width.factors(variable.shape[0]))
    for cell in plain.layers:
        if isinstance(cell, Cell):
            other = searched.get_layer(cell.name)
            if other.gated:
                for name, array in _norms(cell, other).items():
                    targets[f"{cell.name}/{name}"].assign(array)


def _norms(plain: Cell, gated: Cell) -> dict[str, np.ndarray]:
    """Scale and statistics of every batch norm of a plain cell; its shifts stay 0."""
    strengths = gated.gate_values().numpy()
    found = plain_norms(gated.layout, plain.layout)
    values: dict[str, np.ndarray] = {}
    for table, other in zip(plain.norms, gated.norms, strict=True):
        rows = {name: row for row, name in enumerate(other.names)}
        taken = [rows[found[name][0]] for name in table.names]
        gates = [found[name][1] for name in table.names]
        scales = np.array([1.0 if gate is None else strengths[gate] for gate in gates], np.float32)
        # those of channels; the gates of operators come besides
        widths, _ = other.affine(gated.width)
        values |= dict(
            zip(
                table.statistic_names,
                (array.numpy()[taken] for array in other.statistics),
                strict=True,
            )
        )
        values[table.scale_name] = scales[:, np.newaxis] * widths.numpy()[taken]
    return values
