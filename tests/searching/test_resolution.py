"""Sizes of images that are tried before a search."""

import dataclasses
import io
import json

import pytest

from goldnas_tf import data
from goldnas_tf.display.terminal import Progress
from goldnas_tf.errors import InputError
from goldnas_tf.searching import resolution
from goldnas_tf.searching.config import PointSettings, ResolutionSettings, SearchConfig
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.settings.images import DataSettings
from goldnas_tf.settings.sections import OptimizerSettings, SpaceSettings

CONFIG = SearchConfig(
    data=DataSettings(train_images=120),
    optimizer=OptimizerSettings(batch_size=24),
    space=SpaceSettings(cells=1, channels=4, nodes=1),
    points=PointSettings(macs_floor="50%"),
    resolution=ResolutionSettings(image_sizes=("6", "8"), size_minutes=0.01),
)


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    workdir, stream = tmp_path_factory.mktemp("run"), io.StringIO()
    return resolution.settle(CONFIG, data.load, workdir, Progress(stream)), workdir, stream


def test_the_size_with_the_best_network_is_searched_at(settled):
    config, workdir, stream = settled
    found = json.loads((workdir / resolution.FILE).read_text())
    assert [one["image_size"] for one in found["tried"]] == [6, 8]
    best = max(found["tried"], key=lambda one: one["val_accuracy"])
    assert config.data.image_size == found["image_size"] == best["image_size"]
    assert dataclasses.replace(config, data=CONFIG.data) == CONFIG
    assert f"the search is at {best['image_size']}" in stream.getvalue()
    # of about the same cost, at two sizes
    six, eight = (one["macs"] for one in found["tried"])
    assert 0.5 < six / eight < 2
    assert resolution.spent(workdir) == sum(one["seconds"] for one in found["tried"]) > 0


def test_the_test_images_are_not_asked(settled):
    for size in ("6", "8"):
        folder = settled[1] / resolution.FOLDER / size / "network"
        assert json.loads((folder / "metrics.json").read_text())["test_accuracy"] is None


def test_what_was_settled_stays(settled):
    config, workdir, _ = settled

    def load(settings):
        raise AssertionError(settings)

    assert resolution.settle(CONFIG, load, workdir) == config


def test_without_sizes_nothing_is_tried(tmp_path):
    plain = dataclasses.replace(CONFIG, resolution=ResolutionSettings())
    assert resolution.settle(plain, data.load, tmp_path) is plain
    assert not list(tmp_path.iterdir())
    assert resolution.spent(tmp_path) == 0


def test_a_tenth_of_the_time_is_for_all_of_them():
    sizes = ResolutionSettings(image_sizes=("6", "8"))
    timed = dataclasses.replace(CONFIG, resolution=sizes, plan=PlanSettings(minutes=20))
    assert resolution.seconds(timed) == 60
    assert resolution.seconds(CONFIG) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (("8", "large"), "image_sizes: expected whole pixels; received 'large'"),
        (("0",), "image_sizes: expected whole pixels; received '0'"),
        (("8", "8"), "image_sizes: expected each once"),
    ],
)
def test_impossible_sizes_are_refused(sizes, message):
    with pytest.raises(InputError, match=message):
        ResolutionSettings(image_sizes=sizes)


def test_sizes_need_a_time():
    with pytest.raises(InputError, match="size_minutes: expected above 0"):
        dataclasses.replace(CONFIG, resolution=ResolutionSettings(image_sizes=("6", "8")))
