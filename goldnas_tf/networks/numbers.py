"""The numbers of a built network in inference, with its values now."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.geometry import FeatureMap
from goldnas_tf.architecture.places import CellPlace
from goldnas_tf.architecture.primitives import Norm, Primitive
from goldnas_tf.inference.numbers import (
    Affine,
    CellNumbers,
    Input,
    Link,
    NetworkNumbers,
    StemNumbers,
    links,
)
from goldnas_tf.networks.cell import Cell
from goldnas_tf.networks.layout import Layout, input_norm, plain_norms
from goldnas_tf.networks.network import STEM_GATES, cell_index
from goldnas_tf.networks.norm import EPSILON, BatchNorm

_NONE = np.zeros(0)


def of_model(model: keras.Model) -> NetworkNumbers:
    """The numbers of a network.

    Args:
        model: as `network.build` makes it. An auxiliary head is left out.
    """
    layers = {layer.name: layer for layer in model.layers}
    dense = layers["classifier"]
    cells = [layer for layer in model.layers if isinstance(layer, Cell)]
    return NetworkNumbers(
        FeatureMap(*model.input_shape[1:]),
        _constant(layers["normalise"].mean).reshape(-1),
        tuple(_stem(layers)),
        {cell_index(cell): _of_cell(cell) for cell in cells},
        _constant(dense.kernel),
        _constant(dense.bias),
    )


def _stem(layers: Mapping[str, keras.Layer]) -> list[StemNumbers]:
    """Those of every convolution of the stem.

    The pixels' standard deviation is in the first kernel. Their mean is not: the convolution pads
    with the zeros of pixels that have the mean taken off.
    """
    deviation = np.sqrt(_constant(layers["normalise"].variance)).reshape(-1, 1)
    found: list[StemNumbers] = []
    gates = layers.get(STEM_GATES)
    for name, layer in layers.items():
        if not (name.startswith("stem_") and isinstance(layer, keras.layers.Conv2D)):
            continue
        factor, bias = _of_norm(layers[name.removesuffix("_conv") + "_norm"])
        if gates is not None:
            strengths = _constant(gates.width.factors(layer.filters))
            factor, bias = factor * strengths, bias * strengths
        kernel = _constant(layer.kernel) * factor
        if not found:
            kernel /= deviation
        found.append(StemNumbers(kernel, bias, layer.strides[0]))
    return found


def _of_norm(norm: BatchNorm) -> Affine:
    values = {variable.name: _constant(variable) for variable in norm.variables}
    statistics = values["moving_mean"], values["moving_variance"]
    return _affine(values["scale"], values["shift"], *statistics)


def _of_cell(cell: Cell) -> CellNumbers:
    """Those of a built cell, gated or plain."""
    # of the cell without gates: the one with gates may share a norm where this has several
    layout = Layout(cell.operators, cell.channels, cell.reduction, gated=False)
    values = {variable.name: _constant(variable) for variable in cell.variables}
    norms = _norms(cell, layout)
    kernels = {
        (bank, key): row
        for bank, keys in cell.layout.kernels.items()
        for key, row in zip(keys, values[bank], strict=True)
    }

    def chain(place: CellPlace) -> tuple[Link, ...]:
        steps = layout.steps[place]

        def kernel(number: int, primitive: Primitive) -> np.ndarray:
            return kernels.get((primitive.bank, steps[number].key), _NONE)

        def norm(number: int, primitive: Norm) -> Affine:
            return norms[steps[number].norm_of(primitive.name)]

        return tuple(links(place.op, steps[0].stride, kernel, norm))

    return CellNumbers(
        cell.channels,
        cell.nodes,
        {
            source: Input(
                values[f"input_{source}"], norms[input_norm(source)], source in cell.halved
            )
            for source in layout.reads
        },
        {place: chain(place) for place in cell.operators},
    )


def _norms(cell: Cell, layout: Layout) -> dict[str, Affine]:
    """Every batch norm of a cell, with the gates.

    Args:
        cell: a built one, gated or plain.
        layout: of the cell without gates, whose names norms have here.
    """
    of_cell: dict[str, Affine] = {}
    for table in cell.norms:
        scale, shift = map(_constant, table.affine(cell.width))
        rows = _affine(scale, shift, *map(_constant, table.statistics))
        of_cell |= {
            name: Affine(*row)
            for name, row in zip(table.names, zip(*rows, strict=True), strict=True)
        }
    strengths = _constant(cell.gate_values()) if cell.gated else np.ones(len(cell.operators))
    found = {}
    for name, (other, gate) in plain_norms(cell.layout, layout).items():
        strength = 1.0 if gate is None else strengths[gate]
        factor, bias = of_cell[other]
        found[name] = Affine(factor * strength, bias * strength)
    return found


def _affine(scale: np.ndarray, shift: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> Affine:
    """Factor and bias of batch norms in inference."""
    factor = scale / np.sqrt(variance + EPSILON)
    return Affine(factor, shift - mean * factor)


def _constant(value: keras.Variable | tf.Tensor) -> np.ndarray:
    """The numbers of now, in double precision."""
    return np.asarray(keras.ops.convert_to_numpy(value), np.float64)
