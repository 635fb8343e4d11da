"""ONNX files: the graph of a network in inference, in float32, for whatever runs ONNX.

From `images`, uint8 (N, height, width, channels), pixels as they come, to `probabilities`, float32
(N, classes).
"""

import functools
import typing

import numpy as np

from goldnas_tf.architecture import primitives
from goldnas_tf.architecture.primitives import Primitive
from goldnas_tf.errors import InputError
from goldnas_tf.inference.graph import (
    Applied,
    Centring,
    Concatenation,
    Convolution,
    Dense,
    Difference,
    Graph,
    Mean,
    Operation,
    Rectification,
    Sum,
    Value,
)

if typing.TYPE_CHECKING:
    import onnx

OPSET = 17
"""Old enough for runtimes of the last years."""

IMAGES, PROBABILITIES = "images", "probabilities"


class Writer:
    """The nodes of an ONNX graph, with maps (N, channels, height, width).

    Attributes:
        nodes: in the order in which they are computed.
        constants: their numbers.
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *reads: str, name: str = "", **attributes: object) -> str:
        """Adds a node.

        Args:
            kind: of operator.
            *reads: names of what it reads.
            name: of what it gives; default: one of its own.
            **attributes: of the operator.

        Returns:
            The name of what it gives.
        """
        from onnx import helper

        name = name or f"map_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [*reads], [name], **attributes))
        return name

    def constant(self, numbers: np.ndarray) -> str:
        """Adds numbers, in float32; gives their name."""
        from onnx import numpy_helper

        name = f"numbers_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numbers.astype(np.float32), name))
        return name

    def optional(self, numbers: np.ndarray | None) -> list[str]:
        """The name of numbers that may be left out."""
        return [] if numbers is None else [self.constant(numbers)]


def convert(graph: Graph) -> bytes:
    """The content of an ONNX file.

    Args:
        graph: of the network.

    Raises:
        InputError: an operator has a primitive that ONNX has no function for.
    """
    from onnx import TensorProto, checker, helper

    writer, size = Writer(), graph.image.size
    pixels = writer.node("Cast", IMAGES, to=TensorProto.FLOAT)
    names = {graph.image: writer.node("Transpose", pixels, perm=[0, 3, 1, 2])}
    for value in graph.values:
        names[value] = write(value.operation, writer, value, *[names[one] for one in value.reads])
    writer.node("Softmax", names[graph.logits], name=PROBABILITIES, axis=-1)
    whole = helper.make_graph(
        writer.nodes,
        "network",
        [helper.make_tensor_value_info(IMAGES, TensorProto.UINT8, ["N", *size])],
        [
            helper.make_tensor_value_info(
                PROBABILITIES, TensorProto.FLOAT, ["N", graph.logits.channels]
            )
        ],
        writer.constants,
    )
    model = helper.make_model(
        whole,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
        producer_name="goldnas_tf",
    )
    checker.check_model(model, full_check=True)
    return model.SerializeToString()


@functools.singledispatch
def write(operation: Operation, writer: Writer, value: Value, *reads: str) -> str:
    """Writes an operation; gives the name of its map.

    Args:
        operation: of the value.
        writer: of the file.
        value: what it gives.
        *reads: names of what it reads.
    """
    raise NotImplementedError(f"no function writes operations of type {type(operation).__name__}")


@write.register
def _centring(operation: Centring, writer: Writer, value: Value, x: str) -> str:
    del value
    return writer.node("Sub", x, writer.constant(operation.mean.reshape(1, -1, 1, 1)))


@write.register
def _concatenation(operation: Concatenation, writer: Writer, value: Value, *reads: str) -> str:
    del operation, value
    return writer.node("Concat", *reads, axis=1)


@write.register
def _sum(operation: Sum, writer: Writer, value: Value, one: str, other: str) -> str:
    del operation, value
    return writer.node("Add", one, other)


@write.register
def _difference(operation: Difference, writer: Writer, value: Value, one: str, other: str) -> str:
    del operation, value
    return writer.node("Sub", one, other)


@write.register
def _rectification(operation: Rectification, writer: Writer, value: Value, x: str) -> str:
    del operation, value
    return writer.node("Relu", x)


@write.register
def _convolution(operation: Convolution, writer: Writer, value: Value, x: str) -> str:
    kernel = writer.constant(operation.kernel.transpose(3, 2, 0, 1))
    side, stride = len(operation.kernel), operation.stride
    x = writer.node(
        "Conv",
        x,
        kernel,
        *writer.optional(operation.bias),
        strides=[stride, stride],
        pads=_pads(value, side, stride),
    )
    return writer.node("Relu", x) if operation.relu else x


@write.register
def _applied(operation: Applied, writer: Writer, value: Value, x: str) -> str:
    x = write_primitive(operation.primitive, writer, value, operation, x)
    return writer.node("Relu", x) if operation.relu else x


@write.register
def _mean(operation: Mean, writer: Writer, value: Value, x: str) -> str:
    del operation, value
    return writer.node("Flatten", writer.node("GlobalAveragePool", x))


@write.register
def _dense(operation: Dense, writer: Writer, value: Value, x: str) -> str:
    del value
    return writer.node(
        "Gemm", x, writer.constant(operation.matrix), writer.constant(operation.bias)
    )


@functools.singledispatch
def write_primitive(
    primitive: Primitive, writer: Writer, value: Value, operation: Applied, x: str
) -> str:
    """Writes what a primitive computes, with its bias; gives the name of its map.

    Raises:
        InputError: nobody has said how.
    """
    del writer, value, operation, x
    raise InputError(
        f"formats: expected other ones than onnx for a network with {type(primitive).__name__}, "
        "which no function writes; received onnx"
    )


@write_primitive.register
def _depthwise(
    primitive: primitives.Depthwise, writer: Writer, value: Value, operation: Applied, x: str
) -> str:
    assert operation.kernel is not None
    stride, dilation = primitive.stride, primitive.dilation
    return writer.node(
        "Conv",
        x,
        writer.constant(operation.kernel.transpose(2, 3, 0, 1)),
        *writer.optional(operation.bias),
        group=value.channels,
        strides=[stride, stride],
        dilations=[dilation, dilation],
        pads=_pads(value, len(operation.kernel), stride, dilation),
    )


@write_primitive.register
def _pooling(
    primitive: primitives.Pooling, writer: Writer, value: Value, operation: Applied, x: str
) -> str:
    del operation
    return writer.node(
        "AveragePool" if primitive.kind == "avg" else "MaxPool",
        x,
        kernel_shape=[primitive.side, primitive.side],
        strides=[primitive.stride, primitive.stride],
        pads=_pads(value, primitive.side, primitive.stride),
    )


def _pads(value: Value, side: int, stride: int, dilation: int = 1) -> list[int]:
    """Zeros above, left, below and right of what is read, as TensorFlow pads to ⌈size / stride⌉."""
    (read,) = value.reads
    before, after = [], []
    for given, there in zip(value.size[:2], read.size[:2], strict=True):
        reach = dilation * (side - 1)
        needed = max((given - 1) * stride + reach + 1 - there, 0)
        # of a dilated one every other pixel is dropped first, the first one kept
        first = reach // 2 if dilation > 1 else needed // 2
        before.append(first)
        after.append(max((given - 1) * stride + reach + 1 - there - first, 0))
    return [*before, *after]
