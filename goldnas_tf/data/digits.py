"""The handwritten digits of scikit-learn: 1,797 grey images of 8x8 that need no network."""

import numpy as np
from sklearn.datasets import load_digits

from goldnas_tf.data.image_data import ImageData, assemble
from goldnas_tf.data.resizing import resized
from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.data.stratify import hold_out, keep_some, share
from goldnas_tf.settings.images import DataSettings

TEST_FRACTION = 0.1


def load(settings: DataSettings) -> ImageData:
    """Loads the digits, by default as 1,257 training, 360 validation and 180 test images.

    The test images are the same for every seed: whatever a search with one seed found
    can be tested after training with another. The seed divides the others.

    Args:
        settings: `validation_fraction` is a share of all 1,797 images.

    Returns:
        The images, held in memory; pixels, 0..16 in the source, are 0..255.

    Raises:
        InputError: if the settings leave a class without training images.
    """
    source = load_digits()
    images = np.rint(source.images[..., np.newaxis] * (255 / 16)).astype(np.uint8)
    images = np.asarray(resized(images, settings.image_size))
    labels = source.target.astype(np.int32)

    usable, test = hold_out(labels, share(len(labels), TEST_FRACTION), seed=0)
    validation_images = share(len(labels), settings.validation_fraction)
    train, validation = hold_out(labels[usable], validation_images, settings.split_seed)
    train, validation = usable[train], usable[validation]
    train = keep_some(labels, train, settings.train_images, settings.split_seed)
    positions = {"train": train, "validation": validation, "test": test}
    return assemble(
        "digits",
        images.shape[1:],
        [str(name) for name in source.target_names],
        {name: ArraySplit(images[some], labels[some]) for name, some in positions.items()},
    )
