"""What an operator's parts compute: for each kind of part a function that applies it.

And where its kernels have another form in inference than a norm's factor gives them, one that folds
them.
"""

import functools
import typing
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from goldnas_tf.architecture import parts


class Norm(typing.Protocol):
    """Applies one of a part's batch norms."""

    def __call__(self, x: tf.Tensor, name: str = parts.LAST) -> tf.Tensor:
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


@functools.singledispatch
def apply(
    part: parts.Part,
    source: Activation,
    stride: int,
    kernel: Callable[[str], tf.Tensor],
    norm: Norm,
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
    raise NotImplementedError(f"no function applies parts of type {type(part).__name__}")


@apply.register
def _separable(
    part: parts.Separable,
    source: Activation,
    stride: int,
    kernel: Callable[[str], tf.Tensor],
    norm: Norm,
) -> tf.Tensor:
    x, dilation = source.relu.x, part.dilation
    if dilation > 1 and stride == 2:
        # TensorFlow has no dilated convolution with a stride; of an even dilation it reads just
        # every other pixel, so that dropping the rest first gives the same
        x, dilation, stride = every_other(x), dilation // 2, 1
    strides = [1, stride, stride, 1]
    bank = kernel(part.depthwise_bank)
    x = tf.nn.depthwise_conv2d(x, bank, strides, "SAME", dilations=[dilation] * 2)
    return norm(pointwise(x, kernel("pointwise")))


@apply.register
def _pool(
    part: parts.Pool,
    source: Activation,
    stride: int,
    kernel: Callable[[str], tf.Tensor],
    norm: Norm,
) -> tf.Tensor:
    del kernel
    pool = tf.nn.avg_pool2d if part.kind == "avg" else tf.nn.max_pool2d
    return norm(pool(source.x, part.kernel, stride, "SAME"))


@apply.register
def _skip(
    part: parts.Skip,
    source: Activation,
    stride: int,
    kernel: Callable[[str], tf.Tensor],
    norm: Norm,
) -> tf.Tensor:
    del part
    if stride == 2:
        return norm(factorised_reduction(source.relu, kernel("pointwise")))
    return norm(source.x)


@apply.register
def _conv(
    part: parts.Conv,
    source: Activation,
    stride: int,
    kernel: Callable[[str], tf.Tensor],
    norm: Norm,
) -> tf.Tensor:
    x, weights = source.relu.x, kernel(part.bank)
    if part.kernel == 1:
        return norm(pointwise(every_other(x) if stride == 2 else x, weights))
    return norm(tf.nn.conv2d(x, weights, stride, "SAME"))


@apply.register
def _inverted(
    part: parts.Inverted,
    source: Activation,
    stride: int,
    kernel: Callable[[str], tf.Tensor],
    norm: Norm,
) -> tf.Tensor:
    expand, depthwise, project = map(kernel, part.banks)
    x = tf.nn.relu(norm(pointwise(source.relu.x, expand), "expanded"))
    x = tf.nn.depthwise_conv2d(x, depthwise, [1, stride, stride, 1], "SAME")
    return norm(pointwise(tf.nn.relu(norm(x, "convolved")), project))


@functools.singledispatch
def fold(
    part: parts.Part,
    stride: int,
    kernels: Mapping[str, np.ndarray],
    factors: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], set[str]]:
    """The kernels of a part in inference, with the factors of its norms in those that take them.

    Args:
        part: whose kernels they are.
        stride: 1 or 2.
        kernels: by the names of their banks.
        factors: of its norms by their names, (channels,) each.

    Returns:
        The kernels as `apply` takes them in inference, and the norms whose factors are in one.
    """
    of_bank = part.kernels(len(factors[parts.LAST]), stride)
    folded, taken = dict(kernels), set()
    for bank, array in kernels.items():
        kernel = of_bank[bank]
        if kernel.norm is not None:
            taken.add(kernel.norm)
            factor = factors[kernel.norm]
            behind = array.ndim - 1 - kernel.outputs % array.ndim
            array = array * factor.reshape(-1, *[1] * behind)
        # a matrix (in, out) becomes the kernel of a convolution
        folded[bank] = pointwise_kernel(array) if array.ndim == 2 else array
    return folded, taken


@fold.register
def _fold_skip(
    part: parts.Skip,
    stride: int,
    kernels: Mapping[str, np.ndarray],
    factors: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], set[str]]:
    del part, stride
    factor = factors[parts.LAST]
    folded = {bank: reduction_kernel(matrix * factor) for bank, matrix in kernels.items()}
    return folded, {parts.LAST} if folded else set()


def pointwise_kernel(matrix: np.ndarray) -> np.ndarray:
    """A matrix (in, out) as the kernel of a 1×1 convolution."""
    return matrix[np.newaxis, np.newaxis]


def reduction_kernel(matrix: np.ndarray) -> np.ndarray:
    """The matrix (in, out) of a factorised reduction as the kernel of one convolution of stride 2.

    The first half of its outputs reads pixel (0, 0) of each 2×2, the second half pixel (1, 1).
    """
    half = matrix.shape[-1] // 2
    kernel = np.zeros((2, 2, *matrix.shape), matrix.dtype)
    kernel[0, 0, :, :half] = matrix[:, :half]
    kernel[1, 1, :, half:] = matrix[:, half:]
    return kernel


def pointwise(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """1×1 convolution of (batch, height, width, in).

    Args:
        x: what is read.
        kernel: (in, out), or (1, 1, in, out) as folded networks have it.
    """
    if len(kernel.shape) == 4:
        # in inference this is quicker, and takes its bias and the ReLU after it along
        return tf.nn.conv2d(x, kernel, 1, "SAME")
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
        kernel: (in, out); the first half of its outputs reads even pixels, the second odd ones. Or
            (2, 2, in, out) as folded networks have it, with both in one convolution.

    Returns:
        (batch, ⌈height/2⌉, ⌈width/2⌉, out).
    """
    if len(kernel.shape) == 4:
        return tf.nn.conv2d(source.x, kernel, 2, "SAME")
    outputs = kernel.shape[-1]
    kernels = tf.split(kernel, [outputs // 2, outputs - outputs // 2], -1)
    return tf.concat([pointwise(x, k) for x, k in zip(source.halves, kernels, strict=True)], -1)
