"""The page itself: content becomes one HTML file, which asks nothing of any network.

Names come from users: whatever is put into the page is escaped, as text by the template engine and
as data by its JSON filter; file names in links are quoted.
"""

import base64
import collections
import datetime
import functools
import importlib.metadata
import os
import pathlib
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from goldnas_tf.architecture import operators
from goldnas_tf.display import panel
from goldnas_tf.files import atomic
from goldnas_tf.page import cells, charts, front, library
from goldnas_tf.page.content import Content, History, Judged, Mark, Network
from goldnas_tf.page.units import Unit

NAME = "report.html"
"""Of the page in the folder of a run."""

# of families that pictures know; fronts of other names get the rest in turn
_COLOURS = {
    name: f"var(--{name})"
    for name in ("found", "random", "resnet", "mobilenet", "narrowed", "rivals", "tried")
}
_MORE = tuple(f"var(--{name})" for name in ("found", "random", "mobilenet", "resnet", "rivals"))
NO_IMAGES = "no images"
"""What stands for the accuracy of a class without images."""
_TAKEN_FOR = 3  # classes that a class is most often taken for
_Json = dict[str, Any]


def write(contents: Sequence[Content], path: pathlib.Path) -> pathlib.Path:
    """Writes the page of one run, or of several beside each other, whole or not at all.

    Args:
        contents: of each run.
        path: the file to write; links in it are relative to its folder.

    Returns:
        The path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_text(path, html(contents, path.parent))
    return path


def html(contents: Sequence[Content], folder: pathlib.Path) -> str:
    """The page as text.

    Args:
        contents: of each run.
        folder: where it will stand.
    """
    marks = [mark for content in contents for mark in content.marks]
    networks = [network for content in contents for network in content.networks]
    measures = front.units(marks, contents[0].costs)
    splits = front.splits(marks)
    pictures: _Json = {}
    template = _templates().get_template("page.html")
    return template.render(
        title=_title(contents),
        several=len(contents) > 1,
        going_on=any(content.going_on for content in contents),
        written=datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        version=_version(),
        style=Markup(_file("page.css")),
        behaviour=Markup(_file("page.js")),
        library=Markup(library.script()),
        operator_colours=panel.COLOURS,
        units=measures,
        splits=splits,
        marks=[_row(mark, splits, measures) for mark in marks],
        networks=[_network(network, folder, pictures) for network in networks],
        runs=[_run(content, number, pictures) for number, content in enumerate(contents)],
        data={
            "networks": front.values(marks, measures),
            "front": _front(marks, measures, splits),
            "charts": pictures,
        },
    )


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )


def _file(name: str) -> str:
    return (pathlib.Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _version() -> str:
    try:
        return importlib.metadata.version("goldnas_tf")
    except importlib.metadata.PackageNotFoundError:
        # run from a checkout that is not installed
        return ""


def _title(contents: Sequence[Content]) -> str:
    names = ", ".join(content.name for content in contents)
    return f"{contents[0].kind} {names}" if len(contents) == 1 else f"{len(contents)} runs: {names}"


def _front(marks: Sequence[Mark], measures: Sequence[Unit], splits: Sequence[str]) -> _Json:
    """The plot with both scales, by their names."""
    if not marks:
        return {}
    more = iter(_MORE * len(marks))
    names = dict.fromkeys(mark.front for mark in marks)
    colours = {name: _COLOURS.get(name) or next(more) for name in names}
    return {
        name: front.specification(measures, splits, colours, name == "log")
        for name in ("log", "linear")
    }


def _row(mark: Mark, splits: Sequence[str], measures: Sequence[Unit]) -> _Json:
    return {
        "name": mark.name,
        "network": mark.network,
        "front": mark.front,
        "standing": mark.standing.value,
        "accuracies": [_percent(mark, split) for split in splits],
        "costs": [
            f"{unit.of(mark.costs[unit.resource]):.4g}" if unit.resource in mark.costs else ""
            for unit in measures
        ],
    }


def _percent(mark: Mark, split: str) -> str:
    if split not in mark.accuracies:
        return ""
    spread = f" ± {100 * mark.spreads[split]:.2f}" if split in mark.spreads else ""
    return f"{100 * mark.accuracies[split]:.2f}{spread}"


def _network(network: Network, folder: pathlib.Path, pictures: _Json) -> _Json:
    shown: _Json = {
        "key": network.key,
        "title": network.title,
        "figures": network.figures,
        "commands": list(network.commands.items()),
        "files": [(text, _link(path, folder)) for text, path in network.files],
        "cells": [],
        "judged": None,
    }
    if network.judged:
        shown["judged"] = _judged(network.judged, f"confusion of {network.key}", pictures)
    if network.genotype is None:
        return shown
    counts = collections.Counter(place.op for place in network.genotype.places)
    drawn = cells.drawings(network.genotype, network.gates)
    return {
        **shown,
        "cells": [{**vars(cell), "svg": Markup(cell.svg)} for cell in drawn],
        "lines": list(cells.table(network.genotype, network.gates)),
        "operators": [
            {"name": name, "slot": cells.slot(name), "count": counts[name]}
            for name in operators.names()
            if name in network.genotype.space.ops
        ],
        "has_gates": bool(network.gates),
        "has_widths": bool(network.genotype.groups),
    }


def _link(path: str, folder: pathlib.Path) -> str:
    return urllib.parse.quote(os.path.relpath(path, folder))


def _judged(judged: Judged, name: str, pictures: _Json) -> _Json:
    is_drawn = len(judged.classes) <= charts.CONFUSED
    if is_drawn:
        pictures[name] = charts.confusion(judged)
    return {
        "images": judged.images,
        "chart": name if is_drawn else "",
        "rows": list(classes(judged)),
        "entries": charts.entries(judged) if is_drawn else [],
        "mistakes": [
            {
                "label": one.label,
                "taken": one.taken,
                "probability": f"{one.probability:.0%}",
                "source": "data:image/png;base64," + base64.b64encode(one.png).decode(),
            }
            for one in judged.mistakes
        ],
    }


def classes(judged: Judged) -> Iterator[dict[str, str]]:
    """A row of a table for each class: its name, how often it is right in %, its confusions."""
    for number, name in enumerate(judged.classes):
        row = np.where(np.arange(len(judged.classes)) == number, 0, judged.confusion[number])
        worst = [taken for taken in np.argsort(-row, kind="stable")[:_TAKEN_FOR] if row[taken]]
        right = judged.per_class[number]
        yield {
            "name": name,
            "right": NO_IMAGES if right is None else f"{100 * right:.1f}",
            "taken": ", ".join(f"{judged.classes[taken]} ({row[taken]})" for taken in worst),
        }


def _run(content: Content, number: int, pictures: _Json) -> _Json:
    shown: _Json = {
        "name": content.name,
        "summary": content.summary,
        "command": content.command,
        "facts": content.facts,
        "settings": content.settings,
        "tables": content.tables,
        "charts": [],
    }
    return shown | (_history(content.history, number, pictures) if content.history else {})


def _history(history: History, number: int, pictures: _Json) -> _Json:
    drawn = {panel.title: charts.history(panel, history) for panel in history.panels}
    if history.seconds:
        drawn["where the time went"] = charts.where_time_went(history)
    ids = {title: f"{title} of run {number}" for title in drawn}
    pictures |= {ids[title]: drawing for title, drawing in drawn.items()}
    lines: Mapping[str, Sequence[float | None]] = {
        name: line for panel in history.panels for name, line in panel.lines.items()
    }
    return {
        "unit": history.unit,
        "charts": [{"title": title, "id": ids[title]} for title in drawn],
        "seconds": [(what, f"{time:.1f}") for what, time in history.seconds.items()],
        "columns": list(lines),
        "rows": [
            [step, *("" if value is None else f"{value:.4g}" for value in values)]
            for step, *values in zip(history.steps, *lines.values(), strict=True)
        ],
    }
