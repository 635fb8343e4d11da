"""The part of a network's weights that a smaller one needs.

State is arrays by name. A variable of a cell has named rows, one for each use; the smaller cell
takes its rows out of the larger one's, and of its channels those of the groups that it has. So do
all that read the cell. Everything else is carried whole.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, STEM
from goldnas_tf.architecture.space import Space
from goldnas_tf.networks import network
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.norm import BatchNorm
from goldnas_tf.networks.width import ChannelGates, positions


def alone(model: keras.Model, genotype: Genotype, form: network.Form) -> keras.Model:
    """A model of a genotype alone, as networks are exported: no auxiliary head, devices or masks.

    Args:
        model: gives the weights; it may have more operators.
        genotype: what is built.
        form: as the model was built.
    """
    smaller = network.build(genotype, form.for_inference())
    state = {name: variable.numpy() for name, variable in network.variables(model).items()}
    carried = carry(state, model, smaller, genotype.space)
    for name, variable in network.variables(smaller).items():
        variable.assign(carried[name])
    return smaller


def carry(
    state: Mapping[str, np.ndarray], larger: keras.Model, smaller: keras.Model, space: Space
) -> dict[str, np.ndarray]:
    """The part of a state that a smaller network needs.

    Args:
        state: arrays of the larger network by "layer/variable", with an optional "@slot" behind.
        larger: the network that the state is of.
        smaller: the network that it is for, built from a part of the larger one's operators and
            channels.
        space: of both.

    Returns:
        Arrays of the smaller network by the same names.
    """
    carried = {}
    layers = {layer.name: layer for layer in smaller.layers}
    before, after = _groups(larger), _groups(smaller)
    for name, array in state.items():
        layer_name, _, rest = name.partition("/")
        if layer_name not in layers:
            continue
        layer, variable = layers[layer_name], rest.partition("@")[0]
        rows = _rows(larger.get_layer(layer_name), layer, variable)
        array = array if rows is None else array[rows]
        for axis, owner in _channel_axes(layer, variable, space).items():
            # what the smaller network does not read has no groups there, and is not asked for
            if before.get(owner) != after.get(owner, before.get(owner)):
                kept = _positions(array.shape[axis], owner, before[owner], after[owner], space)
                array = array.take(kept, axis)
        carried[name] = array
    return carried


def _rows(
    larger: keras.layers.Layer, smaller: keras.layers.Layer, variable: str
) -> list[int] | None:
    """Rows of the larger layer's variable that the smaller one has, None for all of them."""
    if not isinstance(larger, Cell | ChannelGates) or variable not in larger.rows:
        return None
    place = {name: row for row, name in enumerate(larger.rows[variable])}
    return [place[name] for name in smaller.rows.get(variable, ())]


def _groups(model: keras.Model) -> dict[int, tuple[int, ...]]:
    """The groups of channels of the stem and of every cell, where these have gates."""
    found = {}
    for layer in model.layers:
        if isinstance(layer, Cell) and layer.width:
            found[network.cell_index(layer)] = layer.groups
        elif isinstance(layer, ChannelGates):
            found[STEM] = layer.groups
    return found


def _channel_axes(layer: keras.layers.Layer, variable: str, space: Space) -> dict[int, int]:
    """Which axes of a variable are channels, and whose: those of the stem or of a cell."""
    if isinstance(layer, Cell):
        index = network.cell_index(layer)
        axes = layer.channel_axes.get(variable, {})
        return {
            axis: index if source is None else max(index - CELL_INPUTS + source, STEM)
            for axis, source in axes.items()
        }
    of_kernel = variable == "kernel"
    if layer.name.startswith("stem_"):
        if isinstance(layer, BatchNorm):
            return {0: STEM}
        reads_pixels = layer.name == "stem_0_conv"
        return {3: STEM} | ({} if reads_pixels else {2: STEM}) if of_kernel else {}
    if layer.name == "classifier" and of_kernel:
        return {0: space.cells - 1}
    if layer.name == "auxiliary_0_conv" and of_kernel:
        return {2: space.auxiliary_cell}
    return {}


def _positions(
    size: int, owner: int, before: Sequence[int], after: Sequence[int], space: Space
) -> list[int]:
    """Where the channels that are kept stand on an axis, which may have them several times."""
    if owner == STEM:
        return positions(size, before, after, halves=False)
    width = space.widths[owner] * len(before) // space.groups_in(owner)
    once = positions(width, before, after, halves=True)
    return [start + position for start in range(0, size, width) for position in once]
