import dataclasses
import subprocess
import sys

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import AugmentationSettings, DataSettings


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dataset": ""}, "dataset: expected digits, folder or a TFDS name; received ''"),
        ({"dataset": "  "}, "dataset: expected digits, folder or a TFDS name"),
        ({"dataset": 3}, "dataset: expected of type str; received 3"),
        ({"dataset": "folder"}, "data_dir: expected the folder that holds train/CLASS/"),
        ({"data_dir": 3}, "data_dir: expected of type str; received 3"),
        ({"image_size": 0}, "image_size: expected at least 1; received 0"),
        ({"image_size": 8.0}, "image_size: expected at least 1; received 8.0"),
        ({"image_size": True}, "image_size: expected at least 1; received True"),
        (
            {"validation_fraction": 0},
            "validation_fraction: expected above 0 and below 1; received 0",
        ),
        ({"validation_fraction": 1.0}, "validation_fraction: expected above 0 and below 1"),
        ({"validation_fraction": "0.2"}, "validation_fraction: expected above 0 and below 1"),
        ({"validation_fraction": float("nan")}, "validation_fraction: expected above 0"),
        ({"train_images": -1}, "train_images: expected at least 0; received -1"),
        ({"split_seed": -1}, "split_seed: expected at least 0; received -1"),
    ],
)
def test_bad_data_settings_die_with_one_line(values, said):
    with pytest.raises(InputError) as caught:
        DataSettings(**values)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"crop_padding": -1}, "crop_padding: expected at least 0; received -1"),
        ({"cutout": 2.5}, "cutout: expected at least 0; received 2.5"),
        ({"cutout": True}, "cutout: expected at least 0; received True"),
        ({"cutout": False}, "cutout: expected at least 0; received False"),
        ({"flip": "yes"}, "flip: expected of type bool; received 'yes'"),
        ({"flip": 1}, "flip: expected of type bool; received 1"),
        ({"policy": "autoaugment"}, "policy: expected one of none, randaugment; received 'auto"),
    ],
)
def test_bad_augmentation_settings_die_with_one_line(values, said):
    with pytest.raises(InputError) as caught:
        AugmentationSettings(**values)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_defaults_suit_the_digits():
    assert AugmentationSettings() == AugmentationSettings(
        crop_padding=1, flip=False, policy="none", cutout=0
    )
    data = DataSettings()
    assert (data.dataset, data.data_dir, data.image_size) == ("digits", None, None)
    assert (data.train_images, data.split_seed) == (0, 0)


def test_order_of_the_fields_is_that_of_the_operations():
    names = [field.name for field in dataclasses.fields(AugmentationSettings)]
    assert names == ["crop_padding", "flip", "policy", "cutout"]


def test_everything_can_be_switched_off():
    AugmentationSettings(crop_padding=0, flip=False, cutout=0, policy="none")


def test_settings_cost_no_tensorflow():
    program = (
        "import sys, goldnas_tf.data, goldnas_tf.settings.images; "
        "from goldnas_tf.settings.images import DataSettings; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_package_offers_every_public_name():
    import goldnas_tf.data as data

    for name in data.__all__:
        assert callable(getattr(data, name))
    with pytest.raises(AttributeError, match="nonsense"):
        data.nonsense  # noqa: B018
