"""Multiply-adds and parameters of a traced TensorFlow function, whatever it was made by.

Counted as in `costs`: a product costs one multiply-add for each element of its output and each
element that is summed up in it, for one image; everything else is free.
"""

import math
import re
from collections.abc import Callable, Iterable

import tensorflow as tf

# The only way to a graph without nested calls, in which every shape is known. Not public.
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

# operations of these names are products, or may hide some
_NOT_FREE = re.compile(r"Conv|MatMul|Einsum|RNN|Call|PyFunc|Xla|^(Stateless)?(While|If|Case)$")


def macs(function: Callable[[tf.Tensor], object], spec: tf.TensorSpec) -> int | None:
    """Multiply-adds of one call.

    Args:
        function: from one tensor to tensors.
        spec: shape and type of that tensor; a batch of one image.

    Returns:
        The count, or None where it would be a guess: products of a kind that is not known, loops,
        shapes that depend on values.
    """
    try:
        traced = tf.function(function, autograph=False).get_concrete_function(spec)
        operations = convert_variables_to_constants_v2(traced).graph.get_operations()
    except Exception:  # a graph can fail to be frozen in any way, and still run
        return None
    found = [_macs(op) for op in operations if _NOT_FREE.search(op.type)]
    known = [count for count in found if count is not None]
    return sum(known) if len(known) == len(found) else None


def params(variables: Iterable[tf.Variable]) -> int:
    """Elements of the trainable ones among some variables."""
    return sum(math.prod(variable.shape) for variable in variables if variable.trainable)


def _macs(op: tf.Operation) -> int | None:
    """Multiply-adds of one operation; None where they are not known."""
    output = op.outputs[0]
    # a dilated convolution computes on a rearranged map, which may be padded
    for consumer in output.consumers():
        if consumer.type == "BatchToSpaceND":
            output = consumer.outputs[0]
    if op.type in ("Conv2D", "DepthwiseConv2dNative"):
        kernel = op.inputs[1].shape
        # a depthwise kernel (height, width, channels, multiplier) reads one channel for an output
        summed = kernel[:2] if op.type == "DepthwiseConv2dNative" else kernel[:-1]
    elif op.type == "MatMul":
        summed = op.inputs[0].shape[:1] if op.get_attr("transpose_a") else op.inputs[0].shape[1:]
    else:
        return None
    if not (output.shape.is_fully_defined() and summed.is_fully_defined()):
        return None
    return math.prod(summed) * math.prod(output.shape)
