"""What a network may cost: every resource once, by the name that settings and files have for it.

Plain data, no TensorFlow. A resource whose use by each operator is known can be a price in a
search; what is only measured of a network that was built can be an aim or a limit.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError


@dataclasses.dataclass(frozen=True)
class Counts:
    """How much of a resource the parts of a network use; what all of it uses is their sum.

    Attributes:
        operator: of a space, in a place, in a network with gates or without.
        preprocessing: of a cell and one of its inputs (0, 1), likewise.
        frame: stem and classifier.
    """

    operator: Callable[[Space, Place, bool], float]
    preprocessing: Callable[[Space, int, int, bool], float]
    frame: Callable[[Space], float]


@dataclasses.dataclass(frozen=True)
class Resource:
    """One of the things that networks use.

    Attributes:
        unit: of its amounts, in the plural.
        title: what it is called at the axis of a picture.
        label: at the head of a column.
        counts: how it is counted; None where it is only measured of a network that was built.
    """

    unit: str
    title: str
    label: str
    counts: Counts | None = None


def _of_kernels(name: str) -> Counts:
    """How the fields of `Cost` are counted."""
    return Counts(
        lambda space, place, gated: getattr(costs.operator(space, place, gated), name),
        lambda space, cell, source, gated: getattr(
            costs.preprocessing(space, cell, source, gated), name
        ),
        lambda space: getattr(costs.stem(space).plus(costs.classifier(space)), name),
    )


RESOURCES = {
    "macs": Resource("multiply-adds", "multiply-adds for one image", "macs", _of_kernels("macs")),
    "params": Resource("parameters", "parameters", "params", _of_kernels("params")),
    "latency_ms": Resource("milliseconds", "milliseconds for one image", "ms"),
}
_COUNTS = {name: resource.counts for name, resource in RESOURCES.items() if resource.counts}
COUNTED = tuple(_COUNTS)
"""Those that are known of a network before it is built."""


def frame(space: Space, name: str) -> float:
    """What stem and classifier use of a resource, one of `COUNTED`."""
    return _COUNTS[name].frame(space)


def of_operator(space: Space, place: Place, name: str, gated: bool = True) -> float:
    """What an operator in a place uses of a resource, one of `COUNTED`."""
    return _COUNTS[name].operator(space, place, gated)


def of_cell(
    space: Space, cell: int, places: Iterable[Place], name: str, gated: bool = True
) -> float:
    """What the operators of a cell and the preprocessing that they need use of a resource."""
    counts, places = _COUNTS[name], list(places)
    reads = sorted({place.source for place in places} & set(range(CELL_INPUTS)))
    use = sum(counts.preprocessing(space, cell, source, gated) for source in reads)
    return use + sum(counts.operator(space, place, gated) for place in places)


def total(genotype: Genotype, gated: bool = True) -> dict[str, float]:
    """What a network uses of every resource that can be counted, by name."""
    space, cells = genotype.space, genotype.live_cells
    return {
        name: frame(space, name)
        + sum(of_cell(space, cell, genotype.cell(cell), name, gated) for cell in cells)
        for name in COUNTED
    }


@functools.cache
def mean(space: Space, name: str) -> float:
    """Mean use of a resource, one of `COUNTED`, by the operators of the full space."""
    places = Genotype.full(space).ordered
    return sum(of_operator(space, place, name) for place in places) / len(places)


def relative(space: Space, name: str) -> dict[Place, float]:
    """Use of a resource by every operator over the mean of all operators of the full space.

    Formula: cost = c_o / mean(c), so that μ means the same at every image size and width.

    Args:
        space: the space.
        name: one of `COUNTED`.

    Raises:
        InputError: another resource.
    """
    if name not in COUNTED:
        raise InputError(f"resource: expected one of {', '.join(COUNTED)}; received {name!r}")
    table = {place: of_operator(space, place, name) for place in Genotype.full(space).ordered}
    average = mean(space, name)
    return {place: use / average if average else 0.0 for place, use in table.items()}
