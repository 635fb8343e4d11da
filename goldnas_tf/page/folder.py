"""What the folders of all runs have in common, as content of a page."""

import contextlib
import dataclasses
import json
import math
import os
import pathlib
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from goldnas_tf import pareto
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate
from goldnas_tf.errors import InputError
from goldnas_tf.files import json_lines
from goldnas_tf.page.content import Mark, Network, Panel, Row, Standing
from goldnas_tf.pareto import Point
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.runs import gates, run_folder
from goldnas_tf.settings.configuration import Configuration
from goldnas_tf.settings.growth import filled
from goldnas_tf.settings.setting import sections, settings
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


@contextlib.contextmanager
def reading(folder: pathlib.Path) -> Iterator[None]:
    """Turns what goes wrong with the values in the files of a run into an `InputError`."""
    try:
        yield
    except InputError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"{folder}: expected a run of goldnas_tf; received damaged files or those of another "
            f"program ({type(error).__name__}: {error})"
        ) from error


def configuration(folder: pathlib.Path) -> dict[str, Any]:
    """What the config.json of a run says.

    Raises:
        InputError: there is none, or it is damaged.
    """
    return run_folder.KIND.read(folder / run_folder.CONFIG)


def rows(config_class: type[Configuration], found: Mapping[str, Any]) -> list[Row]:
    """All settings of a run, those of a section together.

    Args:
        config_class: its configuration.
        found: the settings of its config.json; those that were not there yet are what such runs
            did.
    """
    values = filled(config_class.former(), found)
    default = filled(config_class().to_json(), {})
    owners = {"general": config_class, **sections(config_class)}
    return [
        _row(name, field, values[field.name], default[field.name])
        for name, owner in owners.items()
        for field in settings(owner)
    ]


def _row(section: str, field: dataclasses.Field[Any], value: Any, default: Any) -> Row:
    name, meaning = field.name, field.metadata["meaning"]
    if value is None:
        return Row(section, name, "", meaning, "", default is None)
    if isinstance(value, bool):
        told, flag = "yes" if value else "no", f"--{'' if value else 'no'}{name}"
    else:
        told = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        flag = f"--{name}={told}"
    return Row(section, name, told, meaning, flag, value == default)


def command(program: str, folder: pathlib.Path, found: Iterable[Row], *more: str) -> str:
    """The command that does a run again in a folder beside its own.

    Args:
        program: as it is called.
        folder: of the run.
        found: its settings.
        *more: arguments besides.
    """
    return shlex.join([program, *more, *flags(found), f"--workdir={folder}-again"])


def flags(found: Iterable[Row], *of: str) -> list[str]:
    """The flags of settings that are not at their defaults, of some sections or of all."""
    return [row.flag for row in found if not row.is_default and (not of or row.section in of)]


def facts(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The images and the versions of a run, as its config.json has them."""
    data = config.get("data") or {}
    names = data.get("class_names") or []
    told = {
        "images": data.get("name"),
        "shape": "×".join(map(str, data.get("image_shape") or [])),
        "classes": len(names) if names else None,
        "training images": data.get("train_images"),
        "validation images": data.get("validation_images"),
    }
    known = {**told, **(config.get("versions") or {})}
    return [(what, str(value)) for what, value in known.items() if value]


def archived(folder: pathlib.Path) -> tuple[list[Point], list[str], int | None]:
    """The points of a run, what they are compared by, and what a search began with.

    Args:
        folder: of a search or an evolution, which may have no points yet.

    Raises:
        InputError: its pareto.json is damaged.
    """
    file = folder / "pareto.json"
    if not file.is_file():
        return [], ["macs"], None
    with pareto.KIND.reading(file):
        values = json.loads(file.read_text())
        return pareto.from_json(values), list(values["costs"]), values["start_macs"]


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


def has_images(config: Mapping[str, Any]) -> bool:
    """Whether the settings of a run say which images it had: not of a data set made in Python."""
    asked, found = config["settings"]["data"]["dataset"], config["data"]["name"]
    return asked == "folder" or asked == found


def images(config: Mapping[str, Any], found: Sequence[Row]) -> list[str] | None:
    """Flags for the images of a run, which a training has to be told; None where none can."""
    return flags(found, "data", "augmentation") if has_images(config) else None


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
    strengths: Mapping[Gate, float] | None = gates.read(folder)
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


def metrics(folder: pathlib.Path) -> list[dict[str, Any]]:
    """The lines of its metrics.jsonl; the run may be writing it."""
    return json_lines.finished(folder / run_folder.METRICS)


def seconds(lines: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Where the time went, over lines of metrics; the longest first."""
    sums: dict[str, float] = {}
    for line in lines:
        for phase, time in (line.get("seconds") or {}).items():
            sums[phase] = sums.get(phase, 0.0) + (time or 0.0)
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def column(lines: Sequence[Mapping[str, Any]], name: str, scale: float = 1.0) -> list[float | None]:
    """What lines of metrics say of one thing."""
    values = [line.get(name) for line in lines]
    return [
        None if value is None or not math.isfinite(value) else scale * value for value in values
    ]


def losses(lines: Sequence[Mapping[str, Any]]) -> Panel:
    """The loss and, where something is priced besides it, the cross-entropy alone."""
    both = {"loss": column(lines, "loss"), "cross-entropy": column(lines, "cross_entropy")}
    if both["loss"] == both["cross-entropy"]:
        del both["cross-entropy"]
    return Panel("loss", both)


def accuracies(lines: Sequence[Mapping[str, Any]]) -> Panel:
    """On training and validation images."""
    return Panel(
        "accuracy, %",
        {
            "training": column(lines, "train_accuracy", 100),
            "validation": column(lines, "val_accuracy", 100),
        },
    )
