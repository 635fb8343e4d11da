"""Where a network comes from: the folder of its point, and the data of the run that found it.

A network lies in the folder of a point (`pareto/e042`) where that folder or one or two above it
have a classes.json: `e042`, `e042/model.keras` and `e042/saved_model/1` do.
"""

import dataclasses
import os
import pathlib
import typing
from collections.abc import Mapping, Sequence

from goldnas_tf.errors import InputError
from goldnas_tf.files.kinds import Kind
from goldnas_tf.runs.run_folder import FIGURES
from goldnas_tf.runs.run_folder import KIND as RUN
from goldnas_tf.settings.images import DataSettings

CLASSES = "classes.json"
_CLASSES = Kind("the names of classes")


def point_folder(path: str | os.PathLike[str]) -> pathlib.Path | None:
    """The folder of the point that a network lies in, or None."""
    path = pathlib.Path(path)
    return next((f for f in (path, *path.parents[:2]) if (f / CLASSES).is_file()), None)


def class_names(path: str | pathlib.Path) -> tuple[str, ...] | None:
    """Names of a network's classes, or None where no point tells them."""
    folder = point_folder(path)
    if folder is None:
        return None
    names: typing.Any = _CLASSES.read(folder / CLASSES)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{folder / CLASSES}: expected a list of names; received another value")
    return tuple(names)


def recorded_cost(path: str | pathlib.Path, name: str) -> int | None:
    """Multiply-adds ("macs") or parameters ("params") that the point's metrics.json tells."""
    folder = point_folder(path)
    file = folder / "metrics.json" if folder else None
    if file is None or not file.is_file():
        return None
    values: typing.Any = FIGURES.read(file)
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
    of_runs = [_run_data(run_folder(path), given) for path in paths]
    found = {settings for settings in of_runs if settings is not None}
    if len(found) > 1:
        raise InputError(
            "network: expected networks of runs on the same images; received runs on different "
            "ones; give --dataset and its settings, or measure them apart"
        )
    return found.pop() if found else DataSettings(**given)


def data_of_run(run: pathlib.Path, given: Mapping) -> DataSettings:
    """The images of a run, or those given.

    Args:
        run: its work folder.
        given: settings that the user gave, as for `data_settings`.

    Raises:
        InputError: the folder has the configuration of something else, or the settings are not
            valid.
    """
    return _run_data(run, given) or DataSettings(**given)


def _run_data(run: pathlib.Path | None, given: Mapping) -> DataSettings | None:
    """The images of a run and what overrides them; None: no run, or another data set is given."""
    file = run / "config.json" if run else None
    if file is None or not file.is_file():
        return None
    settings = RUN.read(file, _images)
    if given.get("dataset", settings.dataset) != settings.dataset:
        return None
    return dataclasses.replace(settings, **given)


def _images(values: Mapping[str, typing.Any]) -> DataSettings:
    """The settings of a run's images, of its configuration."""
    settings = DataSettings(**values["settings"]["data"])
    if settings.white_level is None:
        # what was measured of the training images holds for all that the network is asked
        white_level = values.get("data", {}).get("white_level")
        settings = dataclasses.replace(settings, white_level=white_level)
    return settings


def run_folder(path: str | os.PathLike[str]) -> pathlib.Path | None:
    """The work folder of the search or training that a network comes from, or None."""
    folder = point_folder(path)
    above = folder.resolve().parents[:2] if folder else ()
    return next((parent for parent in above if (parent / "config.json").is_file()), None)
