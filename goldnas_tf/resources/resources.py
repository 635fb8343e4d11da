"""What a network may cost: every resource once, by the name that settings and files have for it.

Plain data, no TensorFlow. A resource whose use by each operator is known can be a price in a
search; what is known of a network as a whole, or only measured of one that was built, can be an
aim or a limit.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.geometry import Geometry
from goldnas_tf.architecture.places import CELL_INPUTS, Gate, Group, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.inference.lowering import of_genotype
from goldnas_tf.resources.footprint import Footprint, footprint


@dataclasses.dataclass(frozen=True)
class Counts:
    """How much of a resource the parts of a network use; what all of it uses is their sum.

    Attributes:
        operator: in a place, in a network with gates or without.
        preprocessing: of a cell and one of its inputs (0, 1), likewise.
        frame: stem and classifier.
        gate: of a group of channels.
    """

    operator: Callable[[Geometry, Place, bool], float]
    preprocessing: Callable[[Geometry, int, int, bool], float]
    frame: Callable[[Geometry], float]
    gate: float = 0.0


@dataclasses.dataclass(frozen=True)
class Resource:
    """One of the things that networks use.

    Attributes:
        unit: of its amounts, in the plural.
        title: what it is called at the axis of a picture.
        label: at the head of a column.
        counts: how it is counted; None where no sum over operators tells it.
        predicted: how it follows from a network's footprint; None where it does not.
        suffix: of its amounts in tables.
    """

    unit: str
    title: str
    label: str
    counts: Counts | None = None
    predicted: Callable[[Footprint], int] | None = None
    suffix: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether its amounts are whole numbers, known of every network before it is built."""
        return bool(self.counts or self.predicted)


def _of_kernels(name: str) -> Counts:
    """How the fields of `Cost` are counted."""
    return Counts(
        lambda sizes, place, gated: getattr(costs.operator(sizes, place, gated), name),
        lambda sizes, cell, source, gated: getattr(
            costs.preprocessing(sizes, cell, source, gated), name
        ),
        lambda sizes: getattr(costs.stem(sizes).plus(costs.classifier(sizes)), name),
        getattr(costs.GATE, name),
    )


RESOURCES = {
    "macs": Resource("multiply-adds", "multiply-adds for one image", "macs", _of_kernels("macs")),
    "params": Resource("parameters", "parameters", "params", _of_kernels("params")),
    "flash_bytes": Resource(
        "bytes of flash",
        "bytes of the int8 file",
        "flash",
        predicted=lambda footprint: footprint.flash,
        suffix="B",
    ),
    "ram_bytes": Resource(
        "bytes of RAM",
        "bytes of RAM on a microcontroller, in int8",
        "ram",
        predicted=lambda footprint: footprint.ram,
        suffix="B",
    ),
    "latency_ms": Resource("milliseconds", "milliseconds for one image", "ms"),
}
_COUNTS = {name: resource.counts for name, resource in RESOURCES.items() if resource.counts}
COUNTED = tuple(_COUNTS)
"""Those that are sums over what a network is made of."""
_PREDICTED = {name: one.predicted for name, one in RESOURCES.items() if one.predicted}
KNOWN = tuple(name for name, resource in RESOURCES.items() if resource.is_whole)
"""Those that are known of a network before it is built."""


def frame(geometry: Geometry, name: str) -> float:
    """What stem and classifier use of a resource, one of `COUNTED`."""
    return _COUNTS[name].frame(geometry)


def of_operator(geometry: Geometry, place: Place, name: str, gated: bool = True) -> float:
    """What an operator in a place uses of a resource, one of `COUNTED`."""
    return _COUNTS[name].operator(geometry, place, gated)


def of_cell(
    geometry: Geometry, cell: int, places: Iterable[Place], name: str, gated: bool = True
) -> float:
    """What the operators of a cell and the preprocessing that they need use of a resource."""
    counts, places = _COUNTS[name], list(places)
    reads = sorted({place.source for place in places} & set(range(CELL_INPUTS)))
    use = sum(counts.preprocessing(geometry, cell, source, gated) for source in reads)
    return use + sum(counts.operator(geometry, place, gated) for place in places)


def total(genotype: Genotype, gated: bool = True) -> dict[str, float]:
    """What a network uses of every resource that can be counted, by name."""
    return {name: _total(genotype, genotype.geometry, name, gated) for name in COUNTED}


def known(genotype: Genotype, gated: bool = True) -> dict[str, float]:
    """What a network uses of every resource that is known before it is built, by name."""
    taken = _footprint(genotype)
    return total(genotype, gated) | {name: one(taken) for name, one in _PREDICTED.items()}


def predicted(genotype: Genotype, name: str) -> float:
    """What a network uses of a resource that follows from its footprint."""
    return _PREDICTED[name](_footprint(genotype))


@functools.lru_cache(4096)
def _footprint(genotype: Genotype) -> Footprint:
    # kept, because an evolution asks for that of a network when it draws it and when it plans it
    return footprint(of_genotype(genotype))


def _total(genotype: Genotype, geometry: Geometry, name: str, gated: bool = True) -> float:
    """What the operators of a network use at any widths."""
    cells = genotype.live_cells
    use = sum(of_cell(geometry, cell, genotype.cell(cell), name, gated) for cell in cells)
    gates = len(genotype.groups) * _COUNTS[name].gate if gated else 0
    return frame(geometry, name) + use + gates


@functools.cache
def mean(space: Space, name: str) -> float:
    """Mean use of a resource, one of `COUNTED`, by the operators of the full space."""
    places = Genotype.full(space).ordered
    return sum(of_operator(space.geometry, place, name) for place in places) / len(places)


def relative(genotype: Genotype, name: str) -> dict[Gate, float]:
    """Use of a resource by every gate of a network over the mean of all operators of its space.

    Formula: cost = c_o / mean(c), so that μ means the same at every image size and width. c_o is
    that at the widths in force; of a group of channels it is what the network saves without it.

    Args:
        genotype: the network.
        name: one of `COUNTED`.

    Raises:
        InputError: another resource.
    """
    if name not in COUNTED:
        raise InputError(f"resource: expected one of {', '.join(COUNTED)}; received {name!r}")
    sizes = genotype.geometry
    table: dict[Gate, float] = {p: of_operator(sizes, p, name) for p in genotype.ordered}
    whole = _total(genotype, sizes, name)
    for owner in sorted({group.cell for group in genotype.groups}):
        saved = whole - _total(genotype, genotype.narrower(owner), name) + _COUNTS[name].gate
        table |= {Group(owner, number): saved for number in genotype.groups_of(owner)}
    average = mean(genotype.space, name)
    return {gate: use / average if average else 0.0 for gate, use in table.items()}
