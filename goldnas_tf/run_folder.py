"""The folder of a run: its configuration, one line of metrics for each epoch, its points.

config.json     every setting, versions, the data set
metrics.jsonl   one line for each finished epoch
checkpoints/    the state that the same command resumes from
pareto.json     the points; pareto.png their picture
pareto/POINT/   an exported network
tensorboard/    event files
"""

import importlib.metadata
import json
import pathlib
import platform
import shutil
import tempfile

from goldnas_tf import atomic, checkpoint, pareto
from goldnas_tf.config import SearchConfig, differences
from goldnas_tf.errors import InputError
from goldnas_tf.pareto import Point
from goldnas_tf.report.front import draw_front

SCHEMA = 1
PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-datasets")


class RunFolder:
    """Reads and writes one run's files, atomically; a line of metrics cut short is dropped later.

    Args:
        path: the work folder.
        start_macs: multiply-adds of the full network.
    """

    def __init__(self, path: pathlib.Path, start_macs: int):
        self.path = path
        self.start_macs = start_macs
        self.points: list[Point] = []
        pareto_file = path / "pareto.json"
        if pareto_file.exists():
            self.points = pareto.from_json(json.loads(pareto_file.read_text()))

    @classmethod
    def open(cls, path, config: SearchConfig, data: dict, start_macs: int) -> "RunFolder":
        """Makes the folder of a new run, or finds the one that this configuration left.

        Args:
            path: the work folder.
            config: all settings.
            data: what is known of the data set, for `config.json`.
            start_macs: multiply-adds of the full network.

        Raises:
            InputError: the folder cannot be written, or holds another run; the message names the
                settings that differ.
        """
        path = pathlib.Path(path)
        check_writable(path)
        described = {"settings": config.to_json(), "data": data}
        config_file = path / "config.json"
        if config_file.exists():
            _check_same_run(config_file, described)
            # what a killed run was about to write
            for left in (path / "pareto").glob(".*"):
                shutil.rmtree(left)
        else:
            _check_no_other_run(path)
            path.mkdir(parents=True, exist_ok=True)
            atomic.write_json(config_file, {"schema": SCHEMA, **described, "versions": versions()})
        folder = cls(path, start_macs)
        if folder.points:
            # a run that was killed between the two has an older picture than pareto.json
            draw_front(folder.points, start_macs, path / "pareto.png")
        return folder

    def keep_metrics(self, epochs: int) -> None:
        """Drops the lines of later epochs: a killed run wrote them, a resumed one repeats them."""
        file = self.path / "metrics.jsonl"
        lines = file.read_text().splitlines(keepends=True) if file.exists() else []
        kept = [
            line for line in lines if line.endswith("\n") and json.loads(line)["epoch"] <= epochs
        ]
        if kept != lines:
            atomic.write_text(file, "".join(kept))

    def add_metrics(self, values: dict) -> None:
        """Appends the line of an epoch."""
        with (self.path / "metrics.jsonl").open("a") as file:
            file.write(json.dumps(values) + "\n")

    def has_point(self, name: str) -> bool:
        """Whether a point of that name is there."""
        return any(point.name == name for point in self.points)

    def add_point(self, point: Point) -> None:
        """Adds a point whose folder is complete, and draws the front anew."""
        others = [other for other in self.points if other.name != point.name]
        self.points = pareto.mark([*others, point])
        atomic.write_json(self.path / "pareto.json", pareto.to_json(self.points, self.start_macs))
        draw_front(self.points, self.start_macs, self.path / "pareto.png")


def check_writable(path: pathlib.Path, setting: str = "workdir") -> None:
    """Checks that a folder can be made or written to, without leaving anything behind.

    Args:
        path: the folder.
        setting: what the user calls it, for the message.

    Raises:
        InputError: it cannot.
    """
    path = pathlib.Path(path).absolute()
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    try:
        tempfile.TemporaryDirectory(dir=existing).cleanup()
    except OSError as error:
        raise InputError(
            f"{setting} must be a folder that can be written; {existing} is not "
            f"({error.strerror}), choose another"
        ) from error


def _check_no_other_run(path: pathlib.Path) -> None:
    for name in (checkpoint.FOLDER, "pareto.json", "metrics.jsonl"):
        if (path / name).exists():
            raise InputError(
                f"{path} holds {name} of a run but no config.json; use another workdir"
            )


def _check_same_run(config_file: pathlib.Path, described: dict) -> None:
    try:
        found = json.loads(config_file.read_text())
        before = {**found["settings"], "data set": found["data"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{config_file} is not a configuration of a run: {error!r}") from error
    if found.get("schema") != SCHEMA:
        raise InputError(f"{config_file} has schema {found.get('schema')}; expected {SCHEMA}")
    # JSON has no tuples: compare what would be written with what was
    now = json.loads(json.dumps({**described["settings"], "data set": described["data"]}))
    differing = differences(before, now)
    if differing:
        raise InputError(
            f"{config_file.parent} holds a run of another configuration "
            f"({'; '.join(differing)}); use the same settings or another workdir"
        )


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages}
