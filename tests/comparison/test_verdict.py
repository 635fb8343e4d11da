"""The arithmetic of a comparison, and what is said of it."""

import dataclasses
import math

import pytest

from goldnas_tf.comparison.picture import comparison_figure
from goldnas_tf.comparison.table import comparison_table
from goldnas_tf.comparison.verdict import (
    Trained,
    accuracy_sentence,
    front_sentence,
    fronts,
    hypervolumes,
    paired,
    spread,
)


def trained(family, accuracies, point="e1", macs=250, run="run", val=None):
    return [
        Trained(run, point, family, seed, {"macs": macs, "params": 10}, val or accuracy, accuracy)
        for seed, accuracy in enumerate(accuracies)
    ]


BETTER = trained("found", [0.90, 0.92, 0.91]) + trained("random", [0.80, 0.81, 0.82])
WORSE = [
    dataclasses.replace(one, family={"found": "random", "random": "found"}[one.family])
    for one in BETTER
]
ALIKE = trained("found", [0.90, 0.80, 0.85]) + trained("random", [0.80, 0.90, 0.86])


def of_runs(found, random):
    """A front of one network for each search."""
    return [
        one
        for index, (ours, theirs) in enumerate(zip(found, random, strict=True))
        for family, accuracy in (("found", ours), ("random", theirs))
        for one in trained(family, [accuracy], f"e{index}", run=f"run_{index}")
    ]


def test_hypervolume_is_the_mean_accuracy_over_the_logarithm_of_the_budget():
    networks = trained("found", [0.5, 0.8], macs=100) + trained("found", [0.7], "e2", macs=10)
    # the range is 100 to 1000: seed 1 has no smaller network
    assert hypervolumes(networks, "found", "macs", 1000) == {
        ("run", 0): pytest.approx(0.7),
        ("run", 1): pytest.approx(0.8),
    }
    one = [network for network in networks if network.seed == 0]
    one[0] = dataclasses.replace(one[0], accuracy=0.9, val_accuracy=0.9)
    # a budget below 100 buys 0.7, and each half is one decade
    assert hypervolumes(one, "found", "macs", 1000) == {("run", 0): pytest.approx(0.8)}
    assert hypervolumes(networks, "random", "macs", 1000) == {}


def test_networks_are_chosen_by_validation_alone():
    networks = trained("found", [0.6], macs=100, val=0.7)
    networks += trained("found", [0.9], "e2", macs=200, val=0.65)
    assert hypervolumes(networks, "found", "macs", 1000) == {("run", 0): pytest.approx(0.6)}


def test_the_range_begins_where_every_family_has_a_network():
    networks = trained("found", [0.8], macs=100) + trained("found", [0.6], "e2", macs=10)
    networks += trained("random", [0.5], macs=11)
    share = math.log(100 / 11) / math.log(1000 / 11)
    values = hypervolumes(networks, "found", "macs", 1000)
    assert values["run", 0] == pytest.approx(0.6 * share + 0.8 * (1 - share))
    assert hypervolumes(networks, "random", "macs", 1000)["run", 0] == pytest.approx(0.5)


def test_what_a_user_brings_does_not_narrow_the_range():
    networks = trained("found", [0.8], macs=10) + trained("rivals", [0.9], "mine", macs=100)
    assert hypervolumes(networks, "found", "macs", 1000)["run", 0] == pytest.approx(0.8)
    assert hypervolumes(networks, "rivals", "macs", 1000)["run", 0] == pytest.approx(0.45)


def test_pairs_are_of_the_same_point_and_seed():
    networks = BETTER + trained("found", [0.5], "e2") + trained("random", [0.1, 0.2], "e3")
    result = paired(networks, "random")
    assert result.pairs == result.ahead == 3
    assert result.gain == pytest.approx(0.1)
    # t of (0.10, 0.11, 0.09): mean over its standard error is 17.32, with 2 degrees of freedom
    assert result.p_value == pytest.approx(0.003317, rel=1e-3)


def test_each_of_several_searches_is_one_pair():
    networks = of_runs([0.90, 0.92, 0.91], [0.80, 0.81, 0.82])
    networks += trained("found", [0.90], "e7", run="run_0")
    networks += trained("random", [0.80], "e7", run="run_0")
    for result in (paired(networks, "random"), fronts(networks, "random", "macs", 1000)):
        assert result.pairs == result.ahead == 3
        assert result.gain == pytest.approx(0.1)
        assert result.p_value == pytest.approx(0.003317, rel=1e-3)


def test_a_loss_is_said():
    assert accuracy_sentence(paired(BETTER, "random")).startswith(
        "the found networks are better than random"
    )
    assert accuracy_sentence(paired(WORSE, "random")).startswith(
        "the found networks are worse than random"
    )
    assert "not shown to be better or worse" in accuracy_sentence(paired(ALIKE, "random"))
    lost = fronts(of_runs([0.80, 0.81, 0.82], [0.90, 0.92, 0.91]), "random", "macs", 1000)
    assert front_sentence(lost).startswith("the found fronts are worse than those of random")
    assert "10.99% less hypervolume" in front_sentence(lost)
    assert "ahead in 0 of 3 pairs" in front_sentence(lost)


def test_one_pair_has_no_p_value():
    one = paired(trained("found", [0.9]) + trained("random", [0.8]), "random")
    assert one.p_value is None
    assert "not shown" in accuracy_sentence(one)
    same = paired(trained("found", [0.9, 0.9]) + trained("random", [0.9, 0.9]), "random")
    assert same.p_value is None
    assert "no difference" in accuracy_sentence(same)


def test_a_network_of_a_cost_of_its_own_has_no_pair():
    assert paired(BETTER + trained("rivals", [0.9], "mine"), "rivals") is None


def test_spread_is_the_sample_standard_deviation():
    assert spread([1.0, 2.0, 3.0]) == pytest.approx(1.0)
    assert spread([5.0]) == 0.0


def test_the_table_has_every_family_at_every_point():
    networks = WORSE + trained("narrowed", [0.7, 0.8, 0.9], macs=260)
    networks += trained("found", [0.95, 0.94, 0.96], "e2", macs=500)
    table = comparison_table(networks, "macs", 1000)
    rows = [line.split() for line in table.splitlines()]
    assert ["e1", "found", "250", "10", "25.0%", "81.00%", "±", "1.00", "3"] in rows
    assert ["e1", "narrowed", "260", "10", "26.0%", "80.00%", "±", "10.00", "3"] in rows
    assert ["e2", "found", "500", "10", "50.0%", "95.00%", "±", "1.00", "3"] in rows
    assert "the found networks are worse than random networks of equal cost: 10.00 points" in table
    assert ["random", "0.9100", "±", "0.0100", "3"] in rows


def test_points_of_several_searches_go_together_by_their_rank():
    table = comparison_table(of_runs([0.90, 0.92], [0.80, 0.81]), "macs", 1000, equal_time=True)
    rows = [line.split() for line in table.splitlines() if line.startswith("e0/e1")]
    assert [(row[1], row[-1]) for row in rows] == [("found", "2"), ("random", "2")]
    assert "the found fronts are" in table


def test_the_picture_shows_every_training():
    networks = BETTER + trained("found", [0.7], "e2", macs=100)
    axes = comparison_figure(networks, "macs", 1000).axes[0]
    marks = sum(len(marks.get_offsets()) for marks in axes.collections if "Path" in str(marks))
    assert marks == len(networks)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [label.split(":")[0] for label in labels] == ["found", "random"]
