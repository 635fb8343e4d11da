import subprocess
import sys

import pytest

from goldnas_tf.data.settings import AugmentationSettings, DataSettings
from goldnas_tf.errors import InputError


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dataset": ""}, "dataset: expected"),
        ({"dataset": 3}, "dataset: expected"),
        ({"dataset": "folder"}, "data_dir: expected the folder"),
        ({"data_dir": 3}, "data_dir: expected a path"),
        ({"image_size": 0}, "image_size: expected a whole number of at least 1, got 0"),
        ({"image_size": 8.0}, "image_size: expected"),
        ({"image_size": True}, "image_size: expected"),
        ({"validation_fraction": 0}, "validation_fraction: expected"),
        ({"validation_fraction": 1.0}, "validation_fraction: expected"),
        ({"validation_fraction": "0.2"}, "validation_fraction: expected"),
        ({"train_images": -1}, "train_images: expected"),
        ({"seed": -1}, "seed: expected"),
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
        ({"crop_padding": -1}, "crop_padding: expected"),
        ({"cutout": 2.5}, "cutout: expected"),
        ({"cutout": True}, "cutout: expected"),
        ({"flip": "yes"}, "flip: expected True or False"),
        ({"policy": "autoaugment"}, "policy: expected one of none, randaugment"),
    ],
)
def test_bad_augmentation_settings_die_with_one_line(values, said):
    with pytest.raises(InputError) as caught:
        AugmentationSettings(**values)
    assert str(caught.value).startswith(said)


def test_everything_can_be_switched_off():
    AugmentationSettings(crop_padding=0, flip=False, cutout=False, policy="none")


def test_settings_cost_no_tensorflow():
    program = (
        "import sys, goldnas_tf.data, goldnas_tf.data.settings; "
        "from goldnas_tf.data import DataSettings; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_package_offers_every_public_name():
    import goldnas_tf.data as data

    for name in data.__all__:
        assert callable(getattr(data, name))
    with pytest.raises(AttributeError, match="nonsense"):
        data.nonsense  # noqa: B018
