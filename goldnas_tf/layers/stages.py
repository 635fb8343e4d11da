"""Applies an operator's stages to a tensor: one function for each kind of stage."""

import functools
from collections.abc import Callable

import tensorflow as tf

from goldnas_tf import operators


class Activation:
    """A tensor and what operators make of it first: each is computed once, whoever reads it."""

    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def relu(self):
        """max(x, 0)."""
        return tf.nn.relu(self.x)

    @functools.cached_property
    def relu_halves(self):
        """The ReLU's `halves`."""
        return halves(self.relu)


@functools.singledispatch
def apply(stage, source: Activation, stride: int, kernel: Callable, norm: Callable):
    """Applies one stage.

    Args:
        stage: one of those in `goldnas_tf.operators`.
        source: what is read, (batch, height, width, channels).
        stride: 1 or 2.
        kernel: gives the stage's kernel from the bank of a name.
        norm: applies the stage's batch norm to a tensor.

    Returns:
        (batch, ⌈height / stride⌉, ⌈width / stride⌉, channels).
    """
    raise NotImplementedError(f"no function applies stages of type {type(stage).__name__}")


@apply.register
def _separable(stage: operators.Separable, source, stride, kernel, norm):
    x, dilation = source.relu, stage.dilation
    if dilation > 1 and stride == 2:
        # TensorFlow has no dilated convolution with a stride; of an even dilation it reads just
        # every other pixel, so that dropping the rest first gives the same
        x, dilation, stride = every_other(x), dilation // 2, 1
    strides = [1, stride, stride, 1]
    bank = kernel(stage.depthwise_bank)
    x = tf.nn.depthwise_conv2d(x, bank, strides, "SAME", dilations=[dilation] * 2)
    return norm(pointwise(x, kernel("pointwise")))


@apply.register
def _pool(stage: operators.Pool, source, stride, kernel, norm):
    del kernel
    pool = tf.nn.avg_pool2d if stage.kind == "avg" else tf.nn.max_pool2d
    return norm(pool(source.x, stage.kernel, stride, "SAME"))


@apply.register
def _skip(stage: operators.Skip, source, stride, kernel, norm):
    del stage
    if stride == 2:
        return norm(factorised_reduction(source.relu_halves, kernel("pointwise")))
    return norm(source.x)


def pointwise(x, kernel):
    """1×1 convolution of (batch, height, width, in) with a kernel (in, out)."""
    # a matrix product: on a CPU half as long as a convolution, above all in the gradients
    return tf.tensordot(x, kernel, 1)


def every_other(x):
    """Pixels (0, 0), (0, 2), … of (batch, height, width, channels)."""
    # a mean over windows of one pixel: the gradient of x[:, ::2, ::2] takes ten times as long
    return tf.nn.avg_pool2d(x, 1, 2, "VALID")


def halves(x):
    """What a factorised reduction reads: the even pixels of x, and the odd ones.

    Args:
        x: (batch, height, width, channels).

    Returns:
        Twice (batch, ⌈height/2⌉, ⌈width/2⌉, channels); odd pixels beyond the border are 0.
    """
    _, height, width, _ = x.shape
    shifted = tf.slice(x, [0, 1, 1, 0], [-1, -1, -1, -1])
    if height % 2 or width % 2:
        shifted = tf.pad(shifted, [[0, 0], [0, height % 2], [0, width % 2], [0, 0]])
    return every_other(x), every_other(shifted)


def factorised_reduction(pixels, kernel):
    """Halves the resolution by two 1×1 convolutions, each of which gives half of the channels.

    Args:
        pixels: the `halves` of (batch, height, width, in).
        kernel: (in, out); the first half of its outputs reads even pixels, the second odd ones.

    Returns:
        (batch, ⌈height/2⌉, ⌈width/2⌉, out).
    """
    outputs = kernel.shape[-1]
    kernels = tf.split(kernel, [outputs // 2, outputs - outputs // 2], -1)
    return tf.concat([pointwise(x, k) for x, k in zip(pixels, kernels, strict=True)], -1)
