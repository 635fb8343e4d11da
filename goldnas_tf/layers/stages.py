"""Applies an operator's stages to a tensor: one function for each kind of stage."""

import functools
from collections.abc import Callable

import tensorflow as tf

from goldnas_tf import operators


class Activation:
    """A tensor and its ReLU, which is computed once, however many operators read it."""

    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def relu(self):
        """max(x, 0)."""
        return tf.nn.relu(self.x)


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
        x, dilation, stride = x[:, ::2, ::2], dilation // 2, 1
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
        return norm(factorised_reduction(source.relu, kernel("pointwise")))
    return norm(source.x)


def pointwise(x, kernel, stride: int = 1):
    """1×1 convolution of (batch, height, width, in) with a kernel (1, 1, in, out)."""
    return tf.nn.conv2d(x, kernel, stride, "VALID")


def factorised_reduction(x, kernel):
    """Halves the resolution by two 1×1 convolutions of stride 2, the second shifted by a pixel.

    Args:
        x: (batch, height, width, in).
        kernel: (1, 1, in, out); the first half of its outputs reads even pixels, the second odd
            ones.

    Returns:
        (batch, ⌈height/2⌉, ⌈width/2⌉, out).
    """
    half = kernel.shape[-1] // 2
    shifted = tf.pad(x[:, 1:, 1:], [[0, 0], [0, 1], [0, 1], [0, 0]])
    even = pointwise(x, kernel[..., :half], 2)
    odd = pointwise(shifted, kernel[..., half:], 2)
    return tf.concat([even, odd], -1)
