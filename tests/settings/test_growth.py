"""What of a configuration may grow when its run is resumed."""

import dataclasses

import pytest

from goldnas_tf.evolution.settings import EvolutionSettings, EvolveConfig
from goldnas_tf.searching.config import PointSettings, SearchConfig
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.settings.growth import ADDED_TO, EXTENDED, LOWERED, RAISED, Difference, differences
from goldnas_tf.settings.sections import SpaceSettings
from goldnas_tf.training.train_config import TrainConfig


def compare(before, now):
    return differences(before.to_json(), now.to_json(), now.growths())


PAPER = SearchConfig(plan=PlanSettings(schedule="paper"))


def search(**points):
    return dataclasses.replace(PAPER, points=PointSettings(**points))


def test_differences_are_named_with_both_values():
    now = SearchConfig(space=SpaceSettings(cells=7), seed=1)
    found = compare(SearchConfig(), now)
    assert [str(one) for one in found] == ["cells: was 6, is 7", "seed: was 0, is 1"]
    assert not any(one.is_growth for one in found)
    assert compare(now, now) == []


def test_a_setting_that_is_new_differs():
    before = PAPER.to_json()
    del before["space"]["stem"], before["points"]["max_epochs"]
    found = differences(before, PAPER.to_json(), PAPER.growths())
    assert [str(one) for one in found] == [
        "max_epochs: was None, is 300, but may only be raised",
        "stem: was None, is cifar",
    ]
    assert not any(one.is_growth for one in found)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"max_epochs": 5}, {"max_epochs": 9}),
        ({"macs_floor": "15%"}, {"macs_floor": "9.5%"}),
        ({"macs_floor": "240M"}, {"macs_floor": "95,000K"}),
        ({"macs_targets": ()}, {"macs_targets": ("50%",)}),
        ({"macs_targets": ("50%", "240M")}, {"macs_targets": ("240M", "30%", "50%")}),
    ],
)
def test_a_search_may_go_further_and_not_back(before, now):
    (found,) = compare(search(**before), search(**now))
    assert found.is_growth
    assert "but" not in str(found)
    (found,) = compare(search(**now), search(**before))
    assert not found.is_growth
    assert ", but may only be " in str(found)


def test_a_share_and_a_count_are_not_compared():
    (found,) = compare(search(macs_floor="15%"), search(macs_floor="1K"))
    assert str(found) == ("macs_floor: was 15%, is 1K, but may only be lowered, in the same form")
    assert not found.is_growth
    (found,) = compare(search(macs_floor="1K"), search(macs_floor="15%"))
    assert not found.is_growth


def test_targets_that_are_added_are_told():
    (found,) = compare(search(macs_targets=("50%",)), search(macs_targets=("30%", "50%", "20%")))
    assert found.added == ["30%", "20%"]
    assert str(found) == "macs_targets: was 50%, is 30%,50%,20%"


@pytest.mark.parametrize(
    ("before", "now", "growth"),
    [("9", 10, RAISED), ([1], "10%", LOWERED), ("x", "10%", LOWERED), ([{}], ["5%"], ADDED_TO)],
)
def test_values_that_no_setting_has_do_not_grow(before, now, growth):
    assert not Difference("edited", before, now, growth).is_growth


def test_only_what_says_how_far_a_run_goes_may_grow_or_where_it_is_done():
    further = {"max_epochs", "macs_floor", "macs_targets", "finish_points", "floor", "targets"}
    where = {"workers", "cluster"}
    assert set(PAPER.growths()) == further | where
    # the curve of a planned search depends on where it ends
    assert set(SearchConfig().growths()) == {"macs_targets", "targets", "finish_points"} | where
    assert set(EvolveConfig().growths()) == {"generations", "final_points"} | where
    # the learning rate of each step depends on their number
    assert TrainConfig().growths() == {}


def test_help_says_what_may_grow():
    for owner in (PointSettings, EvolutionSettings):
        for field in dataclasses.fields(owner):
            growth = field.metadata["grows"]
            assert ("; on resume this may be " in field.metadata["meaning"]) is bool(growth)


def test_where_networks_are_trained_may_be_another_place():
    found = differences(
        {"engine": {"workers": 4, "cluster": "tcp://one:1"}},
        {"engine": {"workers": 1, "cluster": ""}},
        EvolveConfig().growths(),
    )
    assert [one.is_growth for one in found] == [True, True]


def test_targets_are_added_to_those_that_are_there():
    assert EXTENDED.allows(["0.4ms"], ["0.2ms", "0.4ms"])
    # without any others were in their place
    assert not EXTENDED.allows([], ["0.4ms"])
    assert LOWERED.allows("0.4ms", "0.3ms")
    assert not LOWERED.allows("0.4ms", "0.3K macs")
