"""Which layers of networks tried before a new one can take its first weights from. Plain data.

A layer has a *part*: all that its weights depend on, and its place in the network. Layers of equal
parts have weights of equal shapes that do the same work: the same block at the same place.
"""

from collections.abc import Hashable, Sequence

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype


def parts(genotype: Genotype) -> dict[Hashable, tuple[str, ...]]:
    """Names of the layers of each part of a network."""
    geometry = genotype.geometry
    found: dict[Hashable, tuple[str, ...]] = {}
    for index, (shape, _) in enumerate(costs.stem_kernels(geometry)):
        found["stem", index, shape] = (f"stem_{index}_conv", f"stem_{index}_norm")
    for cell in genotype.live_cells:
        sizes = geometry.cells[cell]
        inputs = tuple(
            (source, size.channels, size.height > sizes.state.height)
            for source, size in enumerate(sizes.inputs)
            if source in genotype.reads(cell)
        )
        operators = tuple(place.in_cell for place in genotype.cell(cell))
        part = ("cell", *_place(genotype, cell), inputs, sizes.node.channels, operators)
        found[part] = (f"cell_{cell}",)
    features = geometry.cells[-1].output.channels
    found["classifier", features, geometry.classes] = ("classifier",)
    return found


def _place(genotype: Genotype, cell: int) -> tuple[int, int]:
    """Stage of a cell, and its place in the stage."""
    starts = [start for start in (0, *genotype.space.reductions) if start <= cell]
    return len(starts) - 1, cell - starts[-1]


Tried = Sequence[tuple[str, float, Genotype]]
"""Name, accuracy and network of those whose weights are there."""


Donors = dict[Hashable, tuple[str, tuple[str, ...]]]
"""For each part the network that gives it, and the part's layers in it."""


def best_donors(tried: Tried) -> Donors:
    """The most accurate network that has a part, for every part."""
    best: Donors = {}
    # ties by name: a resumed run chooses alike
    for name, _, genotype in sorted(tried, key=lambda one: (-one[1], one[0])):
        for part, layers in parts(genotype).items():
            best.setdefault(part, (name, layers))
    return best


def sources(genotype: Genotype, donors: Donors) -> dict[str, tuple[str, str]]:
    """Where each layer of a network takes its first weights from.

    Args:
        genotype: the new network.
        donors: what there is to take from.

    Returns:
        For each layer the name of a network and of a layer in it. Layers without a donor are left
        out.
    """
    return {
        layer: (donors[part][0], source)
        for part, layers in parts(genotype).items()
        if part in donors
        for layer, source in zip(layers, donors[part][1], strict=True)
    }
