"""What a network takes of a microcontroller in int8, from its graph: flash and RAM.

Flash holds the LiteRT file as `deployment/litert.py` writes it, RAM the arena of TensorFlow Lite
Micro. What the maps take of the arena is exact; the rest, and the file, are sums over operators
whose parts were fitted to files of random networks, as docs/devices.md tells.
"""

import typing

from goldnas_tf.inference.arena import Step, arena, ordered
from goldnas_tf.inference.graph import Applied, Centring, Convolution, Dense, Graph, Mean
from goldnas_tf.inference.quantisation import without_rectifications

_ALIGNMENT = 16


class _Bytes(typing.NamedTuple):
    """What is fitted: of the network, of each operator, of one with weights, of its channels."""

    network: float
    operator: float
    weighted: float
    channel: float


_FILE = _Bytes(1770.0, 14.9, 144.0, 0.0)
_BOOKS = _Bytes(1316.0, 163.0, 89.3, 7.78)


class Footprint(typing.NamedTuple):
    """What a network takes, in bytes.

    Attributes:
        flash: of its int8 file.
        ram: of the arena in which it runs.
    """

    flash: int
    ram: int


def footprint(graph: Graph) -> Footprint:
    """Flash and RAM of a network in int8.

    Args:
        graph: of the network; its numbers do not matter.
    """
    graph = without_rectifications(graph)
    return Footprint(_flash(graph), _maps(graph) + _fitted(graph, _BOOKS))


def _fitted(graph: Graph, of: _Bytes) -> int:
    weighted = [value for value in graph.values if _weights(value.operation) is not None]
    channels = sum(value.channels for value in weighted if not isinstance(value.operation, Dense))
    return round(
        of.network
        + of.operator * len(graph.values)
        + of.weighted * len(weighted)
        + of.channel * channels
    )


def _weights(operation: object) -> int | None:
    """Numbers of the kernel of an operation; None where it has none."""
    if isinstance(operation, Dense):
        return operation.matrix.size
    if isinstance(operation, Convolution | Applied) and operation.kernel is not None:
        return operation.kernel.size
    return None


def _flash(graph: Graph) -> int:
    """Weights of a byte, biases of four, and for each channel a scale of four.

    Biases have that of their weights, but where the numbers of what is read have a scale.
    """
    total, zeros, alike = 0, set[int](), set[int]()
    for value in graph.values:
        weights = _weights(value.operation)
        if weights is None:
            continue
        channels = value.channels
        scaled = isinstance(value.reads[0].operation, Centring | Mean)
        total += _vector(weights) + (2 if scaled else 1) * (4 * channels + 4)
        if getattr(value.operation, "bias", None) is None:
            # zeros, which are there once for all that have so many
            zeros.add(channels)
        else:
            total += _vector(4 * channels)
        alike.add(channels)
    once = sum(map(_vector, (4 * channels for channels in zeros)))
    return total + once + sum(8 * channels for channels in alike) + _fitted(graph, _FILE)


def _vector(content: int) -> int:
    """Bytes of a vector and of its length."""
    return -(-(content + 4) // _ALIGNMENT) * _ALIGNMENT


def _maps(graph: Graph) -> int:
    """What the maps take of the arena."""
    steps, sizes = steps_of(graph)
    return arena([steps[number] for number in ordered(steps, sizes)], sizes)


def steps_of(graph: Graph) -> tuple[list[Step], list[int]]:
    """What an int8 file of a network computes, and the bytes of its maps."""
    size = graph.image.size
    # the image as it comes, and in the numbers that the network computes with
    sizes = [size.pixels * size.channels] * 2
    places, steps = {graph.image: 1}, [Step((0,), 1)]
    for value in graph.values:
        places[value] = len(sizes)
        steps.append(Step(tuple(places[read] for read in value.reads), len(sizes)))
        sizes.append(value.size.pixels * value.channels)
    for bytes_each in (1, 4):
        # probabilities, and the same as real numbers
        steps.append(Step((len(sizes) - 1,), len(sizes)))
        sizes.append(bytes_each * graph.logits.channels)
    return steps, sizes
