"""LiteRT files without what no runtime reads, in the order that takes the least memory."""

import math
import typing

import flatbuffers
import numpy as np

from goldnas_tf.inference.arena import Step, ordered

if typing.TYPE_CHECKING:
    from ai_edge_litert import schema_py_generated as schema

_IDENTIFIER = b"TFL3"
_BYTES = {3: 1, 9: 1, 1: 2}
"""Of a number of those types of tensors (uint8, int8, float16) that have not four."""

_ALIGNMENT = 16
"""Of the weights in a file, in bytes: kernels read them where they are."""


def slimmed(content: bytes) -> bytes:
    """The same network in fewer bytes, whose maps take less memory where it runs.

    Names of maps inside, and what the converter noted for itself, are left out; what is there
    several times (zero points and scales of channels, shapes, weights, maps of one size, settings
    of operators) is there once. Operators come in the order of `inference/arena.py`.

    Args:
        content: of a LiteRT file.
    """
    # an extra, which other formats are written without
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    model.metadata, model.description = [], None
    buffers: dict[bytes, int] = {b"": 0}
    for graph in model.subgraphs:
        ends = {*graph.inputs.tolist(), *graph.outputs.tolist()}
        for number, tensor in enumerate(graph.tensors):
            if number not in ends:
                tensor.name = None
            data = model.buffers[tensor.buffer].data
            key = b"" if data is None else data.tobytes()
            tensor.buffer = buffers.setdefault(key, len(buffers))
    model.buffers = [schema.BufferT() for _ in buffers]
    for buffer, data in zip(model.buffers, buffers, strict=True):
        buffer.data = np.frombuffer(data, np.uint8) if data else None
    for graph in model.subgraphs:
        steps, sizes = as_steps(model, graph)
        graph.operators = [graph.operators[number] for number in ordered(steps, sizes)]
    _renumber(model)
    builder = _Sharing()
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _renumber(model: "schema.ModelT") -> None:
    """Tensors in the order in which they are given: planners of memory tell two alike by it."""
    for number, graph in enumerate(model.subgraphs):
        given = [output for one in graph.operators for output in one.outputs.tolist()]
        order = [*dict.fromkeys([*graph.inputs.tolist(), *given, *range(len(graph.tensors))])]
        now = {tensor: place for place, tensor in enumerate(order)}
        graph.tensors = [graph.tensors[tensor] for tensor in order]
        for one in (graph, *graph.operators):
            # what is left out is -1
            one.inputs = np.array([now.get(x, x) for x in one.inputs.tolist()], np.int32)
            one.outputs = np.array([now[x] for x in one.outputs.tolist()], np.int32)
        for signature in model.signatureDefs:
            if signature.subgraphIndex == number:
                for end in (*signature.inputs, *signature.outputs):
                    end.tensorIndex = now[end.tensorIndex]


def as_steps(model: "schema.ModelT", graph: "schema.SubGraphT") -> tuple[list[Step], list[int]]:
    """The operators of a graph, and the bytes of its tensors.

    Args:
        model: an opened file.
        graph: of it; each operator gives one tensor.
    """
    sizes = [
        math.prod(tensor.shape.tolist()) * _BYTES.get(tensor.type, 4) for tensor in graph.tensors
    ]
    constant = {
        number
        for number, tensor in enumerate(graph.tensors)
        if model.buffers[tensor.buffer].data is not None
    }
    steps = [
        Step(
            tuple(read for read in one.inputs.tolist() if read >= 0 and read not in constant),
            one.outputs.tolist()[0],
        )
        for one in graph.operators
    ]
    return steps, sizes


class _Sharing(flatbuffers.Builder):
    """Writes each vector and each table once, and bytes where kernels can read them.

    A table waits for its last field: only then is it known whether there is one like it.
    """

    def __init__(self) -> None:
        super().__init__(1 << 16)
        self._written: dict[tuple[str, bytes], int] = {}
        self._tables: dict[tuple[typing.Any, ...], int] = {}
        self._waiting: list[tuple[typing.Any, ...]] = []
        self._fields = 0

    def CreateNumpyVector(self, x: np.ndarray) -> int:  # noqa: N802
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            if x.dtype == np.uint8:
                self.Prep(_ALIGNMENT, x.nbytes)
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]

    def StartObject(self, numfields: int) -> None:  # noqa: N802
        self._fields = numfields
        self._waiting = []

    def PrependSlot(self, *args: typing.Any) -> None:  # noqa: N802
        self._waiting.append((super().PrependSlot, *args))

    def PrependUOffsetTRelativeSlot(self, *args: typing.Any) -> None:  # noqa: N802
        self._waiting.append((super().PrependUOffsetTRelativeSlot, *args))

    def EndObject(self) -> int:  # noqa: N802
        key = (self._fields, *self._waiting)
        if key not in self._tables:
            super().StartObject(self._fields)
            for write, *args in self._waiting:
                write(*args)
            self._tables[key] = super().EndObject()
        return self._tables[key]
