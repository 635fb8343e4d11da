"""Image classification sets of TensorFlow Datasets (TFDS), by name."""

import dataclasses
import os

import numpy as np
import tensorflow as tf
import tensorflow_datasets as tfds
from absl import logging

from goldnas_tf.data.image_data import ImageData, assemble
from goldnas_tf.data.splits import (
    ArraySplit,
    Divisible,
    divide,
    fits_in_memory,
    held_if_they_fit,
)
from goldnas_tf.data.survey import SAMPLE, remarks, survey
from goldnas_tf.data.tfds_records import TfdsRecords
from goldnas_tf.errors import InputError, close_to, first_line
from goldnas_tf.files.paths import local_path
from goldnas_tf.settings.images import DataSettings


def load(settings: DataSettings) -> ImageData:
    """Loads a TFDS set, downloading and preparing it first where that is needed.

    Training images come from the split `train`. Validation images come from the split
    `validation` where the set has one, and are held out of `train` otherwise. The split
    `test`, where it has labels, is passed on and not used for anything here.

    Args:
        settings: whose `dataset` names the set, `name` or `name/config`.

    Raises:
        InputError: if the set is unknown, cannot be prepared, or is not one of images
            with one label each.
    """
    builder = _builder(settings)
    # Before a download that may take hours.
    image_key, label_key = _image_and_label(builder)
    image_shape = _image_shape(builder, image_key, settings)
    _prepare(builder)
    try:
        return _read(builder, settings, image_key, label_key, image_shape)
    except tf.errors.OpError as error:
        raise InputError(
            f"{builder.name}: expected record files that can be read in {builder.data_dir}; "
            f"received {first_line(error)}; prepare the set again"
        ) from error


def _read(
    builder: tfds.core.DatasetBuilder,
    settings: DataSettings,
    image_key: str,
    label_key: str,
    image_shape: tuple[int, int, int],
) -> ImageData:
    """Reads a prepared set, or what of it has to be known now."""

    def records(split: str) -> TfdsRecords:
        return TfdsRecords(
            builder.info, split, image_key, label_key, settings.image_size, image_shape
        )

    if "train" not in builder.info.splits:
        raise InputError(
            f"{builder.name}: expected a split 'train'; received {', '.join(builder.info.splits)}; "
            "choose a data set with training images"
        )
    sources = {"train": records("train")}
    if "validation" in builder.info.splits:
        sources["validation"] = records("validation")
    if "test" in builder.info.splits and (test := records("test")).has_labels():
        sources["test"] = test
    held = fits_in_memory(sum(source.size for source in sources.values()), image_shape)

    looked_at = {
        name: survey(source.contents() if held else source.some_contents(SAMPLE))
        for name, source in sources.items()
    }
    white_level = settings.white_level or looked_at["train"].white_level
    sources = {
        name: dataclasses.replace(source, white_level=white_level)
        for name, source in sources.items()
    }
    splits: dict[str, Divisible] = {name: source.streamed() for name, source in sources.items()}
    splits = held_if_they_fit(splits, image_shape)
    splits |= _divided(splits["train"], sources["train"], "validation" in sources, settings)
    return assemble(
        settings.dataset,
        image_shape,
        builder.info.features[label_key].names,
        held_if_they_fit(splits, image_shape),
        white_level=white_level,
        remarks=remarks(looked_at.values(), white_level),
    )


def _divided(
    train: Divisible,
    source: TfdsRecords,
    has_validation: bool,
    settings: DataSettings,
) -> dict[str, Divisible]:
    """Holds validation images out of the training images, where needed, and thins the rest."""
    if has_validation and not settings.train_images:
        return {}
    if isinstance(train, ArraySplit):
        labels, keys = train.labels, train.keys
    else:
        # of a large set it takes minutes
        labels, keys = source.labels_and_keys()
    return divide(train, labels, keys, has_validation, settings)


def _builder(settings: DataSettings) -> tfds.core.DatasetBuilder:
    """Opens the set that `settings` name, without downloading it."""
    name = settings.dataset
    # where it looks by default, said, since without a home folder it makes one called `~`
    default = os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")
    data_dir = local_path(settings.data_dir or default, "data_dir")
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        known = tfds.list_builders(with_community_datasets=False)
        offer = close_to(name, known) or "give 'digits' or 'cifar10'"
        raise InputError(
            "dataset: expected digits, folder or the name of a TFDS set; received "
            f"{name!r}; {offer}"
        ) from error
    except Exception as error:  # Configurations and metadata fail in many ways.
        raise InputError(
            f"dataset: expected a TFDS set that can be opened; received {name!r}, which cannot: "
            f"{first_line(error)}; check the name, its configuration and data_dir"
        ) from error


def _prepare(builder: tfds.core.DatasetBuilder) -> None:
    """Downloads the set, saying so, unless its files are on disk."""
    if builder.is_prepared():
        return
    logging.warning("%s is not in %s yet: downloading it", builder.name, builder.data_dir)
    try:
        builder.download_and_prepare()
    except Exception as error:  # Network, disk, checksums, licences: any kind.
        raise InputError(
            f"dataset: cannot download {builder.name!r} into {builder.data_dir}: "
            f"{first_line(error)}; check network and disk, or give a data_dir that has it"
        ) from error


def _image_and_label(builder: tfds.core.DatasetBuilder) -> tuple[str, str]:
    """Returns the names of the features that are the image and its class."""
    features = builder.info.features
    for keys in (builder.info.supervised_keys, ("image", "label")):
        if (
            isinstance(features, tfds.features.FeaturesDict)
            and keys is not None
            and len(keys) == 2
            and set(keys) <= set(features)
            and isinstance(features[keys[0]], tfds.features.Image)
            and isinstance(features[keys[1]], tfds.features.ClassLabel)
        ):
            return keys
    raise InputError(
        f"dataset: expected a set of images with one class label each; received {builder.name!r} "
        f"with the features {', '.join(features)}; choose an image classification set"
    )


def _image_shape(
    builder: tfds.core.DatasetBuilder, image_key: str, settings: DataSettings
) -> tuple[int, int, int]:
    """Returns (h, w, c) of the images as training will see them."""
    feature = builder.info.features[image_key]
    height, width, channels = feature.shape
    if np.dtype(feature.np_dtype) != np.uint8 or channels not in (1, 3):
        raise InputError(
            f"dataset: expected 8-bit grey or RGB images; received {builder.name!r} with "
            f"{np.dtype(feature.np_dtype)} and {channels} channels; choose another set"
        )
    if settings.image_size is not None:
        return (settings.image_size, settings.image_size, channels)
    if height is None or width is None:
        raise InputError(
            f"image_size: expected a size, because the images of {builder.name!r} differ in "
            "theirs; received none; give one, such as 64"
        )
    return (height, width, channels)
