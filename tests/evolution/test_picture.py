import dataclasses

import pytest

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.picture import draw_evolution, evolution_figure
from goldnas_tf.evolution.plan_picture import draw_plan, plan_figure
from goldnas_tf.evolution.settings import EvolutionSettings

SETTINGS = EvolutionSettings(max_params="10K")


def tried(number, generation, params, accuracy, **values):
    name = f"n{number:03d}"
    return Candidate(
        name, (number,), generation, {"macs": 9 * params, "params": params}, accuracy, **values
    )


HISTORY = [
    [tried(1, 1, 5000, 0.8), tried(2, 1, 900, 0.6), tried(3, 1, 700, None, failure="diverged")],
    [tried(1, 1, 5000, 0.8), tried(4, 2, 1200, 0.85), tried(5, 2, 400, 0.5)],
]


def texts(figure):
    """All words of a figure."""
    found = [text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text"))]
    return " | ".join(found)


def test_the_picture_counts_networks_and_shows_fronts_and_hypervolume():
    figure = evolution_figure(HISTORY, SETTINGS)
    words = texts(figure)
    assert "Networks tried: 5, infeasible: 1" in words
    assert "front after generation 1" in words
    assert "front after generation 2" in words
    left, right = figure.axes
    fronts = {line.get_label(): line.get_xydata().tolist() for line in left.lines}
    assert fronts["front after generation 1"][-1] == [5000, 80]
    # the steps of the last front end at its best network, which beats the one before
    assert fronts["front after generation 2"][-1] == [1200, 85]
    grown = right.lines[0].get_ydata()
    assert len(grown) == 5
    assert list(grown) == sorted(grown)


def test_the_axis_of_costs_has_numbers():
    left, _ = evolution_figure(HISTORY, SETTINGS).axes
    left.figure.draw_without_rendering()
    assert [tick.get_text() for tick in left.get_xticklabels() if tick.get_text()]


@pytest.mark.parametrize("history", [HISTORY[:1], [[HISTORY[0][2]]], HISTORY])
def test_pictures_of_few_networks_are_drawn_too(tmp_path, history):
    draw_evolution(history, SETTINGS, tmp_path / "evolution.png")
    assert (tmp_path / "evolution.png").stat().st_size > 0


def test_the_first_of_several_costs_is_shown():
    settings = dataclasses.replace(SETTINGS, objectives=("macs", "params"))
    left, _ = evolution_figure(HISTORY, settings).axes
    assert "multiply-adds" in left.get_xlabel()


def test_the_plan_shows_stages_widths_and_blocks(tmp_path):
    plan = [
        {
            "channels": 6,
            "blocks": [{"block": "e003", "kernel": "3"}, {"block": "e009", "kernel": "5"}],
        },
        {"channels": 9, "blocks": [{"block": "e003", "kernel": "5"}]},
    ]
    genotype = Genotype.full(Space((8, 8, 1), 10, nodes=2, stages=((2, 6), (1, 9))))
    words = texts(plan_figure(plan, genotype))
    for word in ("6 channels, 8×8", "9 channels, 4×4", "e003", "e009", "normal, 3×3", "reduction"):
        assert word in words
    draw_plan(plan, genotype, tmp_path / "network.png")
    assert (tmp_path / "network.png").stat().st_size > 0
