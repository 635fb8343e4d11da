"""Operators in inference: chains of primitives, whose end is linear.

That is a matrix or a convolution and the last batch norm, or that norm alone: it goes into what the
operator's node computes (`linear.py`).
"""

import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from goldnas_tf.architecture.primitives import (
    Convolution,
    Depthwise,
    Matrix,
    Norm,
    Primitive,
    Reduction,
    Relu,
)
from goldnas_tf.networks import parts
from goldnas_tf.networks.linear import Joining, Linear, Spatial, State

_NONE = np.zeros(0)


class Link(typing.NamedTuple):
    """A primitive of an operator, with its numbers.

    Attributes:
        primitive: what is computed.
        kernel: its kernel; empty where it has none.
        factor: of a batch norm, (channels,); empty of others.
        bias: likewise.
    """

    primitive: Primitive
    kernel: np.ndarray = _NONE
    factor: np.ndarray = _NONE
    bias: np.ndarray = _NONE


def term(chain: Sequence[Link], state: State, join: Joining) -> Linear:
    """What an operator adds to its node.

    Args:
        chain: of the operator.
        state: what it reads.
        join: of the network.
    """
    folded = None
    for link, after in zip(chain, [*chain[1:], None], strict=True):
        if link is folded:
            continue
        if after and isinstance(link.primitive, Depthwise) and isinstance(after.primitive, Norm):
            state, folded = _depthwise_norm(link, after, state, join), after
        else:
            state = _step(link, state, join)
    return state.value


def _step(link: Link, state: State, join: Joining) -> State:
    """A primitive of a chain."""
    primitive, kernel = link.primitive, link.kernel
    if isinstance(primitive, Relu):
        return State.of(state.rectified, join)
    if isinstance(primitive, Norm):
        return State(state.value.times(link.factor, link.bias), join)
    if isinstance(primitive, Matrix) and primitive.stride == 1:
        return State(Linear({state.compute(): kernel}, np.zeros(kernel.shape[1])), join)
    if isinstance(primitive, Matrix | Reduction | Convolution):
        if isinstance(primitive, Matrix):
            kernel = kernel[np.newaxis, np.newaxis]
        elif isinstance(primitive, Reduction):
            kernel = reduction_kernel(kernel)
        place = Spatial(state.compute(), primitive.stride, kernel.shape[0])
        return State(Linear({}, np.zeros(kernel.shape[-1]), {place: kernel}), join)
    return State.of(join.map(_computed(primitive, kernel, state)), join)


def _depthwise_norm(link: Link, norm: Link, state: State, join: Joining) -> State:
    """A depthwise convolution, with the batch norm that follows it in its kernel."""
    x = _computed(link.primitive, link.kernel * norm.factor[:, np.newaxis], state)
    return State.of(join.map(tf.nn.bias_add(x, norm.bias.astype(np.float32))), join)


def _computed(primitive: Primitive, kernel: np.ndarray, state: State) -> tf.Tensor:
    """What is not linear at every pixel is computed as in training."""
    weights = tf.constant(kernel, tf.float32) if kernel.size else None
    return parts.compute(primitive, parts.Activation(state.compute().x), weights)


def reduction_kernel(matrix: np.ndarray) -> np.ndarray:
    """The matrix (in, out) of a factorised reduction as the kernel of one convolution of stride 2.

    The first half of its outputs reads pixel (0, 0) of each 2×2, the second half pixel (1, 1).
    """
    half = matrix.shape[-1] // 2
    kernel = np.zeros((2, 2, *matrix.shape), matrix.dtype)
    kernel[0, 0, :, :half] = matrix[:, :half]
    kernel[1, 1, :, half:] = matrix[:, half:]
    return kernel
