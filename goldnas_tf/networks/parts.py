"""What an operator's parts compute in training: for each kind of primitive a function."""

import functools
import typing
from collections.abc import Callable

import tensorflow as tf

from goldnas_tf.architecture import primitives
from goldnas_tf.architecture.parts import Part


class Norm(typing.Protocol):
    """Applies one of a part's batch norms."""

    def __call__(self, x: tf.Tensor, name: str = primitives.LAST) -> tf.Tensor:
        """Normalises x with the last one, or the one of a name."""


class Activation:
    """A tensor and what operators make of it first: each is computed once, whoever reads it."""

    def __init__(self, x: tf.Tensor):
        self.x = x

    @functools.cached_property
    def relu(self) -> "Activation":
        """max(x, 0)."""
        return Activation(tf.nn.relu(self.x))

    @functools.cached_property
    def halves(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Its even and its odd pixels."""
        return halves(self.x)


def apply(
    part: Part, source: Activation, stride: int, kernel: Callable[[str], tf.Tensor], norm: Norm
) -> tf.Tensor:
    """Applies one part.

    Args:
        part: what is applied.
        source: what is read, (batch, height, width, channels).
        stride: 1 or 2.
        kernel: gives the part's kernel from the bank of a name.
        norm: applies the part's last batch norm to a tensor, or the one of a name.

    Returns:
        (batch, ⌈height / stride⌉, ⌈width / stride⌉, channels).
    """
    for primitive in part.primitives(stride):
        if isinstance(primitive, primitives.Relu):
            source = source.relu
        elif isinstance(primitive, primitives.Norm):
            source = Activation(norm(source.x, primitive.name))
        else:
            weights = kernel(primitive.bank) if primitive.bank else None
            source = Activation(compute(primitive, source, weights))
    return source.x


@functools.singledispatch
def compute(
    primitive: primitives.Primitive, source: Activation, kernel: tf.Tensor | None
) -> tf.Tensor:
    """What a primitive gives, but for ReLUs and batch norms.

    Args:
        primitive: what is computed.
        source: what it reads, (batch, height, width, channels).
        kernel: its own, where it has one.

    Returns:
        (batch, ⌈height / stride⌉, ⌈width / stride⌉, channels).
    """
    raise NotImplementedError(f"no function computes primitives of type {type(primitive).__name__}")


@compute.register
def _pooling(
    primitive: primitives.Pooling, source: Activation, kernel: tf.Tensor | None
) -> tf.Tensor:
    del kernel
    pool = tf.nn.avg_pool2d if primitive.kind == "avg" else tf.nn.max_pool2d
    return pool(source.x, primitive.side, primitive.stride, "SAME")


@compute.register
def _matrix(primitive: primitives.Matrix, source: Activation, kernel: tf.Tensor) -> tf.Tensor:
    return pointwise(every_other(source.x) if primitive.stride == 2 else source.x, kernel)


@compute.register
def _reduction(primitive: primitives.Reduction, source: Activation, kernel: tf.Tensor) -> tf.Tensor:
    del primitive
    return factorised_reduction(source, kernel)


@compute.register
def _depthwise(primitive: primitives.Depthwise, source: Activation, kernel: tf.Tensor) -> tf.Tensor:
    x, stride, dilation = source.x, primitive.stride, primitive.dilation
    if dilation > 1 and stride == 2:
        # TensorFlow has no dilated convolution with a stride; of an even dilation it reads just
        # every other pixel, so that dropping the rest first gives the same
        x, dilation, stride = every_other(x), dilation // 2, 1
    strides = [1, stride, stride, 1]
    return tf.nn.depthwise_conv2d(x, kernel, strides, "SAME", dilations=[dilation] * 2)


@compute.register
def _convolution(
    primitive: primitives.Convolution, source: Activation, kernel: tf.Tensor
) -> tf.Tensor:
    return tf.nn.conv2d(source.x, kernel, primitive.stride, "SAME")


def pointwise(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """1×1 convolution of (batch, height, width, in).

    Args:
        x: what is read.
        kernel: (in, out).
    """
    # a matrix product: in training half as long as a convolution, above all in the gradients
    return tf.tensordot(x, kernel, 1)


def every_other(x: tf.Tensor) -> tf.Tensor:
    """Pixels (0, 0), (0, 2), … of (batch, height, width, channels)."""
    # a mean over windows of one pixel: the gradient of x[:, ::2, ::2] takes ten times as long
    return tf.nn.avg_pool2d(x, 1, 2, "VALID")


def halves(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
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


def factorised_reduction(source: Activation, kernel: tf.Tensor) -> tf.Tensor:
    """Halves the resolution by two 1×1 convolutions, each of which gives half of the channels.

    Args:
        source: of (batch, height, width, in).
        kernel: (in, out); the first half of its outputs reads even pixels, the second odd ones.

    Returns:
        (batch, ⌈height/2⌉, ⌈width/2⌉, out).
    """
    outputs = kernel.shape[-1]
    kernels = tf.split(kernel, [outputs // 2, outputs - outputs // 2], -1)
    return tf.concat([pointwise(x, k) for x, k in zip(source.halves, kernels, strict=True)], -1)
