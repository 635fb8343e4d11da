"""The folder of a run: its configuration, and a line of metrics for each epoch or generation.

config.json     every setting, versions, the data set
metrics.jsonl   one line for each finished epoch, or generation
checkpoints/    the state that the same command resumes from
tensorboard/    event files

A search adds its points (`archive.py`), a training its network, an evolution its candidates.
"""

import fcntl
import importlib.metadata
import json
import pathlib
import platform
import tempfile
import weakref
from collections.abc import Mapping
from typing import Any

from goldnas_tf import pareto
from goldnas_tf.errors import InputError
from goldnas_tf.files import atomic, json_lines
from goldnas_tf.files.kinds import Kind
from goldnas_tf.files.paths import local_path
from goldnas_tf.runs import checkpoint
from goldnas_tf.settings.configuration import Configuration
from goldnas_tf.settings.growth import Difference, differences, filled

FIGURES = Kind("the figures of a network")
"""Of metrics.json in the folder of a network."""
KIND = Kind("the configuration of a run", schema=1, advice="use another workdir")
CONFIG = "config.json"
METRICS = "metrics.jsonl"
NETWORK = "network"
"""The folder of the network of a training, in its run folder."""
PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-datasets", "pymoo")


class RunFolder:
    """Reads and writes one run's files, so that a killed run leaves nothing that is half written.

    One process at a time: the folder is locked for as long as this object, or its process, lives.

    Args:
        path: the work folder.

    Attributes:
        grown: the settings with which the run goes further than it was told before.

    Raises:
        InputError: another process has it.
    """

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.grown: list[Difference] = []
        self._metrics = path / METRICS
        self._lock = (path / ".lock").open("w")
        # also where the object is part of a cycle, with the traced functions of its run
        weakref.finalize(self, self._lock.close)
        try:
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(
                f"another process is at work in {path}; wait for it, or use another workdir"
            ) from error
        atomic.clear(path)

    @classmethod
    def open(
        cls,
        path: str | pathlib.Path,
        config: Configuration,
        described: dict,
        inputs: Mapping[str, str] | None = None,
    ) -> "RunFolder":
        """Makes the folder of a new run, or finds the one that the same run left.

        Settings that say how far a run goes may have grown; then config.json is written anew.

        Args:
            path: the work folder.
            config: all settings.
            described: what else makes it the same run, as the data set, as JSON values.
            inputs: where a new run was told to find what it reads, by flag; for those who do it
                again.

        Raises:
            InputError: the folder cannot be written, holds another run (the message names the
                settings that differ and may not), or is in use.
        """
        path = local_path(path, "workdir")
        check_writable(path)
        config_file = path / CONFIG
        if config_file.exists():
            # locked first: nobody else lets the run grow meanwhile
            folder = cls(path)
            folder.grown = _grow(config_file, config, described)
            return folder
        _check_no_other_run(path)
        path.mkdir(parents=True, exist_ok=True)
        folder = cls(path)
        values = {"settings": config.to_json(), **described, "versions": versions()}
        if inputs:
            values["inputs"] = dict(inputs)
        KIND.write(config_file, values)
        return folder

    def keep_metrics(self, count: int, unit: str) -> None:
        """Drops later lines: a killed run wrote them, a resumed one repeats them.

        Args:
            count: how many epochs, or generations, stay.
            unit: what a line is of, as "epoch".
        """
        lines = json_lines.read(self._metrics)
        kept = [line for line in lines if line[unit] <= count]
        if kept != lines:
            json_lines.write(self._metrics, kept)

    def metrics(self) -> list[dict[str, Any]]:
        """All whole lines of metrics."""
        return json_lines.read(self._metrics)

    def add_metrics(self, values: dict) -> None:
        """Appends a line."""
        json_lines.append(self._metrics, values)


def is_at_work(path: pathlib.Path) -> bool:
    """Whether another process has the folder of a run."""
    try:
        with (path / ".lock").open() as lock:
            fcntl.lockf(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def check_writable(path: pathlib.Path, setting: str = "workdir") -> None:
    """Checks that a folder can be made or written to, without leaving anything behind.

    Args:
        path: the folder.
        setting: what the user calls it, for the message.

    Raises:
        InputError: it cannot.
    """
    path = local_path(path, setting).absolute()
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    try:
        tempfile.TemporaryDirectory(dir=existing).cleanup()
    except OSError as error:
        raise InputError(
            f"{setting}: expected a folder that can be written; received {existing} "
            f"({error.strerror}); choose another"
        ) from error


def _check_no_other_run(path: pathlib.Path) -> None:
    for name in (checkpoint.FOLDER, pareto.FILE, METRICS, "candidates.jsonl"):
        if (path / name).exists():
            raise InputError(
                f"{path} holds {name} of a run but no config.json; use another workdir"
            )


def _grow(config_file: pathlib.Path, config: Configuration, described: dict) -> list[Difference]:
    """Writes down the settings that have grown, where nothing else differs; gives them."""
    with KIND.reading(config_file):
        found = KIND.check(json.loads(config_file.read_text()))
        # a setting that was not there yet: runs from before it go on as they were;
        # what is described, as the images, takes the place of a section of that name
        was, former = (
            {name: section for name, section in values.items() if name not in described}
            for values in (found["settings"], config.former())
        )
        before = {**filled(former, was), **{name: found.get(name) for name in described}}
    settings = config.to_json()
    # JSON has no tuples: compare what would be written with what was
    now = json.loads(json.dumps({**settings, **described}))
    differing = differences(before, now, config.growths())
    refused = [str(one) for one in differing if not one.is_growth]
    if refused:
        raise InputError(
            f"{config_file.parent} holds a run of another configuration "
            f"({'; '.join(refused)}); use the same settings or another workdir"
        )
    if differing:
        KIND.write(config_file, {**found, "settings": settings})
    return differing


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages}
