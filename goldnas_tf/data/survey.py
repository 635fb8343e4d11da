"""What image files are like, found out before they are used: lying ones, and those of 16 bits."""

import typing

import tensorflow as tf

from goldnas_tf.data import decoding
from goldnas_tf.data.pipelines import untuned

SAMPLE = 4096
"""Of a set that is streamed, so many images are looked at."""


class Survey(typing.NamedTuple):
    """What was seen.

    Attributes:
        images: how many were looked at.
        turned: how many have to be turned, as their Exif block says.
        deep: how many are PNG files of 16 bits.
        brightest: the largest value in these, 0..65535.
    """

    images: int = 0
    turned: int = 0
    deep: int = 0
    brightest: int = 0

    @property
    def white_level(self) -> int | None:
        """The largest value of as many bits as those files use; None where there are none.

        Sensors and microscopes write 8 to 16 bits into files of 16, mostly the lowest ones.
        """
        return 2 ** max(self.brightest.bit_length(), 1) - 1 if self.deep else None


def survey(contents: tf.data.Dataset) -> Survey:
    """Looks at image files.

    Args:
        contents: their bytes, string scalars.
    """
    found = contents.map(_examined, num_parallel_calls=tf.data.AUTOTUNE, deterministic=False)
    total = Survey()
    for rows in untuned(found.batch(1024)).as_numpy_iterator():
        images, turned, deep, brightest = rows.T.tolist()
        total = Survey(
            total.images + sum(images),
            total.turned + sum(turned),
            total.deep + sum(deep),
            max(total.brightest, *brightest),
        )
    return total


@tf.function(input_signature=[tf.TensorSpec([], tf.string)], autograph=False)
def _examined(content: tf.Tensor) -> tf.Tensor:
    """The numbers of a `Survey` of one image."""
    is_deep = decoding.is_deep(content)
    brightest = tf.cond(
        is_deep,
        lambda: tf.cast(tf.reduce_max(decoding.deep_values(content)), tf.int64),
        lambda: tf.constant(0, tf.int64),
    )
    turned = decoding.orientation(content) > 1
    return tf.stack([1, tf.cast(turned, tf.int64), tf.cast(is_deep, tf.int64), brightest])


def remarks(surveys: typing.Iterable[Survey], white_level: int | None) -> tuple[str, ...]:
    """What a user has to know of how the images are read, in a few words each.

    Args:
        surveys: of the splits.
        white_level: the value of files of 16 bits that is white, or None.
    """
    surveys = list(surveys)
    images, turned, deep, _ = (sum(numbers) for numbers in zip(*surveys, strict=True))
    brightest = max(one.brightest for one in surveys)
    found = []
    if turned:
        found.append(f"{turned:,} of {images:,} turned upright as their EXIF says")
    if deep:
        share = brightest / decoding.FULL_RANGE
        found.append(
            f"{deep:,} of {images:,} in 16 bits, which use values up to {brightest:,}, "
            f"{share:.1%} of the range; white is {white_level:,}"
        )
    return tuple(found)
