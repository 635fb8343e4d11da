"""The state of a run on disk: arrays and plain values, the last complete one wins.

A checkpoint is a folder with `state.json` and `arrays.npz`; it appears whole, by a rename, before
the one before it is deleted. Nothing in it is pickled.
"""

import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np

from goldnas_tf.files import atomic
from goldnas_tf.files.kinds import Kind

FOLDER = "checkpoints"
KIND = Kind("a checkpoint", schema=1, advice="put back a copy, or use another workdir")


def save(
    workdir: pathlib.Path,
    position: tuple[int, int],
    values: dict,
    arrays: Mapping[str, np.ndarray],
) -> None:
    """Writes the checkpoint of a position, then deletes the others.

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
    for other in path.parent.glob("[0-9]*"):
        if other != path:
            shutil.rmtree(other)
    atomic.clear(path.parent)


def load(workdir: pathlib.Path) -> tuple[dict, dict[str, np.ndarray]] | None:
    """The values and arrays of the newest checkpoint, None where there is none.

    Raises:
        InputError: it is damaged, or of another schema.
    """
    folders = sorted((workdir / FOLDER).glob("[0-9]*"))
    if not folders:
        return None
    values: dict[str, Any] = KIND.read(folders[-1] / "state.json")
    file = folders[-1] / "arrays.npz"
    with KIND.reading(file), np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[f"array_{i}"] for i, name in enumerate(values.pop("arrays"))}
    return values, arrays
