"""The page itself: content becomes one HTML file, which asks nothing of any network.

Names come from users: whatever is put into the page is escaped, as text by the template engine and
as data by its JSON filter; file names in links are quoted.
"""

import base64
import collections
import dataclasses
import datetime
import functools
import importlib.metadata
import itertools
import logging
import math
import os
import pathlib
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from goldnas_tf.architecture import operators
from goldnas_tf.display import panel
from goldnas_tf.errors import first_line
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


def renew(contents: Callable[[], Sequence[Content]], path: pathlib.Path) -> None:
    """Writes the page of a run that is at work or has just ended.

    A run does not end for want of a page: what goes wrong is a warning.

    Args:
        contents: gives what is shown.
        path: the file to write.
    """
    try:
        write(contents(), path)
    except Exception as error:
        logging.getLogger("absl").warning("%s: cannot be written: %s", path, first_line(error))


def html(contents: Sequence[Content], folder: pathlib.Path) -> str:
    """The page as text.

    Args:
        contents: of each run.
        folder: where it will stand.
    """
    marks, networks = _together(contents)
    measures = front.units(marks, contents[0].costs)
    splits = front.splits(marks)
    pictures: _Json = {}
    template = _templates().get_template("page.html")
    return template.render(
        title=_title(contents),
        several=len(contents) > 1,
        going_on=any(content.going_on for content in contents),
        written=datetime.datetime.now().astimezone(),
        version=_version(),
        style=Markup(_file("page.css")),
        behaviour=Markup(_file("page.js")),
        library=Markup(library.script()),
        operator_colours=panel.COLOURS,
        units=measures,
        splits=splits,
        first_split=front.first_split(marks),
        marks=[_row(mark, splits, measures) for mark in marks],
        networks=[_network(network, folder, pictures) for network in networks],
        runs=[_run(content, number, pictures) for number, content in enumerate(contents)],
        data=_finite(
            {
                "networks": front.values(marks, measures),
                "front": _front(marks, measures, splits),
                "charts": pictures,
            }
        ),
    )


def _finite(values: Any) -> Any:
    """Values without what JSON has no numbers for: infinity, and what is none."""
    if isinstance(values, dict):
        return {name: _finite(value) for name, value in values.items()}
    if isinstance(values, list):
        return [_finite(value) for value in values]
    return None if isinstance(values, float) and not math.isfinite(values) else values


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


def _together(contents: Sequence[Content]) -> tuple[list[Mark], list[Network]]:
    """The marks and networks of all runs, told apart by their fronts and keys.

    A network that several runs show, as a search and a comparison with it, is there once.
    """
    marks: list[Mark] = []
    networks: dict[str, Network] = {}
    for content in contents:
        keys: dict[str, str] = {"": ""}
        for network in content.networks:
            key = _free(network, networks)
            keys[network.key] = key
            networks.setdefault(key, dataclasses.replace(network, key=key))
        of = f"{_called(content)}: " if len(contents) > 1 else ""
        marks += [
            dataclasses.replace(mark, front=of + mark.front, network=keys.get(mark.network, ""))
            for mark in content.marks
        ]
    return marks, list(networks.values())


def _free(network: Network, taken: Mapping[str, Network]) -> str:
    """A key for a network: its own, unless another one has it; the same one keeps it."""
    numbered = (f"{network.key} ({number})" for number in itertools.count(2))
    return next(
        key
        for key in itertools.chain([network.key], numbered)
        if key not in taken or (network.folder and taken[key].folder == network.folder)
    )


def _called(content: Content) -> str:
    return f"{content.kind} {content.name}"


def _title(contents: Sequence[Content]) -> str:
    names = ", ".join(map(_called, contents))
    return names if len(contents) == 1 else f"{len(contents)} runs: {names}"


def _front(marks: Sequence[Mark], measures: Sequence[Unit], splits: Sequence[str]) -> _Json:
    """The plot with both scales, by their names."""
    if not marks:
        return {}
    colours: dict[str, str] = {}
    more = itertools.cycle(_MORE)
    for name in dict.fromkeys(mark.front for mark in marks):
        own = _COLOURS.get(name.rpartition(": ")[2])
        free = own if own and own not in colours.values() else None
        colours[name] = free or next((c for c in _MORE if c not in colours.values()), next(more))
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
    gated = network.is_gated
    drawn = cells.drawings(network.genotype, network.gates, gated)
    dead = set(range(network.genotype.space.cells)) - set(network.genotype.live_cells)
    return {
        **shown,
        "cells": [{**vars(cell), "svg": Markup(cell.svg)} for cell in drawn],
        "dead": ", ".join(map(str, sorted(dead))),
        "lines": list(cells.table(network.genotype, network.gates, gated)),
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
    panels = [
        panel
        for panel in history.panels
        if any(value is not None for line in panel.lines.values() for value in line)
    ]
    drawn = {panel.title: charts.history(panel, history) for panel in panels}
    if history.seconds:
        drawn["where the time went"] = charts.where_time_went(history)
    ids = {title: f"{title} of run {number}" for title in drawn}
    pictures |= {ids[title]: drawing for title, drawing in drawn.items()}
    lines: Mapping[str, Sequence[float | None]] = {
        name: line for panel in panels for name, line in panel.lines.items()
    }
    return {
        "unit": history.unit,
        "charts": [{"title": title, "id": ids[title]} for title in drawn],
        "seconds": [(what, f"{time:.1f}") for what, time in history.seconds.items()],
        "columns": list(lines),
        "rows": [
            [step, *map(_number, values)]
            for step, *values in zip(history.steps, *lines.values(), strict=True)
        ],
    }


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.4g}"
