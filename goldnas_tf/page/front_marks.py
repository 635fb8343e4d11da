"""What is drawn in the plot of fronts, as marks of its Vega specification (`front.py`)."""

from collections.abc import Sequence
from typing import Any

from goldnas_tf.page.content import Standing
from goldnas_tf.page.units import Unit

INK = "currentColor"
"""The colour of the text around."""

# at the edge while there is none
_LIMIT_X = "limit === '' ? width : clamp(scale('x', +limit), 0, width)"
_Json = dict[str, Any]
# where a network is
_AT: _Json = {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"}}


def beyond_limit() -> _Json:
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
                "fill": {"value": INK},
                "fillOpacity": {"signal": "limit === '' ? 0 : 0.07"},
            }
        },
    }


def steps() -> _Json:
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
                        **_AT,
                        "stroke": {"scale": "colour", "field": "front"},
                        "strokeWidth": {"value": 1.8},
                        "strokeOpacity": {"value": 0.65},
                        "interpolate": {"value": "step-after"},
                    }
                },
            }
        ],
    }


def spreads() -> _Json:
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


def networks(measures: Sequence[Unit], sides: Sequence[str]) -> _Json:
    """A dot for each network: full where it is on the front, pale where a limit excludes it.

    Args:
        measures: the resources that its tooltip tells.
        sides: the splits that it tells.
    """
    is_best, is_pale = (
        f"datum.standing === '{standing.value}'" for standing in (Standing.FRONT, Standing.PALE)
    )
    return {
        "type": "symbol",
        "name": "dots",
        "from": {"data": "shown"},
        "encode": {
            "update": {
                **_AT,
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


def ring(when: str, size: int, thickness: float) -> _Json:
    """A ring around a network.

    Args:
        when: an expression that is true of it.
        size: of the ring, as an area in square pixels.
        thickness: of its line, in pixels.
    """
    return {
        "type": "symbol",
        "interactive": False,
        "from": {"data": "shown"},
        "encode": {
            "update": {
                **_AT,
                "shape": {"value": "circle"},
                "size": {"value": size},
                "stroke": {"value": INK},
                "strokeWidth": {"value": thickness},
                "opacity": {"signal": f"{when} ? 0.9 : 0"},
            }
        },
    }


def names() -> _Json:
    """Names of the networks that can be looked at and are not dominated, where there is room."""
    is_named = f"datum.datum.network && datum.datum.standing === '{Standing.FRONT.value}'"
    return {
        "type": "text",
        "interactive": False,
        "from": {"data": "dots"},
        "encode": {
            "update": {
                "text": {"signal": f"{is_named} ? datum.datum.name : ''"},
                "fill": {"value": INK},
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


def limit_line() -> list[_Json]:
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
                    "stroke": {"value": INK},
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
                    "fill": {"value": INK},
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
