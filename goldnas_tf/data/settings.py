"""What the user chooses about data: which images, and how training images are varied.

Plain data that imports no TensorFlow, so that command lines can check flags at once.
"""

import os
from dataclasses import dataclass

from goldnas_tf.errors import InputError

POLICIES = ("none", "randaugment")


@dataclass(frozen=True)
class DataSettings:
    """Which images a run uses and how they are divided.

    Attributes:
        dataset: `digits` (comes with scikit-learn, needs no network), `folder` (images
            in `data_dir/train/<class>/`), or the name of a TFDS image classification
            set, such as `cifar10`.
        data_dir: for `folder` the folder, required; for a TFDS set where it is prepared
            (default None: TFDS's own, `~/tensorflow_datasets`); unused for `digits`.
        image_size: side in pixels, at least 1, of the square that every image is
            resized to; None (default) leaves images as they are, which must then all
            have one size.
        validation_fraction: share of the training images, strictly between 0 and 1,
            held out for validation where the data set brings no validation images.
        train_images: train on this many images only, drawn in proportion to the
            classes after the validation images were held out; 0 (default) uses all.
        seed: what decides which images are held out or left unused, at least 0.

    Raises:
        InputError: if a value lies outside the range given above.
    """

    dataset: str = "digits"
    data_dir: str | os.PathLike | None = None
    image_size: int | None = None
    validation_fraction: float = 0.2
    train_images: int = 0
    seed: int = 0

    def __post_init__(self):
        if not isinstance(self.dataset, str) or not self.dataset.strip():
            raise InputError(
                "dataset: expected 'digits', 'folder' or the name of a TFDS set, "
                f"got {self.dataset!r}; try 'digits' or 'cifar10'"
            )
        if self.data_dir is not None and not isinstance(self.data_dir, str | os.PathLike):
            raise InputError(f"data_dir: expected a path, got {self.data_dir!r}; give a folder")
        if self.dataset == "folder" and not self.data_dir:
            raise InputError(
                "data_dir: expected the folder that holds train/<class>/ for dataset 'folder', "
                f"got {self.data_dir!r}; give its path"
            )
        if self.image_size is not None:
            _require_whole("image_size", self.image_size, least=1)
        fraction = self.validation_fraction
        if not _is_number(fraction) or not 0 < fraction < 1:
            raise InputError(
                "validation_fraction: expected a number between 0 and 1 (both excluded), "
                f"got {fraction!r}; 0.2 holds out a fifth"
            )
        _require_whole("train_images", self.train_images, least=0)
        _require_whole("seed", self.seed, least=0)


@dataclass(frozen=True)
class AugmentationSettings:
    """How training images are varied at random, in the order of the attributes.

    Attributes:
        crop_padding: pixels of border, at least 0, added on each side before a crop of
            the original size is cut out; 0 switches cropping off. Default 4, as is
            usual for 32x32 images.
        flip: whether half of the images, chosen at random, are mirrored left to right.
            Switch it off where mirroring changes the class (digits, letters).
        policy: `randaugment`, or `none` (default).
        cutout: side in pixels, at least 0, of the square that is blanked out; 0
            switches it off. Default 16, as is usual for 32x32 images.

    Raises:
        InputError: if a value lies outside the range given above.
    """

    crop_padding: int = 4
    flip: bool = True
    cutout: int = 16
    policy: str = "none"

    def __post_init__(self):
        _require_whole("crop_padding", self.crop_padding, least=0)
        _require_whole("cutout", self.cutout, least=0)
        if self.flip not in (True, False):
            raise InputError(f"flip: expected True or False, got {self.flip!r}; give one of them")
        if self.policy not in POLICIES:
            raise InputError(
                f"policy: expected one of {', '.join(POLICIES)}, got {self.policy!r}; "
                "'none' switches it off"
            )


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require_whole(name, value, least):
    # False stands for 0 ("off"); True would silently become 1 pixel or 1 image.
    if value is True or not isinstance(value, int) or value < least:
        raise InputError(
            f"{name}: expected a whole number of at least {least}, got {value!r}; change it"
        )
