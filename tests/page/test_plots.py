"""The plot of fronts and the smaller ones, as Vega itself reads them."""

import json

import numpy as np
import pytest
import vl_convert

from goldnas_tf.page import charts, front
from goldnas_tf.page.content import History, Judged, Mark, Panel, Standing
from goldnas_tf.page.units import Unit

MARKS = [
    Mark("a", "found", {"macs": 4e6, "params": 2e4}, {"validation": 0.8, "test": 0.79}),
    Mark("b", "found", {"macs": 1e6, "params": 9e3}, {"validation": 0.7}, network="run/b"),
    Mark("c", "found", {"macs": 3e6}, {"validation": 0.6}, standing=Standing.DOMINATED),
    Mark("d", "found", {"macs": 2e6}, {"validation": 0.2}, standing=Standing.PALE),
    Mark("e", "random", {"macs": 2e6}, {"validation": 0.7, "test": 0.7}, {"test": 0.02}),
]
COLOURS = {"found": "#0b5394", "random": "#c05a00"}


def specification(is_log=True):
    measures = front.units(MARKS, ("params",))
    made = front.specification(measures, front.splits(MARKS), COLOURS, is_log)
    made["data"][0]["values"] = front.values(MARKS, measures)
    # outside of a page there is nothing to be bound to, and no container
    for signal in made["signals"]:
        signal.pop("bind", None)
    made["signals"][0] = {"name": "width", "value": 600}
    # names find their places on a canvas, which only a browser has
    made["marks"] = [mark for mark in made["marks"] if "transform" not in mark]
    return made


def test_units_fit_the_costs_and_the_searched_one_comes_first():
    measures = front.units(MARKS, ("params",))
    assert [(one.resource, one.symbol) for one in measures] == [("params", "K"), ("macs", "M")]
    assert Unit.fitting("flash_bytes", [96_000, 1_000]).symbol == "KB"
    assert Unit.fitting("latency_ms", [0.2, 2000]).symbol == " ms"
    assert Unit.fitting("latency_ms", [0.2]).of(0.2) == 0.2
    assert Unit.fitting("macs", [5e9]).of(5e9) == 5
    assert Unit.fitting("macs", [12]).title == "multiply-adds for one image"


def test_what_is_not_known_of_a_network_is_left_out():
    measures = front.units(MARKS, ("macs",))
    rows = front.values(MARKS, measures)
    assert rows[0]["macs"] == 4 and rows[0]["params"] == 20
    assert "params" not in rows[2] and "test" not in rows[1]
    assert rows[4]["test_spread"] == pytest.approx(2)
    assert front.splits(MARKS) == ["validation", "test"]
    assert front.splits(MARKS[1:4]) == ["validation"]


def test_a_page_begins_with_what_is_known_of_most():
    assert front.first_split(MARKS) == "validation"
    assert front.first_split([MARKS[0], MARKS[4]]) == "test"
    assert front.first_split([]) == ""


def test_the_validation_images_choose_and_the_test_images_judge():
    lucky = Mark("lucky", "found", {"macs": 1e6}, {"validation": 0.6, "test": 0.9})
    solid = Mark("solid", "found", {"macs": 1e6}, {"validation": 0.7, "test": 0.7})
    measures = front.units([lucky, solid], ("macs",))
    made = specification()
    made["data"][0]["values"] = front.values([lucky, solid], measures)
    for signal in made["signals"]:
        if signal["name"] in ("x_axis", "y_axis"):
            signal["value"] = {"x_axis": "macs", "y_axis": "test"}[signal["name"]]
    made["title"] = {"text": {"signal": "best_text"}}
    best = "The best of all by the validation images: solid (found), 70.00% (test)"
    assert best in vl_convert.vega_to_svg(made)


@pytest.mark.parametrize("is_log", [True, False])
def test_vega_draws_the_fronts(is_log):
    svg = vl_convert.vega_to_svg(specification(is_log))
    assert svg.count('aria-label="a, found, 80.00% at 20K parameters"') == 1
    assert "NaN" not in svg
    assert ("logarithmic" if is_log else "linear") in svg


def test_axes_and_limits_are_signals():
    made = specification()
    set_to = {"x_axis": "macs", "y_axis": "validation", "limit_macs": "3.5"}
    for signal in made["signals"]:
        if signal["name"] in set_to:
            signal["value"] = set_to[signal["name"]]
    # what a page writes beside the plot
    made["title"] = {"text": {"signal": "best_text"}}
    svg = vl_convert.vega_to_svg(made)
    best = "The best within these limits by the validation images: b (found), 70.00% (validation)"
    assert f"{best} at 1M multiply-adds" in svg
    # far below the others, and not finished
    assert 'aria-label="d, ' not in svg
    assert svg.count('aria-label="c, ') == 1
    json.dumps(made, allow_nan=False)


def test_vega_lite_draws_how_a_run_went_and_what_is_confused():
    panels = [
        Panel("accuracy, %", {"training": [1.0, 2.0], "validation": [None, 3.0]}),
        Panel("λ", {"λ": [0.0, 1e-3]}, is_log=True),
    ]
    run = History("epoch", [1, 2], panels, {"e002": 2}, {"steps": 60.0, "export": 1.0})
    for panel in panels:
        assert "<svg" in vl_convert.vegalite_to_svg(_sized(charts.history(panel, run)))
    assert "steps" in vl_convert.vegalite_to_svg(_sized(charts.where_time_went(run)))
    judged = Judged("2 images", ["cat", "dog"], [1.0, None], np.array([[3, 1], [0, 0]]))
    svg = vl_convert.vegalite_to_svg(charts.confusion(judged))
    assert "cat" in svg and "dog" in svg
    rows = charts.confusion(judged)["data"]["values"]
    assert [(r["class"], r["taken"], r["share"]) for r in rows] == [
        ("cat", "cat", 75.0),
        ("cat", "dog", 25.0),
    ]


def _sized(drawing):
    """Where there is no container."""
    return {**drawing, "width": 300}
