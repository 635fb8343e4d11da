"""`ImageData`: everything that training needs to know about a set of labelled images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from absl import logging

from goldnas_tf.data.duplicates import count_shared
from goldnas_tf.data.pipelines import untuned
from goldnas_tf.data.splits import ArraySplit, Split, blaming
from goldnas_tf.settings.images import DataSettings

STATISTICS_IMAGES = 4096
"""Pixel statistics of a streamed split come from this many of its images."""

LEAST_STD = 1.0
"""Least standard deviation of a channel, in 0..255 units, so that dividing by it is safe."""


@dataclass(frozen=True, eq=False)
class ImageData:
    """A set of labelled images, divided into splits.

    Attributes:
        name: what to call the set in reports.
        image_shape: (h, w, c) of every image.
        class_names: name of each class; a label is a position in it.
        train: the split to fit weights to.
        validation: the split to choose by.
        pixel_mean: mean of each channel over the training images, in 0..255.
        pixel_std: standard deviation of each channel over the training images, in the
            same units, at least `LEAST_STD`.
        test: the split to report on once everything is chosen, or None. No search may
            read it.
        source: the settings that `load` was given, None for images that came otherwise.
        white_level: the value in files of 16 bits that was read as 255; None where there are none.
        remarks: what a user has to know of how the images were read, a few words each.
    """

    name: str
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train: Split
    validation: Split
    pixel_mean: tuple[float, ...]
    pixel_std: tuple[float, ...]
    test: Split | None = None
    source: DataSettings | None = None
    white_level: int | None = None
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name, with the remarks behind it."""
        return f"{self.name} ({'; '.join(self.remarks)})" if self.remarks else self.name

    @property
    def splits(self) -> tuple[Split, ...]:
        """Those that there are."""
        return tuple(filter(None, (self.train, self.validation, self.test)))

    def describe(self) -> dict:
        """What a run notes down about its images, as JSON values."""
        return {
            "name": self.name,
            "image_shape": list(self.image_shape),
            "class_names": list(self.class_names),
            "train_images": self.train.size,
            "validation_images": self.validation.size,
            "pixel_mean": list(self.pixel_mean),
            "pixel_std": list(self.pixel_std),
            "white_level": self.white_level,
        }


def assemble(
    name: str,
    image_shape: Sequence[int],
    class_names: Sequence[str],
    splits: Mapping[str, Split],
    white_level: int | None = None,
    remarks: tuple[str, ...] = (),
) -> ImageData:
    """Builds `ImageData`, measuring the pixel statistics of the training images.

    Warns where held-out images are training images, too.

    Args:
        name: see `ImageData`, as for all others.
        image_shape: (h, w, c).
        class_names: of each class.
        splits: "train", "validation" and perhaps "test".
        white_level: of files of 16 bits.
        remarks: on how the images were read.
    """
    train = splits["train"]
    for split in ("validation", "test"):
        if split in splits:
            _warn_of_copies(name, split, splits[split], train)
    with blaming([train]):
        mean, std = pixel_statistics(train)
    height, width, channels = (int(size) for size in image_shape)
    return ImageData(
        name=name,
        image_shape=(height, width, channels),
        class_names=tuple(class_names),
        train=train,
        validation=splits["validation"],
        pixel_mean=mean,
        pixel_std=std,
        test=splits.get("test"),
        white_level=white_level,
        remarks=remarks,
    )


def _warn_of_copies(name: str, split: str, held_out: Split, train: Split) -> None:
    # sets that are streamed as they were prepared would have to be read whole
    if held_out.keys is None or train.keys is None:
        return
    if shared := count_shared(held_out.keys, train.keys):
        logging.warning(
            "%s: %d of %d %s images are training images, too; what is measured on them says little "
            "about new images",
            name,
            shared,
            held_out.size,
            split,
        )


def pixel_statistics(split: Split) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measures mean and standard deviation of each channel.

    A split in memory is read whole. A streamed one gives `STATISTICS_IMAGES` images of
    a fixed random order, or all if it has fewer: a bound on the time before training.

    Args:
        split: the split to measure, at least one image.

    Returns:
        (mean, std), tuples of one float per channel, in 0..255 units; std is at least
        `LEAST_STD`.
    """
    if isinstance(split, ArraySplit):
        chunks = (split.images[at : at + 256] for at in range(0, split.size, 256))
    else:
        if split.size <= STATISTICS_IMAGES:
            batches = split.examples().batch(256)
        else:
            batches = split.shuffled_batches(256, 0, 0).take(STATISTICS_IMAGES // 256)
        chunks = (images for images, _ in untuned(batches).as_numpy_iterator())
    # Counting the 256 values a pixel can have is exact, whatever the number of images.
    values, counts = np.arange(256.0), np.zeros((1, 256), np.int64)
    for images in chunks:
        channels = images.reshape(-1, images.shape[-1]).T
        counts = counts + np.stack([np.bincount(channel, minlength=256) for channel in channels])
    pixels = counts.sum(axis=1)
    mean = counts @ values / pixels
    variance = np.maximum(counts @ values**2 / pixels - mean**2, 0.0)
    std = np.maximum(np.sqrt(variance), LEAST_STD)
    return tuple(mean.tolist()), tuple(std.tolist())
