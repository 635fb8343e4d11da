"""The networks that a run has left, as its folder tells of them."""

import os
import pathlib
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goldnas_tf import pareto
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.page.content import Mark, Network, Standing
from goldnas_tf.pareto import Point, PointsOfRun
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.runs import gates, run_folder
from goldnas_tf.settings.units import human

_FILES = {
    "Keras file": "model.keras",
    "SavedModel": "saved_model",
    "genotype": "genotype.json",
    "figures": "metrics.json",
    "picture": "cells.png",
}

MEASURE, TRAIN, EXPORT = "measure it", "train it anew", "make it ready for devices"
"""What can be done with a network."""


def archived(folder: pathlib.Path) -> PointsOfRun:
    """The points of a run.

    Args:
        folder: of a search or an evolution, which may have no points yet.

    Raises:
        InputError: its pareto.json is damaged.
    """
    file = folder / pareto.FILE
    return pareto.read(file) if file.is_file() else PointsOfRun([], None, ["macs"])


def title(point: Point) -> str:
    """What a point is called, in a line."""
    test = "" if point.test_accuracy is None else f", {point.test_accuracy:.2%} of the test images"
    return (
        f"{point.name}: {point.val_accuracy:.2%} of the validation images{test}, "
        f"{human(point.macs)} multiply-adds ({'finished' if point.finished else point.reason})"
    )


def marks(points: Sequence[Point], front: str, run: str, networks: Sequence[Network]) -> list[Mark]:
    """The points of a run in the plot of fronts.

    Args:
        points: all of them.
        front: what they are called together.
        run: name of the run.
        networks: those that can be looked at.
    """
    shown = {network.name for network in networks}
    are_finished = any(point.finished for point in points)
    return [
        Mark(
            point.name,
            front,
            point.costs,
            {
                "validation": point.val_accuracy,
                **({} if point.test_accuracy is None else {"test": point.test_accuracy}),
            },
            standing=_standing(point, are_finished),
            network=key(run, point.name) if point.name in shown else "",
        )
        for point in points
    ]


def _standing(point: Point, are_finished: bool) -> Standing:
    if are_finished and not point.finished:
        return Standing.PALE
    return Standing.FRONT if point.non_dominated else Standing.DOMINATED


def points(
    folder: pathlib.Path, run: str, found: Sequence[Point], flags_: Sequence[str] | None
) -> list[Network]:
    """The networks of points, but for those whose folders are gone.

    Args:
        folder: of the run.
        run: its name.
        found: the points.
        flags_: of its images, as `images` gives them.
    """
    return [
        network(folder / point.path, run, point.name, title(point), flags_)
        for point in found
        if (folder / point.path / "metrics.json").is_file()
    ]


def network(
    folder: pathlib.Path,
    run: str,
    name: str,
    told: str = "",
    flags_: Sequence[str] | None = (),
) -> Network:
    """A network of a run, as its folder tells of it.

    Args:
        folder: the one that a search, an evolution or a training left.
        run: name of the run.
        name: of the network in it.
        told: what it is called on the page; default: its name.
        flags_: for the images of the run, which a training has to be told; None: there are none.

    Raises:
        InputError: a file of it is damaged.
    """
    file = folder / "genotype.json"
    genotype = Genotype.load(file) if file.is_file() else None
    strengths = gates.read(folder)
    metrics: dict[str, Any] = run_folder.FIGURES.read(folder / "metrics.json")
    folder = pathlib.Path(os.path.normpath(folder))
    place = f"--network={folder}"
    commands = {EXPORT: shlex.join(["goldnas-export", place])}
    if flags_ is not None:
        trained = f"--workdir={folder.parent.parent / 'trained' / name}"
        commands = {
            MEASURE: shlex.join(["goldnas-evaluate", place, "--split=test"]),
            TRAIN: shlex.join(["goldnas-train", place, *flags_, trained]),
            **commands,
        }
    return Network(
        key(run, name),
        name,
        told or name,
        folder,
        tuple(_figures(metrics, genotype)),
        genotype,
        strengths,
        # what was only taken out of a search
        "settle_epochs" in metrics,
        commands,
        tuple(
            (text, str(folder / file)) for text, file in _FILES.items() if (folder / file).exists()
        ),
    )


def key(run: str, name: str) -> str:
    """What a network is called on a page, where those of other runs are as well."""
    return f"{run}/{name}"


def _figures(metrics: Mapping[str, Any], genotype: Genotype | None) -> Iterable[tuple[str, str]]:
    for split, name in (("val", "validation"), ("test", "test")):
        accuracy, images = metrics.get(f"{split}_accuracy"), metrics.get(f"{split}_images")
        if accuracy is not None:
            yield f"{name} accuracy", f"{accuracy:.2%} of {images or 0:,} images"
    for name, resource in RESOURCES.items():
        if metrics.get(name) is not None:
            amount = metrics[name]
            told = human(amount) + resource.suffix if resource.is_whole else f"{amount:.3g} ms"
            yield resource.title, told
    if genotype:
        yield "operators", str(len(genotype.places))
        if genotype.groups:
            channels = genotype.channels
            yield "channels", f"stem {channels['stem']}; cells {_listed(channels['cells'])}"


def _listed(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)
