"""The policy RandAugment, drawn for each image on its own and by a stateless seed.

The image arithmetic is that of Keras' preprocessing layers. `keras.layers.RandAugment`
itself is not used: it draws one pair of operators for a whole batch, computes all of
them each time, rotates by up to half a turn, and draws from a state that a resumed run
would not have.
"""

import itertools
from collections.abc import Sequence

import keras
import tensorflow as tf

from goldnas_tf.runtime.floatx import float32

OPERATORS_PER_IMAGE = 2


class RandAugment:
    """Applies two operators, drawn at random for each image, to each image of a batch.

    Operators and ranges are those of the paper at full strength, where a strength is
    drawn for each image instead of being the same for all: identity, auto-contrast,
    equalise, rotate (up to 30 degrees), solarise, posterise (to 4..7 bits), colour,
    contrast, sharpness (factors 0.1..1.9), brightness (plus or minus up to 0.4 of the
    range), shear and translate along x or y (up to 0.3). Grey images have no colour
    operator.

    Args:
        pixel_mean: mean of each channel in 0..255; its mean fills what a shift uncovers.

    Reference: Cubuk et al., "RandAugment: practical automated data augmentation with a
        reduced search space" (2020).
    """

    def __init__(self, pixel_mean: Sequence[float]):
        # Under a bfloat16 policy layers would round pixels to 8 bits of mantissa.
        plain = {"dtype": "float32", "data_format": "channels_last"}
        # The seed is never used; without one Keras would draw from Python's global state.
        options = {**plain, "seed": 0}
        shift = {
            **options,
            "fill_mode": "constant",
            "fill_value": sum(pixel_mean) / len(pixel_mean),
        }
        layers = keras.layers
        self._layers = [
            layers.AutoContrast(**plain),
            _EqualizationOfEach(**plain),
            layers.RandomRotation(30 / 360, **shift),
            layers.Solarization(threshold_factor=1.0, **options),
            layers.RandomPosterization((4, 8), **options),
            # A single number would give factors of one sign only.
            layers.RandomContrast((0.9, 0.9), **options),
            # Keras adds instead of multiplying: 0.4 of the range is as far as a factor goes.
            layers.RandomBrightness(0.4, **options),
            layers.RandomSharpness((0.05, 0.95), **options),
            layers.RandomShear(x_factor=0.3, **shift),
            layers.RandomShear(y_factor=0.3, **shift),
            layers.RandomTranslation(0.0, 0.3, **shift),
            layers.RandomTranslation(0.3, 0.0, **shift),
        ]
        if len(pixel_mean) == 3:
            layer = layers.RandomColorDegeneration(0.9, **options)
            self._layers.append(layer)

    # Outside a graph, Keras' auto-contrast refuses the empty batch of an operator that no
    # image drew.
    @tf.function
    def __call__(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Varies a batch.

        Args:
            images: uint8 [b, h, w, c].
            seed: int [2].

        Returns:
            uint8 [b, h, w, c].
        """
        varied = tf.cast(images, tf.float32)
        # Keras draws in its global type.
        with float32():
            for round_seed in tf.unstack(tf.random.split(seed, OPERATORS_PER_IMAGE)):
                varied = self._one_operator_each(varied, round_seed)
        return tf.saturate_cast(tf.round(varied), tf.uint8)

    def _one_operator_each(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Sends each image through an operator of its own: each works on its images only."""
        batch, operators = images.shape[0], len(self._layers) + 1
        seeds = tf.unstack(tf.random.split(seed, operators))
        drawn = tf.random.stateless_uniform([batch], seeds[0], 0, operators, tf.int32)
        places = tf.dynamic_partition(tf.range(batch), drawn, operators)
        parts = [tf.gather(images, places[0])]  # The identity.
        for layer, its_places, its_seed in zip(self._layers, places[1:], seeds[1:], strict=True):
            part = tf.gather(images, its_places)
            drawn = layer.get_random_transformation(part, seed=_StatelessSeeds(its_seed))
            parts.append(layer.transform_images(part, drawn))
        return tf.ensure_shape(tf.dynamic_stitch(places, parts), images.shape)


class _EqualizationOfEach(keras.layers.Equalization):
    """`keras.layers.Equalization` for each image: Keras' own takes one histogram a batch."""

    def transform_images(
        self, images: tf.Tensor, transformation: object, training: bool = True
    ) -> tf.Tensor:
        def of_one(image: tf.Tensor) -> tf.Tensor:
            return super(_EqualizationOfEach, self).transform_images(image[None], None)[0]

        return tf.map_fn(of_one, images)


class _StatelessSeeds(keras.random.SeedGenerator):
    """Gives a Keras layer seeds that follow from one seed tensor and no variable."""

    def __init__(self, seed: tf.Tensor):
        # The base class would make a variable, whose value a resumed run would not have.
        self._seed = seed
        self._drawn = itertools.count()

    def next(self, ordered: bool = True) -> tf.Tensor:
        return tf.random.fold_in(self._seed, next(self._drawn))
