"""The numbers of a network in inference: what its graph is made from.

They come from a built network (`networks/numbers.py`). Where only the graph's sizes are asked for,
a genotype is enough: its numbers are zeros of the right shapes.
"""

import dataclasses
import typing
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.geometry import CellGeometry, FeatureMap
from goldnas_tf.architecture.places import CellPlace
from goldnas_tf.architecture.primitives import Norm, Primitive

_NONE = np.zeros(0)


class Affine(typing.NamedTuple):
    """A batch norm in inference: y = a·x + b in each channel.

    Attributes:
        factor: a, (channels,).
        bias: b, (channels,).
    """

    factor: np.ndarray
    bias: np.ndarray


class Link(typing.NamedTuple):
    """A primitive of an operator, with its numbers.

    Attributes:
        primitive: what is computed.
        kernel: its kernel; empty where it has none.
        norm: of a batch norm; empty of others.
    """

    primitive: Primitive
    kernel: np.ndarray = _NONE
    norm: Affine = Affine(_NONE, _NONE)


class Input(typing.NamedTuple):
    """How an input of a cell is brought to its channels.

    Attributes:
        matrix: (channels of the input, channels of the cell).
        norm: after it.
        halved: whether it comes at twice the resolution.
    """

    matrix: np.ndarray
    norm: Affine
    halved: bool


@dataclasses.dataclass(frozen=True)
class CellNumbers:
    """Those of a cell.

    Attributes:
        channels: of every node.
        nodes: how many there are.
        inputs: those that are read, by their source (0, 1).
        chains: of every operator the primitives, the first one first.
    """

    channels: int
    nodes: int
    inputs: Mapping[int, Input]
    chains: Mapping[CellPlace, tuple[Link, ...]]


class StemNumbers(typing.NamedTuple):
    """Those of a convolution of the stem.

    Attributes:
        kernel: (side, side, in, out), with the norm after it and the gates.
        bias: (out,).
        stride: 1 or 2.
    """

    kernel: np.ndarray
    bias: np.ndarray
    stride: int


@dataclasses.dataclass(frozen=True)
class NetworkNumbers:
    """Those of a network.

    Attributes:
        image: size of what it reads.
        mean: of the training images in each channel; their deviation is in the stem's first kernel.
        stem: its convolutions.
        cells: those that are there, by their place in the network.
        matrix: of the classifier, (channels of the last cell, classes).
        bias: of the classifier, (classes,).
    """

    image: FeatureMap
    mean: np.ndarray
    stem: tuple[StemNumbers, ...]
    cells: Mapping[int, CellNumbers]
    matrix: np.ndarray
    bias: np.ndarray


def links(
    name: str,
    stride: int,
    kernel: Callable[[int, Primitive], np.ndarray],
    norm: Callable[[int, Norm], Affine],
) -> Iterator[Link]:
    """The primitives of an operator, with their numbers.

    Args:
        name: of the operator.
        stride: 1 or 2.
        kernel: gives that of a primitive of one of its parts, by the number of the part.
        norm: likewise the numbers of a batch norm.
    """
    for number, (part, of_part) in enumerate(operators.get(name).strided(stride)):
        for primitive in part.primitives(of_part):
            if isinstance(primitive, Norm):
                yield Link(primitive, norm=norm(number, primitive))
            else:
                yield Link(primitive, kernel(number, primitive))


def of_sizes(genotype: Genotype) -> NetworkNumbers:
    """The numbers of a network without its values: all are zero, in the right shapes."""
    geometry = genotype.geometry
    stride = genotype.space.stem_stride
    return NetworkNumbers(
        geometry.image,
        _zeros(geometry.image.channels),
        tuple(
            StemNumbers(_zeros(*shape), _zeros(shape[-1]), stride)
            for shape, _ in costs.stem_kernels(geometry)
        ),
        {cell: _cell_of_sizes(genotype, geometry.cells[cell]) for cell in genotype.live_cells},
        _zeros(geometry.cells[-1].output.channels, geometry.classes),
        _zeros(geometry.classes),
    )


def _cell_of_sizes(genotype: Genotype, sizes: CellGeometry) -> CellNumbers:
    channels = sizes.node.channels

    def kernel(number: int, primitive: Primitive) -> np.ndarray:
        del number
        found = primitive.kernel(channels)
        return _zeros(*found.shape) if found else _NONE

    def norm(number: int, primitive: Norm) -> Affine:
        del number
        return _affine(primitive.times * channels)

    return CellNumbers(
        channels,
        genotype.space.nodes,
        {
            source: Input(
                _zeros(sizes.inputs[source].channels, sizes.state.channels),
                _affine(sizes.state.channels),
                sizes.inputs[source].height > sizes.state.height,
            )
            for source in genotype.reads(sizes.cell)
        },
        {
            place.in_cell: tuple(links(place.op, sizes.stride(place.source), kernel, norm))
            for place in genotype.cell(sizes.cell)
        },
    )


def _affine(channels: int) -> Affine:
    return Affine(_zeros(channels), _zeros(channels))


def _zeros(*shape: int) -> np.ndarray:
    # takes no memory
    return np.broadcast_to(np.zeros(()), shape)
