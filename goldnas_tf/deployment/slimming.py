"""LiteRT files without what no runtime reads."""

import flatbuffers
import numpy as np

_IDENTIFIER = b"TFL3"
_ALIGNMENT = 16
"""Of the weights in a file, in bytes: kernels read them where they are."""


def slimmed(content: bytes) -> bytes:
    """The same network in fewer bytes.

    Names of maps inside, and what the converter noted for itself, are left out; what is there
    several times (zero points of channels, shapes, weights) is there once.

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
    builder = _Sharing()
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


class _Sharing(flatbuffers.Builder):
    """Writes each vector once, and bytes where kernels can read them."""

    def __init__(self) -> None:
        super().__init__(1 << 16)
        self._written: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: np.ndarray) -> int:  # noqa: N802
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            if x.dtype == np.uint8:
                self.Prep(_ALIGNMENT, x.nbytes)
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]
