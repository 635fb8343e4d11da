import collections
import dataclasses
import json

import pytest

from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.searching.config import PointSettings, SearchConfig
from goldnas_tf.settings.sections import SpaceSettings
from goldnas_tf.settings.setting import settings

SECTIONS = {
    field.name: field.type
    for field in dataclasses.fields(SearchConfig)
    if dataclasses.is_dataclass(field.type)
}


def test_names_of_settings_are_unique_over_all_sections():
    owners = (SearchConfig, *SECTIONS.values())
    counts = collections.Counter(field.name for owner in owners for field in settings(owner))
    assert not [name for name, count in counts.items() if count > 1]


def test_every_field_of_every_section_is_a_setting_with_a_meaning():
    for section in SECTIONS.values():
        assert settings(section) == dataclasses.fields(section)
        assert all(field.metadata["meaning"] for field in settings(section))


def test_every_section_checks_itself():
    for section in SECTIONS.values():
        for field in settings(section):
            with pytest.raises(InputError, match=field.name):
                section(**{field.name: object()})
    with pytest.raises(
        InputError, match="seed: expected at least 0 and at most 4294967295; received"
    ):
        SearchConfig(seed=-1)


def test_defaults_of_the_method():
    made = SearchConfig()
    assert (made.optimizer.learning_rate, made.optimizer.momentum) == (0.01, 0.9)
    assert (made.optimizer.weight_decay, made.optimizer.clip_norm) == (3e-4, 5.0)
    assert (made.gates.gate_learning_rate, made.gates.gate_momentum) == (1.0, 0.9)
    assert made.optimizer.batch_size == 96
    assert made.points.stable_epochs == 3


def test_space_settings_make_the_space():
    chosen = SpaceSettings(cells=3, channels=4, nodes=2, ops=("skip_connect",), stem="imagenet")
    assert chosen.for_images((32, 40, 3), 7) == Space(
        (32, 40, 3), 7, 3, 4, 2, ("skip_connect",), "imagenet"
    )


def test_defaults_of_settings_and_space_agree_on_what_is_not_a_size():
    defaults = SpaceSettings().for_images((32, 32, 3), 10)
    space = Space((32, 32, 3), 10)
    assert (defaults.nodes, defaults.ops, defaults.stem) == (space.nodes, space.ops, space.stem)


def test_json_holds_every_setting_by_section():
    made = SearchConfig(points=PointSettings(macs_targets=("50%", "240M")), seed=3)
    values = made.to_json()
    assert json.loads(json.dumps(values)) == values
    assert set(values) == {*SECTIONS, "seed"}
    assert values["seed"] == 3
    assert values["points"]["macs_targets"] == ["50%", "240M"]
    for name, section in SECTIONS.items():
        assert set(values[name]) == {field.name for field in settings(section)}
