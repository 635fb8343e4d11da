import dataclasses
import itertools
import sys

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from goldnas_tf import pareto
from goldnas_tf.display.front import draw_front, front_figure, front_rgb

START = 560_000_000


def names_drawn(figure):
    return {text.get_text(): text for text in figure.axes[0].texts if text.get_text()}


def extents(figure, texts):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return [text.get_window_extent(canvas.get_renderer()) for text in texts]


@pytest.mark.parametrize("count", [0, 1, 25])
def test_a_readable_png_and_no_other_file_is_written(tmp_path, make_points, count):
    draw_front(make_points(count), START, tmp_path / "pareto.png")
    assert [path.name for path in tmp_path.iterdir()] == ["pareto.png"]
    with Image.open(tmp_path / "pareto.png") as image:
        assert image.format == "PNG"
        assert image.size == (1200, 768)
        assert np.asarray(image.convert("L")).std() > 5  # not an empty sheet


def test_rgb_is_the_png(tmp_path, make_points):
    points = make_points(3)
    draw_front(points, START, tmp_path / "pareto.png")
    saved = np.asarray(Image.open(tmp_path / "pareto.png").convert("RGB"))
    np.testing.assert_array_equal(front_rgb(points, START), saved)


def test_every_point_on_the_front_is_named_and_no_labels_overlap(make_points):
    points = pareto.mark(make_points(25))
    figure = front_figure(points, START)
    drawn = names_drawn(figure)
    assert {point.name for point in points if point.non_dominated} <= set(drawn)
    boxes = extents(figure, drawn.values())
    overlapping = [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert not overlapping


def test_labels_of_a_crowd_of_nearly_equal_accuracy_do_not_overlap():
    points = [
        pareto.Point(
            f"e{index:03d}-{240 - 8 * index}M",
            "p",
            {"macs": (240 - 8 * index) * 1_000_000, "params": 1},
            0.97 - 0.0001 * index,
            index,
            "stable",
        )
        for index in range(25)
    ]
    figure = front_figure(points, START)
    drawn = names_drawn(figure)
    assert set(drawn) == {point.name for point in points}
    boxes = extents(figure, drawn.values())
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_dominated_points_are_found_though_the_points_say_otherwise(make_points):
    good, bad = make_points(2)
    costs = {**good.costs, "macs": good.macs + 1}
    bad = dataclasses.replace(bad, costs=costs, val_accuracy=good.val_accuracy - 0.01)
    assert bad.non_dominated
    assert "not dominated: 1" in front_figure([good, bad], START).axes[0].get_title("left")


def test_equal_points_and_accuracies_have_an_axis_with_room(make_points):
    points = [dataclasses.replace(point, val_accuracy=0.9) for point in make_points(4)]
    low, high = front_figure([*points, points[0]], START).axes[0].get_ylim()
    assert low < 90 < high


def test_the_cost_axis_is_logarithmic_only_where_the_range_is_wide(make_points):
    wide = front_figure(make_points(5, 25_000_000, 500_000_000), START).axes[0]
    narrow = front_figure(make_points(5, 250_000_000, 500_000_000), START).axes[0]
    assert (wide.get_xscale(), narrow.get_xscale()) == ("log", "linear")
    for axes in (wide, narrow):
        FigureCanvasAgg(axes.figure).draw()
        ticks = [label.get_text() for label in axes.get_xticklabels()]
        assert len(ticks) >= 4
        assert all(tick.endswith("M") for tick in ticks)


def test_the_legend_names_the_reasons_there_are(make_points):
    points = make_points(2)  # one "stable" or "budget" and one "final"
    (legend,) = front_figure(points, START).legends
    text = " ".join(label.get_text() for label in legend.get_texts())
    present = {point.reason for point in points}
    assert {reason for reason in pareto.REASONS if f"{reason}:" in text} == present


def test_pyplot_is_left_alone(make_points):
    front_rgb(make_points(3), START)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_unfinished_points_are_pale_and_those_far_below_left_out(make_points):
    high, middle, low = make_points(3)
    points = [
        dataclasses.replace(high, val_accuracy=0.8, finished=True),
        dataclasses.replace(low, val_accuracy=0.78, finished=True),
        dataclasses.replace(middle, val_accuracy=0.781, name="pale"),
        dataclasses.replace(middle, val_accuracy=0.4, name="away"),
    ]
    figure = front_figure(points, START)
    (axes, *_) = figure.axes
    said = [text.get_text() for text in figure.findobj(Text)]
    assert any("Networks found: 4, finished: 2, not dominated: 2" in text for text in said)
    assert axes.get_ylim()[0] > 75
    pale = [line for line in axes.lines if line.get_alpha() == 0.5 and line.get_marker() != "None"]
    assert [line.get_ydata()[0] for line in pale] == pytest.approx([78.1])
    assert "not finished" in said
    assert "away" not in said
