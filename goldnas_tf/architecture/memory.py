"""An estimate of the memory that a training step needs. No TensorFlow.

The backward pass reads what the forward pass left behind; these kept maps make up nearly all of a
step's memory. Weights count four times: themselves, gradient, momentum, and the copy in flight.
"""

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype

_BYTES = 4
_WEIGHT_COPIES = 4


def step_bytes(genotype: Genotype, batch_size: int) -> int:
    """Bytes of the kept maps and of the weights in one step, in float32.

    Args:
        genotype: the network that is trained.
        batch_size: images in a step on one device.
    """
    kernels = costs.stem_kernels(genotype.geometry)
    stem = sum(2 * shape[-1] * positions for shape, positions in kernels)
    kept = stem + sum(_cell_values(genotype, cell) for cell in genotype.live_cells)
    return _BYTES * (kept * batch_size + _WEIGHT_COPIES * costs.total(genotype).params)


def _cell_values(genotype: Genotype, cell: int) -> int:
    """Numbers that the backward pass of a cell needs, for one image."""
    geometry = genotype.geometry.cells[cell]
    state = geometry.state.pixels * geometry.state.channels
    node = geometry.node.pixels * geometry.node.channels
    # of each read input: its ReLU, the convolution's result, the normalised state and its ReLU
    kept = sum(
        geometry.inputs[source].pixels * geometry.inputs[source].channels + 3 * state
        for source in genotype.reads(cell)
    )
    # of each inner node: its sum, the ReLU of it, its place in the concatenated output
    kept += 3 * node * genotype.space.nodes
    skipped = set()
    for place in genotype.cell(cell):
        strided = operators.get(place.op).strided(geometry.stride(place.source))
        for index, (part, stride) in enumerate(strided):
            if part.is_identity(stride):
                # those of a state share one norm
                skipped.add((place.source, part))
            else:
                kept += part.kept_maps(stride, first=index == 0) * node
    return kept + sum(part.kept_maps(1, first=True) * node for _, part in skipped)
