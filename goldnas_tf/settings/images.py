"""What the user chooses about data: which images, and how training images are varied.

Plain data that imports no TensorFlow, so that command lines can check flags at once. The defaults
are those for the 8×8 digits; presets for photographs bring their own.
"""

import dataclasses

from goldnas_tf.errors import InputError
from goldnas_tf.settings.setting import check, setting

POLICIES = ("none", "randaugment")


@dataclasses.dataclass(frozen=True)
class DataSettings:
    """Which images a run uses and how they are divided.

    Raises:
        InputError: a value is out of range, or `folder` comes without its `data_dir`.
    """

    dataset: str = setting(
        "digits",
        "digits (built in), folder (your images in DATA_DIR/train/CLASS/), or the name of a "
        "TensorFlow Datasets classification set such as cifar10",
    )
    data_dir: str | None = setting(
        None,
        "the folder of --dataset=folder; for TensorFlow Datasets where they are prepared",
        is_path=True,
    )
    image_size: int | None = setting(
        None, "side in pixels of the square that images are resized to; default: as they are", low=1
    )
    validation_fraction: float = setting(
        0.2,
        "share of the training images held out for validation, where the set brings none",
        above=0,
        below=1,
    )
    train_images: int = setting(
        0, "how many training images to use, drawn in proportion to the classes; 0 is all", low=0
    )
    split_seed: int = setting(0, "decides which images are held out for validation", low=0)
    white_level: int | None = setting(
        None,
        "value that is white in PNG files of 16 bits, as 4095 where a sensor uses 12 of them; "
        "default: the largest of as many bits as the training images use",
        low=1,
        high=65535,
    )

    def __post_init__(self) -> None:
        check(self)
        if not self.dataset.strip():
            raise InputError("dataset: expected digits, folder or a TFDS name; received ''")
        if self.dataset == "folder" and not self.data_dir:
            raise InputError(
                "data_dir: expected the folder that holds train/CLASS/, for dataset folder; "
                "received none; give its path"
            )


@dataclasses.dataclass(frozen=True)
class AugmentationSettings:
    """How training images are varied at random, in this order.

    Raises:
        InputError: a value is out of range.
    """

    crop_padding: int = setting(
        1, "border in pixels before a random crop of the image's size; usual for 32x32: 4", low=0
    )
    flip: bool = setting(False, "mirror half of the images left to right; not for digits, letters")
    policy: str = setting("none", "further random operations on each image", choices=POLICIES)
    cutout: int = setting(
        0, "side in pixels of the square blanked out of each image; usual for 32x32: 16", low=0
    )

    def __post_init__(self) -> None:
        check(self)
