"""Which row of which bank every operator of a cell uses. Plain data, no TensorFlow.

A cell keeps its kernels of one kind in one variable, a *bank*, with a row for each use; likewise
its gates and the statistics of its batch norms. The rows have names, so that a cell with fewer
operators finds its rows in those of the larger one.
"""

import collections
import typing

from goldnas_tf import operators
from goldnas_tf.space import CELL_INPUTS


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


def input_norm(source: int) -> str:
    """Name of the batch norm of a preprocessed input."""
    return f"input.{source}"


def _steps(edge: Edge, reduction: bool, gated: bool) -> tuple[Step, ...]:
    operator = operators.get(edge.op)
    strides = operator.strides(2 if reduction and edge.source < CELL_INPUTS else 1)
    steps = []
    for index, (stage, stride) in enumerate(zip(operator.stages, strides, strict=True)):
        key = f"{edge}.{index}"
        shared = gated and index == 0 and stride == 1 and isinstance(stage, operators.Skip)
        norm = f"skip.{edge.source}" if shared else key
        last = index == len(strides) - 1
        steps.append(Step(key, stage, stride, norm, gated and last and not shared))
    return tuple(steps)
