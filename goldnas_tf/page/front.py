"""The plot of fronts: accuracy over cost, with limits that can be moved, as a Vega specification.

What a person chooses beside the plot are signals of it: both axes, and a limit for each resource.
In return it says which network was clicked (`chosen`), and which is the best within the limits
(`best`, `best_text`). The scale alone, logarithmic or linear, needs another specification.
Reference: https://vega.github.io/vega/docs/specification
"""

from collections.abc import Mapping, Sequence
from typing import Any

from goldnas_tf.page import front_marks
from goldnas_tf.page.content import Mark, Standing
from goldnas_tf.page.units import Unit
from goldnas_tf.resources.resources import RESOURCES

SPLITS = ("validation", "test")
_HEIGHT = 400
_Json = dict[str, Any]


def units(marks: Sequence[Mark], first: Sequence[str]) -> list[Unit]:
    """A unit for every resource that is known of some network, the first ones first."""
    names = sorted(RESOURCES, key=lambda name: (name not in first, list(RESOURCES).index(name)))
    known = {name: [mark.costs[name] for mark in marks if name in mark.costs] for name in names}
    return [Unit.fitting(name, costs) for name, costs in known.items() if costs]


def splits(marks: Sequence[Mark]) -> list[str]:
    """The splits on which some network was measured."""
    return [split for split in SPLITS if any(split in mark.accuracies for mark in marks)]


def first_split(marks: Sequence[Mark]) -> str:
    """The split that says something of most networks; of two that do alike the test images."""
    counts = {split: sum(split in mark.accuracies for mark in marks) for split in splits(marks)}
    return max(reversed(counts), key=lambda split: counts[split], default="")


def values(marks: Sequence[Mark], measures: Sequence[Unit]) -> list[_Json]:
    """The networks as the plot takes them: accuracies in percent, costs in their units."""
    return [
        {
            "id": number,
            "name": mark.name,
            "front": mark.front,
            "standing": mark.standing.value,
            "network": mark.network,
            **{
                unit.resource: unit.of(mark.costs[unit.resource])
                for unit in measures
                if unit.resource in mark.costs
            },
            **{split: 100 * accuracy for split, accuracy in mark.accuracies.items()},
            **{f"{split}_spread": 100 * spread for split, spread in mark.spreads.items()},
        }
        for number, mark in enumerate(marks)
    ]


def specification(
    measures: Sequence[Unit],
    sides: Sequence[str],
    colours: Mapping[str, str],
    is_log: bool,
) -> _Json:
    """The plot, without the networks: they are the values of its data "networks".

    Args:
        measures: the resources that the horizontal axis can show.
        sides: the splits that the vertical one can.
        colours: of fronts, by name.
        is_log: whether the horizontal axis is logarithmic.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "description": "Accuracy over cost of the networks; they are listed in the table below.",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": _HEIGHT,
        "padding": 4,
        "signals": _signals(measures, sides, len(colours) > 1),
        "data": _data(measures),
        "scales": _scales(colours, is_log),
        "axes": _axes(is_log),
        "legends": _legends(colours),
        "marks": [
            front_marks.beyond_limit(),
            front_marks.steps(),
            front_marks.spreads(),
            *front_marks.limit_line(),
            front_marks.networks(measures, sides),
            front_marks.ring("datum.network && datum.network === chosen", 260, 2.5),
            front_marks.ring("is_limited && datum.id === best_id", 420, 1.2),
            front_marks.names(),
        ],
    }


def _signals(measures: Sequence[Unit], sides: Sequence[str], are_several: bool) -> list[_Json]:
    resized = "max(260, containerSize()[0])"
    titles = {unit.resource: unit.title for unit in measures}
    symbols = {unit.resource: unit.symbol for unit in measures}
    drag = "[@limit:pointerdown, window:pointerup] > window:pointermove!"
    signals: list[_Json] = [
        {
            "name": "width",
            "init": resized,
            "on": [{"events": "window:resize", "update": resized}],
        },
        {"name": "x_axis", "value": measures[0].resource, "bind": {"element": "#front-x"}},
        {"name": "y_axis", "value": sides[0], "bind": {"element": "#front-y"}},
        {"name": "titles", "value": titles},
        {"name": "symbols", "value": symbols},
        {"name": "names", "value": {one.resource: one.name for one in measures}},
        {"name": "are_several", "value": are_several},
        {"name": "chosen", "value": "", "on": [{"events": "@dots:click", "update": _CLICKED}]},
        {"name": "hovered", "value": None, "on": _hovering()},
    ]
    for unit in measures:
        name = f"limit_{unit.resource}"
        moved = f"x_axis === '{unit.resource}' ? {_DRAGGED} : {name}"
        signals.append(
            {
                "name": name,
                "value": "",
                "bind": {"element": f"#limit-{unit.resource}", "event": "input"},
                "on": [{"events": drag, "update": moved}],
            }
        )
    limits = {unit.resource: f"limit_{unit.resource}" for unit in measures}
    shown = "{" + ", ".join(f"{name}: {signal}" for name, signal in limits.items()) + "}"
    return [
        *signals,
        {"name": "limits", "update": shown},
        {"name": "limit", "update": "limits[x_axis]"},
        {
            "name": "is_limited",
            "update": " || ".join(f"{signal} !== ''" for signal in limits.values()),
        },
        {"name": "best_of", "update": "length(data('best')) ? data('best')[0].best : null"},
        {"name": "best", "update": "best_of ? best_of.network : ''"},
        {"name": "best_id", "update": "best_of ? best_of.id : -1"},
        {"name": "best_text", "update": _BEST_TEXT},
    ]


_CLICKED = "datum.network || chosen"
# as precise as a pixel
_DRAGGED = "x() >= width ? '' : +format(max(invert('x', max(x(), 0)), 0), '.3r')"
# the validation images choose, where there are any, for the test images only judge
_BEST_TEXT = (
    "!best_of ? 'No network is within these limits.' : "
    "(is_limited ? 'The best within these limits' : 'The best of all')"
    " + (isValid(best_of.validation) ? ' by the validation images: ' : ': ')"
    " + best_of.name + (are_several ? ' (' + best_of.front + '), ' : ', ')"
    " + format(best_of.y, '.2f') + '% (' + y_axis + ') at '"
    " + format(best_of.x, '.3~r') + symbols[x_axis] + ' ' + names[x_axis]"
)


def _hovering() -> list[_Json]:
    return [
        {"events": "@dots:pointerover", "update": "datum.id"},
        {"events": "@dots:pointerout", "update": "null"},
    ]


def _data(measures: Sequence[Unit]) -> list[_Json]:
    within = " && ".join(
        f"(limit_{unit.resource} === '' || (isValid(datum.{unit.resource}) && "
        f"datum.{unit.resource} <= +limit_{unit.resource}))"
        for unit in measures
    )
    pale = f"datum.standing === '{Standing.PALE.value}'"
    spread = "(isValid(datum[y_axis + '_spread']) ? datum[y_axis + '_spread'] : 0)"
    formulas = {
        "x": "datum[x_axis]",
        "y": "datum[y_axis]",
        "low": f"datum[y_axis] - {spread}",
        "high": f"datum[y_axis] + {spread}",
        "chosen_by": "isValid(datum.validation) ? datum.validation : datum[y_axis]",
        "within": within,
    }
    return [
        {"name": "networks"},
        {
            "name": "there",
            "source": "networks",
            "transform": [
                {"type": "filter", "expr": "isValid(datum[x_axis]) && isValid(datum[y_axis])"},
                *({"type": "formula", "as": name, "expr": e} for name, e in formulas.items()),
            ],
        },
        {
            "name": "solid",
            "source": "there",
            "transform": [
                {"type": "filter", "expr": f"!({pale})"},
                {"type": "extent", "field": "low", "signal": "solid_range"},
            ],
        },
        {
            # those that were only taken out of a search may lie far below: they would flatten it
            "name": "shown",
            "source": "there",
            "transform": [
                {"type": "filter", "expr": f"!({pale}) || datum.y >= solid_range[0] - 1"},
                {"type": "collect", "sort": {"field": "x"}},
            ],
        },
        {
            "name": "edge",
            "source": "solid",
            "transform": [
                {"type": "collect", "sort": {"field": ["x", "y"], "order": _UP_DOWN}},
                {
                    "type": "window",
                    "sort": {"field": ["x", "y"], "order": _UP_DOWN},
                    "groupby": ["front"],
                    "ops": ["max"],
                    "fields": ["y"],
                    "as": ["reached"],
                    "frame": [None, 0],
                },
                {"type": "filter", "expr": "datum.y >= datum.reached"},
            ],
        },
        {
            "name": "best",
            "source": "solid",
            "transform": [
                {"type": "filter", "expr": "datum.within"},
                {"type": "collect", "sort": {"field": ["chosen_by", "x"], "order": _DOWN_UP}},
                {"type": "aggregate", "ops": ["argmax"], "fields": ["chosen_by"], "as": ["best"]},
            ],
        },
    ]


_UP_DOWN = ["ascending", "descending"]
_DOWN_UP = ["descending", "ascending"]


def _scales(colours: Mapping[str, str], is_log: bool) -> list[_Json]:
    ys = {"fields": [{"data": "shown", "field": "low"}, {"data": "shown", "field": "high"}]}
    return [
        {
            "name": "x",
            "type": "log" if is_log else "linear",
            "domain": {"data": "shown", "field": "x"},
            "range": "width",
            "zero": False,
            "padding": 28,
        },
        {"name": "y", "domain": ys, "range": "height", "zero": False, "padding": 20},
        {
            "name": "colour",
            "type": "ordinal",
            "domain": list(colours),
            "range": list(colours.values()),
        },
    ]


def _axes(is_log: bool) -> list[_Json]:
    ink = {f"{part}Color": front_marks.INK for part in ("label", "title", "tick", "domain", "grid")}
    look = {
        **ink,
        "gridOpacity": 0.13,
        "grid": True,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    }
    scale = "logarithmic" if is_log else "linear"
    return [
        {
            **look,
            "scale": "x",
            "orient": "bottom",
            "title": {"signal": f"titles[x_axis] + ' ({scale})'"},
            "format": "~r",
            "labelOverlap": True,
            "tickCount": {"signal": "ceil(width / 90)"},
        },
        {
            **look,
            "scale": "y",
            "orient": "left",
            "title": {"signal": "y_axis + ' accuracy, %'"},
            "tickCount": 7,
        },
    ]


def _legends(colours: Mapping[str, str]) -> list[_Json]:
    if len(colours) < 2:
        return []
    look = {
        "labelColor": front_marks.INK,
        "labelLimit": 320,
        "symbolType": "circle",
        "symbolStrokeWidth": 0,
    }
    return [
        {
            **look,
            "fill": "colour",
            "orient": "bottom",
            "direction": "horizontal",
            "columns": {"signal": "max(1, floor(width / 240))"},
        }
    ]
