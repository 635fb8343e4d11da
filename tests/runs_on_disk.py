"""Runs of every kind as they lie on a disk, without TensorFlow: those in golden/."""

import pathlib
import shutil

GOLDEN = max((pathlib.Path(__file__).parent / "golden").iterdir())
RUNS = ("run", "blocks", "train", "compare", "evolve")
"""A search, one of blocks, a training that is not at its end, a comparison, an evolution."""


def copied(name, folder):
    """A copy of one of them, which may be written to."""
    return pathlib.Path(shutil.copytree(GOLDEN / name, folder / name))
