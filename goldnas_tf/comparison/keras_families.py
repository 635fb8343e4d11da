"""Families of hand-made networks, as Keras models whose width brings them to a cost.

resnet      ResNet-8 of MLPerf Tiny (github.com/mlcommons/tiny): three stages of one residual block
mobilenet   inverted residuals (MobileNetV2, arXiv 1801.04381), in three stages as well

Each stage has half the side of the one before it and about twice its channels. Where the space of
the search begins with a stem that makes images smaller, these do so, too.
"""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence

import keras

from goldnas_tf.architecture.space import Space
from goldnas_tf.comparison.model_blueprint import ModelBlueprint
from goldnas_tf.networks.network import Form, classifier, conv_norm
from goldnas_tf.networks.pixels import PixelNormalization

# of the widest stage
_WIDEST = 2048
_EXPANSION = 4


@dataclasses.dataclass(frozen=True)
class _Family:
    """How a family is built.

    Attributes:
        widths: channels of each stage, of a typical member.
        blocks: how many there are in each stage.
        block: a block (layers, map, channels, stride) → map.
    """

    widths: tuple[int, ...]
    blocks: tuple[int, ...]
    block: Callable[["_Layers", keras.KerasTensor, int, int], keras.KerasTensor]


class _Layers:
    """What blocks are made of, in one precision.

    Layers with weights are numbered in their order: the names that Keras gives depend on what the
    process has built before, and a checkpoint would be of that process alone.
    """

    def __init__(self, precision: str):
        self.precision = precision
        self._numbers = itertools.count()

    def conv(
        self, x: keras.KerasTensor, filters: int, size: int, stride: int = 1
    ) -> keras.KerasTensor:
        """A convolution and its batch norm."""
        return conv_norm(x, filters, size, self.precision, self._name(), stride)

    def depthwise(self, x: keras.KerasTensor, stride: int) -> keras.KerasTensor:
        """A depthwise convolution of 3x3 and its batch norm."""
        return conv_norm(x, None, 3, self.precision, self._name(), stride)

    def relu(self, x: keras.KerasTensor) -> keras.KerasTensor:
        """max(x, 0)."""
        return keras.layers.ReLU(dtype=self.precision)(x)

    def add(self, x: keras.KerasTensor, y: keras.KerasTensor) -> keras.KerasTensor:
        """The sum of two maps."""
        return keras.layers.Add(dtype=self.precision)([x, y])

    def _name(self) -> str:
        return f"step_{next(self._numbers)}"


def _residual(
    layers: _Layers, x: keras.KerasTensor, channels: int, stride: int
) -> keras.KerasTensor:
    y = layers.relu(layers.conv(x, channels, 3, stride))
    y = layers.conv(y, channels, 3)
    if stride > 1 or x.shape[-1] != channels:
        x = layers.conv(x, channels, 1, stride)
    return layers.relu(layers.add(x, y))


def _inverted_residual(
    layers: _Layers, x: keras.KerasTensor, channels: int, stride: int
) -> keras.KerasTensor:
    y = layers.relu(layers.conv(x, _EXPANSION * x.shape[-1], 1))
    y = layers.conv(layers.relu(layers.depthwise(y, stride)), channels, 1)
    return layers.add(x, y) if stride == 1 and x.shape[-1] == channels else y


_FAMILIES = {
    "resnet": _Family((16, 32, 64), (1, 1, 1), _residual),
    "mobilenet": _Family((12, 24, 48), (2, 3, 3), _inverted_residual),
}
NAMES = tuple(_FAMILIES)


def build(name: str, space: Space, widths: Sequence[int], form: Form) -> keras.Model:
    """A member of a family with fresh weights.

    Args:
        name: one of `NAMES`.
        space: its images, classes and stem are the network's.
        widths: channels of each stage.
        form: precision and normalisation of the pixels.

    Returns:
        A model from images with values in 0..255 to logits.
    """
    family, layers = _FAMILIES[name], _Layers(form.precision)
    stride = space.stem_stride
    images = keras.Input(space.image_shape, name="images")
    x = PixelNormalization.of(space.image_shape[-1], form.pixel_mean, form.pixel_std)(images)
    x = layers.relu(layers.conv(x, widths[0], 3, stride))
    for stage, (width, blocks) in enumerate(zip(widths, family.blocks, strict=True)):
        for block in range(blocks):
            halves = block == 0 and (stage > 0 or stride == 2)
            x = family.block(layers, x, width, 2 if halves else 1)
    return keras.Model(images, classifier(space, x, form.precision, "pool", "classifier"))


def nearest(name: str, space: Space, cost: str, amount: float) -> ModelBlueprint:
    """The member of a family whose cost is nearest to a given one.

    Args:
        name: one of `NAMES`.
        space: its images, classes and stem are the network's.
        cost: a resource that can be counted.
        amount: of it.
    """
    low, high = 1, 2
    while high < _WIDEST and _amount(name, space, high, cost) < amount:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        below = _amount(name, space, middle, cost) < amount
        low, high = (middle, high) if below else (low, middle)
    return min(
        (_member(name, space, widest) for widest in (low, high)),
        key=lambda member: abs(member.costs(Form())[cost] - amount),
    )


def _amount(name: str, space: Space, widest: int, cost: str) -> float:
    return _member(name, space, widest).costs(Form())[cost]


@functools.cache
def _member(name: str, space: Space, widest: int) -> ModelBlueprint:
    """The member with so many channels in its widest stage, the others in proportion."""
    typical = _FAMILIES[name].widths
    widths = tuple(max(1, round(width * widest / typical[-1])) for width in typical)
    return ModelBlueprint(
        functools.partial(build, name, space, widths),
        {"family": name, "widths": list(widths), "stem": space.stem},
        takes_small=True,
    )
