"""Operators in inference: chains of primitives, whose end is linear.

That is a matrix or a convolution and the last batch norm, or that norm alone: it goes into what the
operator's node computes (`linear.py`).
"""

from collections.abc import Sequence

import numpy as np

from goldnas_tf.architecture import primitives
from goldnas_tf.architecture.primitives import Depthwise, Matrix, Norm, Reduction, Relu
from goldnas_tf.inference.graph import Applied, Value
from goldnas_tf.inference.linear import Builder, Linear, Spatial, State
from goldnas_tf.inference.numbers import Link


def term(chain: Sequence[Link], state: State, builder: Builder) -> Linear:
    """What an operator adds to its node.

    Args:
        chain: of the operator.
        state: what it reads.
        builder: of the graph.
    """
    folded = None
    for link, after in zip(chain, [*chain[1:], None], strict=True):
        if link is folded:
            continue
        if after and isinstance(link.primitive, Depthwise) and isinstance(after.primitive, Norm):
            kernel = link.kernel * after.norm.factor[:, np.newaxis]
            map_ = _applied(link._replace(kernel=kernel), state, builder, after.norm.bias)
            state, folded = State.of(map_, builder), after
        else:
            state = _step(link, state, builder)
    return state.value


def _step(link: Link, state: State, builder: Builder) -> State:
    """A primitive of a chain."""
    primitive, kernel = link.primitive, link.kernel
    if isinstance(primitive, Relu):
        return State.of(state.rectified, builder)
    if isinstance(primitive, Norm):
        return State(state.value.times(*link.norm), builder)
    if isinstance(primitive, Matrix) and primitive.stride == 1:
        return State(Linear({state.compute(): kernel}, np.zeros(kernel.shape[1])), builder)
    if isinstance(primitive, Matrix | Reduction | primitives.Convolution):
        if isinstance(primitive, Matrix):
            kernel = kernel[np.newaxis, np.newaxis]
        elif isinstance(primitive, Reduction):
            kernel = reduction_kernel(kernel)
        place = Spatial(state.compute(), primitive.stride, kernel.shape[0])
        return State(Linear({}, np.zeros(kernel.shape[-1]), {place: kernel}), builder)
    return State.of(_applied(link, state, builder), builder)


def _applied(link: Link, state: State, builder: Builder, bias: np.ndarray | None = None) -> Value:
    """What is not linear at every pixel is computed as in training."""
    read, primitive = state.compute(), link.primitive
    operation = Applied(primitive, link.kernel if link.kernel.size else None, bias)
    return builder.add(operation, read, channels=read.channels, stride=primitive.stride)


def reduction_kernel(matrix: np.ndarray) -> np.ndarray:
    """The matrix (in, out) of a factorised reduction as the kernel of one convolution of stride 2.

    The first half of its outputs reads pixel (0, 0) of each 2×2, the second half pixel (1, 1).
    """
    half = matrix.shape[-1] // 2
    kernel = np.zeros((2, 2, *matrix.shape), matrix.dtype)
    kernel[0, 0, :, :half] = matrix[:, :half]
    kernel[1, 1, :, half:] = matrix[:, half:]
    return kernel
