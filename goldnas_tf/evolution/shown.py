"""What the page of an evolution shows: what it has tried, its front, how it went."""

import pathlib
from collections.abc import Iterator, Sequence

from goldnas_tf import pareto
from goldnas_tf.evolution import candidate
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.page import configured, document, found, progress
from goldnas_tf.page.content import Content, History, Mark, Panel, Standing
from goldnas_tf.resources.resources import RESOURCES

FRONT, TRIED = "found", "tried"


def write(folder: pathlib.Path, going_on: bool = False) -> None:
    """Writes the page into the folder of an evolution; arguments as of `content`."""
    document.renew(lambda: [content(folder, going_on)], folder / document.NAME)


def content(folder: pathlib.Path, going_on: bool = False) -> Content:
    """What is known of an evolution by its folder.

    Args:
        folder: of the run.
        going_on: whether it is still at work.

    Raises:
        InputError: the folder holds no evolution, or a file of it is damaged.
    """
    config = configured.configuration(folder)
    rows = configured.rows(EvolveConfig, config["settings"])
    points, _, _ = found.archived(folder)
    costs = list(config["settings"]["evolution"]["objectives"])
    trials, lines, data = candidate.finished(folder), progress.lines(folder), config["data"]
    name = folder.resolve().name
    networks = found.points(folder, name, points, configured.images(config, rows))
    inputs = configured.inputs(config)
    failed = sum(one.failure is not None for one in trials)
    summary = [
        f"Networks for {data['name']} ({data['train_images']:,} training images), put together "
        f"from the blocks {config['blocks']}: {len(trials)} tried in {len(lines)} generations"
        + (f", {failed} of which failed." if failed else "."),
    ]
    if points:
        summary.append(f"Trained to the end: {len(points)} of them.")
    return Content(
        "evolution",
        name,
        summary,
        going_on,
        [*_tried(trials, costs, bool(points)), *found.marks(points, FRONT, name, networks)],
        costs,
        networks,
        History(
            "generation",
            [line["generation"] for line in lines],
            [
                Panel("accuracy, %", {"best": progress.column(lines, "val_accuracy", 100)}),
                Panel("hypervolume", {"hypervolume": progress.column(lines, "hypervolume")}),
                Panel("networks", {n: progress.column(lines, n) for n in ("front", "failed")}),
                *(
                    Panel(
                        f"least {RESOURCES[cost].unit}",
                        {f"least {RESOURCES[cost].unit}": progress.column(lines, f"least_{cost}")},
                    )
                    for cost in costs
                ),
            ],
            {},
            progress.seconds(lines),
        )
        if lines
        else None,
        rows,
        configured.facts(config),
        configured.command("goldnas-evolve", folder, rows, *inputs)
        if inputs and configured.has_images(config)
        else "",
    )


def _tried(trials: Sequence[Candidate], costs: Sequence[str], are_pale: bool) -> Iterator[Mark]:
    """What was tried for a short time; pale where some were trained longer."""
    trained = [one.point() for one in trials if one.val_accuracy is not None and not one.failure]
    for point in pareto.mark(trained, costs):
        standing = Standing.FRONT if point.non_dominated else Standing.DOMINATED
        yield Mark(
            point.name,
            TRIED,
            point.costs,
            {"validation": point.val_accuracy},
            standing=Standing.PALE if are_pale else standing,
        )
