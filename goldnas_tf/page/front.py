"""The plot of fronts: accuracy over cost, with limits that can be moved, as a Vega specification.

What a person chooses beside the plot are signals of it: both axes, and a limit for each resource.
In return it says which network was clicked (`chosen`), and which is the best within the limits
(`best`, `best_text`). The scale alone, logarithmic or linear, needs another specification.
Reference: https://vega.github.io/vega/docs/specification
"""

from collections.abc import Mapping, Sequence
from typing import Any

from goldnas_tf.page.content import Mark, Standing
from goldnas_tf.page.units import Unit
from goldnas_tf.resources.resources import RESOURCES

SPLITS = ("validation", "test")
_HEIGHT = 400
_INK = "currentColor"
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
        "signals": _signals(measures, sides),
        "data": _data(measures),
        "scales": _scales(colours, is_log),
        "axes": _axes(is_log),
        "legends": _legends(colours),
        "marks": [
            _beyond_limit(),
            _steps(),
            _spreads(),
            *_limit_line(),
            _networks(measures, sides),
            _ring("datum.network && datum.network === chosen", 260, 2.5),
            _ring("is_limited && datum.id === best_id", 420, 1.2),
            _names(),
        ],
    }


def _signals(measures: Sequence[Unit], sides: Sequence[str]) -> list[_Json]:
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
# at the edge while there is none
_LIMIT_X = "limit === '' ? width : clamp(scale('x', +limit), 0, width)"
# as precise as a pixel
_DRAGGED = "x() >= width ? '' : +format(max(invert('x', max(x(), 0)), 0), '.3r')"
# the validation images choose, where there are any, for the test images only judge
_BEST_TEXT = (
    "!best_of ? 'No network is within these limits.' : "
    "(is_limited ? 'The best within these limits' : 'The best of all')"
    " + (isValid(best_of.validation) ? ' by the validation images: ' : ': ')"
    " + best_of.name + ', ' + format(best_of.y, '.2f') + '% (' + y_axis + ') at '"
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
    ink = {f"{part}Color": _INK for part in ("label", "title", "tick", "domain", "grid")}
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
    look = {"labelColor": _INK, "labelLimit": 320, "symbolType": "circle", "symbolStrokeWidth": 0}
    return [
        {
            **look,
            "fill": "colour",
            "orient": "bottom",
            "direction": "horizontal",
            "columns": {"signal": "max(1, floor(width / 240))"},
        }
    ]


def _beyond_limit() -> _Json:
    """The part of the plot that a limit excludes."""
    return {
        "type": "rect",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": _LIMIT_X},
                "x2": {"signal": "width"},
                "y": {"value": 0},
                "y2": {"signal": "height"},
                "fill": {"value": _INK},
                "fillOpacity": {"signal": "limit === '' ? 0 : 0.07"},
            }
        },
    }


def _steps() -> _Json:
    """The best accuracy of each front to be had at a cost."""
    return {
        "type": "group",
        "interactive": False,
        "from": {"facet": {"name": "of_front", "data": "edge", "groupby": "front"}},
        "marks": [
            {
                "type": "line",
                "interactive": False,
                "from": {"data": "of_front"},
                "encode": {
                    "update": {
                        "x": {"scale": "x", "field": "x"},
                        "y": {"scale": "y", "field": "y"},
                        "stroke": {"scale": "colour", "field": "front"},
                        "strokeWidth": {"value": 1.8},
                        "strokeOpacity": {"value": 0.65},
                        "interpolate": {"value": "step-after"},
                    }
                },
            }
        ],
    }


def _spreads() -> _Json:
    """Standard deviations of means of several trainings."""
    return {
        "type": "rule",
        "interactive": False,
        "from": {"data": "shown"},
        "encode": {
            "update": {
                "x": {"scale": "x", "field": "x"},
                "y": {"scale": "y", "field": "low"},
                "y2": {"scale": "y", "field": "high"},
                "stroke": {"scale": "colour", "field": "front"},
                "strokeWidth": {"value": 1.2},
                "opacity": {"signal": "datum.high > datum.low ? (datum.within ? 0.8 : 0.15) : 0"},
            }
        },
    }


def _networks(measures: Sequence[Unit], sides: Sequence[str]) -> _Json:
    is_best, is_pale = (
        f"datum.standing === '{standing.value}'" for standing in (Standing.FRONT, Standing.PALE)
    )
    return {
        "type": "symbol",
        "name": "dots",
        "from": {"data": "shown"},
        "encode": {
            "update": {
                "x": {"scale": "x", "field": "x"},
                "y": {"scale": "y", "field": "y"},
                "shape": {"value": "circle"},
                "size": {"signal": f"(datum.id === hovered ? 1.5 : 1) * ({is_best} ? 90 : 50)"},
                "fill": {"scale": "colour", "field": "front"},
                # hollow where it is dominated
                "fillOpacity": {"signal": f"{is_best} ? 1 : 0"},
                "stroke": {"scale": "colour", "field": "front"},
                "strokeWidth": {"value": 1.4},
                "opacity": {"signal": f"datum.within ? ({is_pale} ? 0.45 : 1) : 0.16"},
                "cursor": {"signal": "datum.network ? 'pointer' : 'default'"},
                "tooltip": {"signal": _tooltip(measures, sides)},
                "description": {
                    "signal": "datum.name + ', ' + datum.front + ', ' + format(datum.y, '.2f')"
                    " + '% at ' + format(datum.x, '.3~r') + symbols[x_axis] + ' ' + names[x_axis]"
                },
            }
        },
    }


def _tooltip(measures: Sequence[Unit], sides: Sequence[str]) -> str:
    """An object of what a network is, as an expression."""
    known = ["title: datum.name", "'front': datum.front"]
    for split in sides:
        known.append(
            f"'{split}': isValid(datum.{split}) ? format(datum.{split}, '.2f') + '%' + "
            f"(isValid(datum.{split}_spread) ? ' ± ' + format(datum.{split}_spread, '.2f') : '')"
            " : 'not measured'"
        )
    for unit in measures:
        amount = f"format(datum.{unit.resource}, '.3~r') + '{unit.symbol}'"
        known.append(f"'{unit.name}': isValid(datum.{unit.resource}) ? {amount} : 'not known'")
    known.append("'standing on validation': datum.standing")
    return "{" + ", ".join(known) + "}"


def _ring(when: str, size: int, thickness: float) -> _Json:
    """A ring around a network."""
    return {
        "type": "symbol",
        "interactive": False,
        "from": {"data": "shown"},
        "encode": {
            "update": {
                "x": {"scale": "x", "field": "x"},
                "y": {"scale": "y", "field": "y"},
                "shape": {"value": "circle"},
                "size": {"value": size},
                "stroke": {"value": _INK},
                "strokeWidth": {"value": thickness},
                "opacity": {"signal": f"{when} ? 0.9 : 0"},
            }
        },
    }


def _names() -> _Json:
    """Names of the networks that can be looked at and are not dominated, where there is room."""
    is_named = f"datum.datum.network && datum.datum.standing === '{Standing.FRONT.value}'"
    return {
        "type": "text",
        "interactive": False,
        "from": {"data": "dots"},
        "encode": {
            "update": {
                "text": {"signal": f"{is_named} ? datum.datum.name : ''"},
                "fill": {"value": _INK},
                "fontSize": {"value": 11},
                "opacity": {"signal": "datum.datum.within ? 0.9 : 0.25"},
            }
        },
        "transform": [
            {
                "type": "label",
                "size": {"signal": "[width + 40, height]"},
                "anchor": ["top-left", "top", "top-right", "left", "bottom", "right"],
                "offset": [5],
            }
        ],
    }


def _limit_line() -> list[_Json]:
    """The limit on what is shown: a line that can be dragged, at the edge while there is none."""
    at = {"signal": _LIMIT_X}
    return [
        {
            "type": "rule",
            "interactive": False,
            "encode": {
                "update": {
                    "x": at,
                    "y": {"value": 0},
                    "y2": {"signal": "height"},
                    "stroke": {"value": _INK},
                    "strokeDash": {"value": [5, 4]},
                    "strokeOpacity": {"signal": "limit === '' ? 0.35 : 0.9"},
                }
            },
        },
        {
            "type": "symbol",
            "interactive": False,
            "encode": {
                "update": {
                    "x": at,
                    "y": {"value": 8},
                    "shape": {"value": "diamond"},
                    "size": {"value": 110},
                    "fill": {"value": _INK},
                }
            },
        },
        {
            # wider than the line, so that it can be caught anywhere
            "type": "rect",
            "name": "limit",
            "description": "limit on the cost that is shown; a field above the plot has it, too",
            "encode": {
                "update": {
                    "xc": at,
                    "width": {"value": 14},
                    "y": {"value": 0},
                    "y2": {"signal": "height"},
                    "fill": {"value": "transparent"},
                    "cursor": {"value": "ew-resize"},
                    "tooltip": {"value": "drag it: a limit"},
                }
            },
        },
    ]
