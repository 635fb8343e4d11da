"""The part of a network's weights that a smaller one needs.

State is arrays by name. A variable of a cell has named rows, one for each use; the smaller cell
takes its rows out of the larger one's. Everything else is carried whole.
"""

from collections.abc import Mapping

import keras
import numpy as np

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.networks import network
from goldnas_tf.networks.cell import Cell


def alone(model: keras.Model, genotype: Genotype, form: network.Form) -> keras.Model:
    """A model of a genotype alone, as networks are exported: no auxiliary head, devices or masks.

    Args:
        model: gives the weights; it may have more operators.
        genotype: what is built.
        form: as the model was built.
    """
    smaller = network.build(genotype, form.for_inference())
    state = {name: variable.numpy() for name, variable in network.variables(model).items()}
    carried = carry(state, model, smaller)
    for name, variable in network.variables(smaller).items():
        variable.assign(carried[name])
    return smaller


def carry(
    state: Mapping[str, np.ndarray], larger: keras.Model, smaller: keras.Model
) -> dict[str, np.ndarray]:
    """The part of a state that a smaller network needs.

    Args:
        state: arrays of the larger network by "layer/variable", with an optional "@slot" behind.
        larger: the network that the state is of.
        smaller: the network that it is for, built from a part of the larger one's operators.

    Returns:
        Arrays of the smaller network by the same names.
    """
    carried = {}
    layers = {layer.name: layer for layer in smaller.layers}
    for name, array in state.items():
        layer_name, _, rest = name.partition("/")
        if layer_name not in layers:
            continue
        rows = _rows(larger.get_layer(layer_name), layers[layer_name], rest.partition("@")[0])
        carried[name] = array if rows is None else array[rows]
    return carried


def _rows(
    larger: keras.layers.Layer, smaller: keras.layers.Layer, variable: str
) -> list[int] | None:
    """Rows of the larger cell's variable that the smaller one has, None for all of them."""
    if not isinstance(larger, Cell) or variable not in larger.rows:
        return None
    place = {name: row for row, name in enumerate(larger.rows[variable])}
    return [place[name] for name in smaller.rows.get(variable, ())]
