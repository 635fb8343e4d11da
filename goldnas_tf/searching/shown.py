"""What the page of a search shows: its front, its networks, how it went."""

import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from goldnas_tf.page import configured, document, found, progress
from goldnas_tf.page.content import Content, History, Panel
from goldnas_tf.pareto import Point
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.searching.config import FINISHING, SearchConfig
from goldnas_tf.settings.units import human

FRONT = "found"


def write(folder: pathlib.Path, going_on: bool = False) -> None:
    """Writes the page into the folder of a search; arguments as of `content`."""
    document.renew(lambda: [content(folder, going_on)], folder / document.NAME)


def content(folder: pathlib.Path, going_on: bool = False) -> Content:
    """What is known of a search by its folder.

    Args:
        folder: of the run.
        going_on: whether it is still at work.

    Raises:
        InputError: the folder holds no search, or a file of it is damaged.
    """
    config = configured.configuration(folder)
    rows = configured.rows(SearchConfig, config["settings"])
    points, start, costs = found.archived(folder)
    name = folder.resolve().name
    lines = progress.lines(folder)
    networks = found.points(folder, name, points, configured.images(config, rows))
    is_limited = bool(configured.flags(rows, "limits"))
    return Content(
        "search",
        name,
        tuple(_summary(points, lines, costs, start, config)),
        going_on,
        found.marks(points, FRONT, name, networks),
        costs,
        networks,
        _history(folder, lines, points, costs[0], is_limited) if lines else None,
        rows,
        configured.facts(config),
        configured.command("goldnas-search", folder, rows) if configured.has_images(config) else "",
    )


def _summary(
    points: Sequence[Point],
    lines: Sequence[Mapping[str, Any]],
    costs: Sequence[str],
    start: int | None,
    config: Mapping[str, Any],
) -> Iterator[str]:
    data = config["data"]
    yield (
        f"A super-network for {data['name']} ({data['train_images']:,} training images), "
        f"{len(lines)} epochs"
        + (f", from {human(start)} multiply-adds down" if start else "")
        + f"; searched by {RESOURCES[costs[0]].unit}."
    )
    if points:
        finished = sum(point.finished for point in points)
        front = sum(point.non_dominated for point in points)
        were = "network was" if len(points) == 1 else "networks were"
        yield (
            f"{len(points)} {were} taken out, trained to the end: {finished}, "
            f"not dominated: {front}."
        )


def _history(
    folder: pathlib.Path,
    lines: Sequence[Mapping[str, Any]],
    points: Sequence[Point],
    resource: str,
    is_limited: bool,
) -> History:
    finishing = sorted((folder / FINISHING).glob("*/"))
    trained = [line for one in finishing for line in progress.lines(one)]
    seconds = progress.seconds(lines)
    if trained:
        seconds["finishing"] = sum(progress.seconds(trained).values())
    return History(
        "epoch",
        [line["epoch"] for line in lines],
        list(_panels(lines, resource, is_limited)),
        {point.name: point.epoch for point in points},
        dict(sorted(seconds.items(), key=lambda item: -item[1])),
    )


def _panels(lines: Sequence[Mapping[str, Any]], resource: str, is_limited: bool) -> Iterator[Panel]:
    """What is drawn over the epochs.

    Args:
        lines: of metrics.
        resource: that is brought down.
        is_limited: whether that is the largest share of some limits instead.
    """

    def column(name: str) -> list[float | None]:
        return progress.column(lines, name)

    yield progress.accuracies(lines)
    yield progress.losses(lines)
    planned = {"planned": column("planned")} if any(column("planned")) else {}
    brought_down = "times the limits" if is_limited else RESOURCES[resource].unit
    for name in ("macs", "params"):
        unit = RESOURCES[name].unit
        more = planned if unit == brought_down else {}
        yield Panel(unit, {unit: column(name), **more}, is_log=True)
    if brought_down not in (RESOURCES[name].unit for name in ("macs", "params")):
        yield Panel(brought_down, {brought_down: column("used"), **planned}, is_log=True)
    yield Panel("operators", {"operators alive": column("alive")})
    if any(column("groups")):
        yield Panel("groups of channels", {"groups of channels": column("groups")})
    if any(column("lambda")):
        yield Panel("λ, weight of the price", {"λ": column("lambda")})
