"""The smaller plots of a page, as Vega-Lite specifications.

Reference: https://vega.github.io/vega-lite/docs
"""

from typing import Any

from goldnas_tf.page.content import History, Judged, Panel

_HEIGHT = 150
_CELL = 26  # of a confusion matrix, in pixels
_INK = "currentColor"
_Json = dict[str, Any]

CONFUSED = 40
"""Up to so many classes have a matrix of what is taken for what."""
LINES = ("var(--line-0)", "var(--line-1)", "var(--line-2)")
"""Colours of lines, as the page's style has them."""


def look() -> _Json:
    """The look of all of them, in the colours of the text around."""
    ink = {f"{part}Color": _INK for part in ("label", "title", "tick", "domain", "grid")}
    return {
        "background": None,
        "font": "system-ui, sans-serif",
        "view": {"stroke": None},
        "axis": {**ink, "gridOpacity": 0.13, "titleFontWeight": "normal", "labelOverlap": True},
        "legend": {"labelColor": _INK, "title": None, "orient": "top", "symbolType": "stroke"},
    }


def history(panel: Panel, run: History) -> _Json:
    """A plot of how a run went, with the moments at which networks were taken out."""
    rows = [
        {"step": step, "line": name, "value": value}
        for name, line in panel.lines.items()
        for step, value in zip(run.steps, line, strict=True)
        if value is not None and not (panel.is_log and value <= 0)
    ]
    names = list(panel.lines)
    x = {
        "field": "step",
        "type": "quantitative",
        "title": run.unit,
        "scale": {"zero": False},
        "axis": {"tickMinStep": 1, "format": "d"},
    }
    scale = {"type": "log", "nice": False} if panel.is_log else {"zero": False}
    colour: _Json = {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": names, "range": list(LINES[: len(names)])},
    }
    if len(names) == 1:
        colour["legend"] = None
    tips = [
        {"field": "step", "type": "quantitative", "title": run.unit},
        {"field": "line", "type": "nominal", "title": "what"},
        {"field": "value", "type": "quantitative", "format": ".4~r"},
    ]
    return {
        **_frame(f"{panel.title} by {run.unit}"),
        "height": _HEIGHT,
        "layer": [
            *_moments(run, x),
            {
                "data": {"values": rows},
                "mark": {"type": "line", "interpolate": "linear", "strokeWidth": 1.6},
                "encoding": {
                    "x": x,
                    "y": {
                        "field": "value",
                        "type": "quantitative",
                        "title": panel.title,
                        "scale": scale,
                        "axis": {"format": "~s" if panel.is_log else "~r", "tickCount": 5},
                    },
                    "color": colour,
                },
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "opacity": 0, "size": 60},
                "encoding": {
                    "x": x,
                    "y": {"field": "value", "type": "quantitative", "scale": scale},
                    "tooltip": tips,
                },
            },
        ],
    }


def _moments(run: History, x: _Json) -> list[_Json]:
    """Lines where networks were taken out, if any were."""
    values = [{"step": at, "name": name} for name, at in run.moments.items()]
    layer = {
        "data": {"values": values},
        "mark": {"type": "rule", "color": _INK, "opacity": 0.22, "strokeDash": [2, 3]},
        "encoding": {
            "x": x,
            "tooltip": [{"field": "name", "type": "nominal", "title": "taken out"}],
        },
    }
    return [layer] if values else []


def where_time_went(run: History) -> _Json:
    """A bar for each thing that a run's time went to."""
    rows = [{"what": what, "minutes": seconds / 60} for what, seconds in run.seconds.items()]
    return {
        **_frame("where the time went"),
        "data": {"values": rows},
        "height": 20 * len(rows),
        "mark": {"type": "bar", "color": LINES[0], "height": 12},
        "encoding": {
            "x": {"field": "minutes", "type": "quantitative", "title": "minutes"},
            "y": {"field": "what", "type": "nominal", "sort": "-x", "title": None},
            "tooltip": [
                {"field": "what", "type": "nominal"},
                {"field": "minutes", "type": "quantitative", "format": ".2f"},
            ],
        },
    }


def confusion(judged: Judged) -> _Json:
    """Shares of the images of each class, by what they were taken for; right answers apart."""
    names = list(judged.classes)
    x = {"field": "taken", "type": "nominal", "sort": names, "title": "taken for"}
    y = {"field": "class", "type": "nominal", "sort": names, "title": "class"}
    size = {"step": _CELL}
    tips = [
        {"field": "class", "type": "nominal"},
        {"field": "taken", "type": "nominal", "title": "taken for"},
        {"field": "images", "type": "quantitative"},
        {"field": "share", "type": "quantitative", "format": ".1f", "title": "% of its class"},
    ]
    limit = {"labelLimit": 120}
    return {
        **_frame("what is taken for what"),
        "width": size,
        "height": size,
        "autosize": "pad",
        "data": {"values": entries(judged)},
        "encoding": {
            "x": {**x, "axis": {**limit, "labelAngle": -45}, "scale": {"domain": names}},
            "y": {**y, "axis": limit, "scale": {"domain": names}},
            "tooltip": tips,
        },
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 2},
                "encoding": {
                    "color": {
                        "condition": {"test": "datum.right", "value": "var(--right)"},
                        "value": "var(--wrong)",
                    },
                    "opacity": {
                        "field": "share",
                        "type": "quantitative",
                        # the root shows rare confusions
                        "scale": {"type": "sqrt", "domain": [0, 100], "range": [0.04, 0.85]},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 9},
                "encoding": {
                    "text": {"field": "images", "type": "quantitative"},
                    "color": {
                        "condition": {"test": "datum.right && datum.share > 40", "value": "white"},
                        "value": _INK,
                    },
                },
            },
        ],
    }


def entries(judged: Judged) -> list[_Json]:
    """What is not 0 in a confusion matrix, a row for each."""
    confusion = judged.confusion
    return [
        {
            "class": judged.classes[true],
            "taken": judged.classes[taken],
            "images": int(confusion[true, taken]),
            "share": 100 * float(confusion[true, taken] / confusion[true].sum()),
            "right": bool(true == taken),
        }
        for true, taken in zip(*confusion.nonzero(), strict=True)
    ]


def _frame(description: str) -> _Json:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": description,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": look(),
    }
