"""Which row of which bank every operator of a cell uses. Plain data, no TensorFlow.

A cell keeps its kernels of one kind in one variable, a *bank*, with a row for each use; likewise
its gates and the statistics of its batch norms. The rows have names, so that a cell with fewer
operators finds its rows in those of the larger one.
"""

import collections
import typing

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.parts import Part
from goldnas_tf.architecture.places import CELL_INPUTS, CellPlace
from goldnas_tf.architecture.primitives import LAST, Kernel


class Step(typing.NamedTuple):
    """One part of one operator.

    Attributes:
        key: name of its rows in the kernel banks.
        part: what is computed.
        stride: 1 or 2.
        norm: name of its last batch norm; operators that share one name the same.
        gated: whether the operator's gate is the scale of this batch norm.
    """

    key: str
    part: Part
    stride: int
    norm: str
    gated: bool

    def norm_of(self, name: str) -> str:
        """Name in the cell of one of the part's batch norms."""
        return self.norm if name == LAST else f"{self.key}.{name}"

    @property
    def is_identity(self) -> bool:
        """Whether it only normalises what it reads."""
        return self.part.is_identity(self.stride)


class Layout:
    """Rows of a cell.

    Args:
        places: of the cell's operators.
        channels: of every inner node.
        reduction: whether edges from the cell's inputs have stride 2.
        gated: whether operators have gates, and batch norms no parameters of their own. Batch
            norms without parameters are shared by all skip connections from the same state.

    Attributes:
        steps: the parts of every operator.
        banks: what a row of every kernel bank is.
        kernels: names of the rows of every kernel bank.
        norms: names of the batch norms, by how many times the cell's channels they have.
        gate_of_norm: for every batch norm the index of the gate that scales it, or the number of
            gates where none does.
    """

    def __init__(self, places: tuple[CellPlace, ...], channels: int, reduction: bool, gated: bool):
        self.reads = tuple(sorted({p.source for p in places if p.source < CELL_INPUTS}))
        self.steps = {place: _steps(place, reduction, gated) for place in places}
        self.kernels: dict[str, list[str]] = collections.defaultdict(list)
        self.banks: dict[str, Kernel] = {}
        self.gate_of_norm = {input_norm(source): len(places) for source in self.reads}
        norms = {1: dict.fromkeys(self.gate_of_norm)}
        for gate, steps in enumerate(self.steps.values()):
            for step in steps:
                self.gate_of_norm[step.norm] = gate if step.gated else len(places)
                norms[1][step.norm] = None
                for name, times in step.part.inner_norms.items():
                    self.gate_of_norm[step.norm_of(name)] = len(places)
                    norms.setdefault(times, {})[step.norm_of(name)] = None
                for bank, kernel in step.part.kernels(channels, step.stride).items():
                    self.kernels[bank].append(step.key)
                    self.banks[bank] = kernel
        self.norms = {times: list(names) for times, names in norms.items()}


def plain_norms(gated: Layout, plain: Layout) -> dict[str, tuple[str, int | None]]:
    """Where each batch norm of a cell without gates finds its own among those of one with gates.

    Args:
        gated: the cell with gates; in one without each batch norm finds itself.
        plain: the cell of the same operators without.

    Returns:
        For each batch norm of the plain cell the name of the other's, and the index of the gate
        that scales what it gives, None where none does.
    """
    found: dict[str, tuple[str, int | None]] = {
        input_norm(source): (input_norm(source), None) for source in plain.reads
    }
    for gate, (place, steps) in enumerate(plain.steps.items()):
        for step, other in zip(steps, gated.steps[place], strict=True):
            found[step.norm] = (other.norm, gate if step is steps[-1] else None)
            for name in step.part.inner_norms:
                found[step.norm_of(name)] = (other.norm_of(name), None)
    return found


def input_norm(source: int) -> str:
    """Name of the batch norm of a preprocessed input."""
    return f"input.{source}"


def _steps(place: CellPlace, reduction: bool, gated: bool) -> tuple[Step, ...]:
    strided = operators.get(place.op).strided(2 if reduction and place.source < CELL_INPUTS else 1)
    steps = []
    for index, (part, stride) in enumerate(strided):
        key = f"{place}.{index}"
        last = index == len(strided) - 1
        step = Step(key, part, stride, key, gated and last)
        if gated and index == 0 and step.is_identity:
            step = step._replace(norm=f"skip.{place.source}", gated=False)
        steps.append(step)
    return tuple(steps)
