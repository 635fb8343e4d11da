"""The arithmetic of a comparison, and what is said of it."""

import dataclasses

import pytest

from goldnas_tf.comparison.picture import comparison_figure, comparison_table
from goldnas_tf.comparison.verdict import Trained, hypervolumes, paired, sentence, spread


def trained(family, accuracies, point="e1", macs=250):
    return [
        Trained(point, family, seed, {"macs": macs, "params": 10}, accuracy)
        for seed, accuracy in enumerate(accuracies)
    ]


BETTER = trained("found", [0.90, 0.92, 0.91]) + trained("random", [0.80, 0.81, 0.82])
WORSE = [
    dataclasses.replace(one, family={"found": "random", "random": "found"}[one.family])
    for one in BETTER
]
ALIKE = trained("found", [0.90, 0.80, 0.85]) + trained("random", [0.80, 0.90, 0.86])


def test_hypervolume_is_the_area_that_is_dominated():
    networks = trained("found", [0.5, 0.8], macs=500) + trained("found", [0.4], "e2", macs=100)
    # of seed 0: 0.5 · 0.5, and between costs 0.1 and 0.5 another 0.4 · 0.4
    assert hypervolumes(networks, "found", 1000) == pytest.approx([0.25 + 0.16, 0.4])
    assert hypervolumes(networks, "random", 1000) == []


def test_pairs_are_of_the_same_point_and_seed():
    networks = BETTER + trained("found", [0.5], "e2") + trained("random", [0.1, 0.2], "e3")
    result = paired(networks, "random")
    assert result.pairs == 3
    assert result.gain == pytest.approx(0.1)
    # t of (0.10, 0.11, 0.09): mean over its standard error is 17.32, with 2 degrees of freedom
    assert result.p_value == pytest.approx(0.003317, rel=1e-3)


def test_a_loss_is_said():
    assert sentence(paired(BETTER, "random")).startswith(
        "the found networks are better than random"
    )
    assert sentence(paired(WORSE, "random")).startswith("the found networks are worse than random")
    assert "not shown to be better or worse" in sentence(paired(ALIKE, "random"))


def test_one_pair_has_no_p_value():
    one = paired(trained("found", [0.9]) + trained("random", [0.8]), "random")
    assert one.p_value is None
    assert "not shown" in sentence(one)
    same = paired(trained("found", [0.9, 0.9]) + trained("random", [0.9, 0.9]), "random")
    assert same.p_value is None
    assert "no difference" in sentence(same)


def test_spread_is_the_sample_standard_deviation():
    assert spread([1.0, 2.0, 3.0]) == pytest.approx(1.0)
    assert spread([5.0]) == 0.0


def test_the_table_has_every_family_at_every_point():
    networks = WORSE + trained("narrowed", [0.7, 0.8, 0.9], macs=260)
    networks += trained("found", [0.95, 0.94, 0.96], "e2", macs=500)
    table = comparison_table(networks, 1000)
    rows = [line.split() for line in table.splitlines()]
    assert ["e1", "found", "250", "25.0%", "10", "81.00%", "±", "1.00", "3"] in rows
    assert ["e1", "narrowed", "260", "26.0%", "10", "80.00%", "±", "10.00", "3"] in rows
    assert ["e2", "found", "500", "50.0%", "10", "95.00%", "±", "1.00", "3"] in rows
    assert "the found networks are worse than random networks of equal cost: 10.00 points" in table


def test_the_picture_has_every_training():
    figure = comparison_figure(BETTER + trained("narrowed", [0.7]), 1000)
    (axes,) = figure.axes
    assert sum(len(dots.get_offsets()) for dots in axes.collections if dots.get_offsets().size) >= 7
    assert len(axes.get_legend().get_texts()) == 3
