"""The state of a run on disk: arrays and plain values, the last complete one wins.

A checkpoint is a folder with `state.json`, `arrays.npz` and `digest`; it appears whole, by a
rename, before older ones are deleted. The one before it stays: it is taken where the newest is
damaged. Nothing in it is pickled.
"""

import hashlib
import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np
from absl import logging

from goldnas_tf.errors import InputError
from goldnas_tf.files import atomic
from goldnas_tf.files.kinds import Kind

FOLDER = "checkpoints"
_DIGEST = "digest"
KIND = Kind("a checkpoint", schema=1, advice="put back a copy, or use another workdir")


def save(
    workdir: pathlib.Path,
    position: tuple[int, int],
    values: dict,
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Writes the checkpoint of a position, then deletes the others but for the one before it.

    Args:
        workdir: the run folder.
        position: steps trained and epochs finished so far; it never falls.
        values: JSON values.
        arrays: by name; names may hold any character.
    """
    path = workdir / FOLDER / "{:09d}-{:06d}".format(*position)
    with atomic.folder(path) as folder:
        (folder / "state.json").write_text(
            json.dumps(KIND.stamp({**values, "arrays": list(arrays)})) + "\n"
        )
        numbered = {f"array_{index}": array for index, array in enumerate(arrays.values())}
        np.savez(folder / "arrays.npz", allow_pickle=False, **numbered)
        (folder / _DIGEST).write_text(_digest(folder))
    others = sorted(other for other in path.parent.glob("[0-9]*") if other != path)
    before = [other for other in others if other < path][-1:]
    for other in others:
        if other not in before:
            shutil.rmtree(other)
    atomic.clear(path.parent)


def load(workdir: pathlib.Path) -> tuple[dict, dict[str, np.ndarray]] | None:
    """The values and arrays of the newest checkpoint, None where there is none.

    Where it is damaged a warning says so, and the one before it is taken.

    Raises:
        InputError: all are damaged, or of another schema; the message is about the newest.
    """
    folders = sorted((workdir / FOLDER).glob("[0-9]*"), reverse=True)
    damaged: list[InputError] = []
    for folder in folders:
        try:
            found = _load(folder)
        except InputError as error:
            damaged.append(error)
            continue
        if damaged:
            logging.warning("%s; the one before it is taken, %s", damaged[0], folder.name)
        return found
    if damaged:
        raise damaged[0]
    return None


def _load(folder: pathlib.Path) -> tuple[dict, dict[str, np.ndarray]]:
    """The values and arrays of a checkpoint."""
    values: dict[str, Any] = KIND.read(folder / "state.json")
    file = folder / "arrays.npz"
    # opened here: of a damaged file numpy leaves open what it has opened
    with (
        KIND.reading(file),
        file.open("rb") as opened,
        np.load(opened, allow_pickle=False) as stored,
    ):
        arrays = {name: stored[f"array_{i}"] for i, name in enumerate(values.pop("arrays"))}
    # those of earlier revisions have none
    digest = folder / _DIGEST
    with KIND.reading(digest):
        if digest.exists() and digest.read_text() != _digest(folder):
            raise ValueError("its files are not those that were written")
    return values, arrays


def _digest(folder: pathlib.Path) -> str:
    """Tells the files of a checkpoint apart from others."""
    digest = hashlib.sha256()
    for name in ("state.json", "arrays.npz"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest() + "\n"
