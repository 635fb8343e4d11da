"""Where a network comes from: the folder of its point, and the data of the run that found it.

A network lies in the folder of a point (`pareto/e042`) where that folder or one or two above it
have a classes.json: `e042`, `e042/model.keras` and `e042/saved_model/1` do.
"""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence

from goldnas_tf.data.settings import DataSettings
from goldnas_tf.errors import InputError

CLASSES = "classes.json"


def point_folder(path: str | pathlib.Path) -> pathlib.Path | None:
    """The folder of the point that a network lies in, or None."""
    path = pathlib.Path(path)
    return next((f for f in (path, *path.parents[:2]) if (f / CLASSES).is_file()), None)


def class_names(path: str | pathlib.Path) -> tuple[str, ...] | None:
    """Names of a network's classes, or None where no point tells them."""
    folder = point_folder(path)
    if folder is None:
        return None
    names = _read(folder / CLASSES)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{folder / CLASSES}: expected a list of names; received another value")
    return tuple(names)


def recorded_cost(path: str | pathlib.Path, name: str) -> int | None:
    """Multiply-adds ("macs") or parameters ("params") that the point's metrics.json tells."""
    folder = point_folder(path)
    file = folder / "metrics.json" if folder else None
    if file is None or not file.is_file():
        return None
    values = _read(file)
    count = values.get(name) if isinstance(values, dict) else None
    return count if isinstance(count, int) else None


def data_settings(paths: Sequence[str], given: Mapping) -> DataSettings:
    """The images to measure on: those of the runs that the networks come from, or those given.

    Args:
        paths: of the networks.
        given: settings that the user gave. They override those of the runs; another data set takes
            the place of all of them.

    Raises:
        InputError: the runs had different images, or the settings are not valid.
    """
    found = []
    for path in paths:
        settings = _run_settings(path)
        if settings is not None and given.get("dataset", settings.dataset) == settings.dataset:
            settings = dataclasses.replace(settings, **given)
            if settings not in found:
                found.append(settings)
    if len(found) > 1:
        raise InputError(
            "the networks come from runs on different images; give --dataset and its settings, "
            "or measure them apart"
        )
    return found[0] if found else DataSettings(**given)


def _run_settings(path) -> DataSettings | None:
    """Settings of the images of the run that a network comes from, or None."""
    folder = point_folder(path)
    if folder is None:
        return None
    file = folder.resolve().parents[1] / "config.json"
    if not file.is_file():
        return None
    values = _read(file)
    try:
        return DataSettings(**values["settings"]["data"])
    except (KeyError, TypeError) as error:
        raise InputError(f"{file}: not a configuration of a run: {error!r}") from error


def _read(file: pathlib.Path):
    """The values of a JSON file."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
