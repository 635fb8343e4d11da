"""Which row of which bank every operator of a cell uses. Plain data, no TensorFlow.

A cell keeps its kernels of one kind in one variable, a *bank*, with a row for each use; likewise
its gates and the statistics of its batch norms. The rows have names, so that a cell with fewer
operators finds its rows in those of the larger one.
"""

import collections
import typing

from goldnas_tf.architecture import operators
from goldnas_tf.architecture.space import CELL_INPUTS


class Edge(typing.NamedTuple):
    """An operator in its cell: the inner node it feeds, the state it reads, its name."""

    node: int
    source: int
    op: str

    def __str__(self):
        return f"{self.node}.{self.source}.{self.op}"


class Step(typing.NamedTuple):
    """One stage of one operator.

    Attributes:
        key: name of its rows in the kernel banks.
        stage: what is computed.
        stride: 1 or 2.
        norm: name of its batch norm; operators that share one name the same.
        gated: whether the operator's gate is the scale of this batch norm.
    """

    key: str
    stage: operators.Stage
    stride: int
    norm: str
    gated: bool

    @property
    def is_identity(self) -> bool:
        """Whether it only normalises what it reads."""
        return isinstance(self.stage, operators.Skip) and self.stride == 1


class Layout:
    """Rows of a cell.

    Args:
        edges: the cell's operators.
        channels: of every inner node.
        reduction: whether edges from the cell's inputs have stride 2.
        gated: whether operators have gates, and batch norms no parameters of their own. Batch
            norms without parameters are shared by all skip connections from the same state.

    Attributes:
        steps: the stages of every operator.
        kernels: names of the rows of every kernel bank.
        shapes: shape of a row of every kernel bank.
        norms: names of the batch norms.
        gate_of_norm: for every batch norm the index of the gate that scales it, or the number of
            gates where none does.
    """

    def __init__(self, edges: tuple[Edge, ...], channels: int, reduction: bool, gated: bool):
        self.reads = tuple(sorted({e.source for e in edges if e.source < CELL_INPUTS}))
        self.steps = {edge: _steps(edge, reduction, gated) for edge in edges}
        self.kernels: dict[str, list[str]] = collections.defaultdict(list)
        self.shapes: dict[str, tuple[int, ...]] = {}
        gate_of_norm = {input_norm(source): len(edges) for source in self.reads}
        for gate, steps in enumerate(self.steps.values()):
            for step in steps:
                gate_of_norm[step.norm] = gate if step.gated else len(edges)
                for bank, shape in step.stage.kernels(channels, step.stride).items():
                    self.kernels[bank].append(step.key)
                    self.shapes[bank] = shape
        self.norms = list(gate_of_norm)
        self.gate_of_norm = list(gate_of_norm.values())

    def fan_in(self, bank: str) -> int:
        """Inputs that one output of a kernel of that bank sums over."""
        shape = self.shapes[bank]
        # a depthwise kernel (height, width, channels, 1) reads one channel, a matrix all of them
        return shape[0] * shape[1] if len(shape) == 4 else shape[0]


def plain_norms(gated: Layout, plain: Layout) -> dict[str, tuple[str, int | None]]:
    """Where each batch norm of a cell without gates finds its own among those of one with gates.

    Args:
        gated: the cell with gates; in one without each batch norm finds itself.
        plain: the cell of the same operators without.

    Returns:
        For each batch norm of the plain cell the name of the other's, and the index of the gate
        that scales what it gives, None where none does.
    """
    found = {input_norm(source): (input_norm(source), None) for source in plain.reads}
    for gate, (edge, steps) in enumerate(plain.steps.items()):
        for step, other in zip(steps, gated.steps[edge], strict=True):
            found[step.norm] = (other.norm, gate if step is steps[-1] else None)
    return found


def input_norm(source: int) -> str:
    """Name of the batch norm of a preprocessed input."""
    return f"input.{source}"


def _steps(edge: Edge, reduction: bool, gated: bool) -> tuple[Step, ...]:
    operator = operators.get(edge.op)
    strides = operator.strides(2 if reduction and edge.source < CELL_INPUTS else 1)
    steps = []
    for index, (stage, stride) in enumerate(zip(operator.stages, strides, strict=True)):
        key = f"{edge}.{index}"
        last = index == len(strides) - 1
        step = Step(key, stage, stride, key, gated and last)
        if gated and index == 0 and step.is_identity:
            step = step._replace(norm=f"skip.{edge.source}", gated=False)
        steps.append(step)
    return tuple(steps)
