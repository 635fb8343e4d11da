"""What the processes of an evolution are given at their start. No TensorFlow."""

import dataclasses
import pathlib
import typing
from collections.abc import Collection

from goldnas_tf.evolution.settings import EvolveConfig

if typing.TYPE_CHECKING:
    from goldnas_tf.data import ImageData


@dataclasses.dataclass(frozen=True)
class Setup:
    """What every process needs.

    Attributes:
        config: all settings.
        images: of the run; None where each process is to load those of `config.data` itself.
        described: what the images are (`ImageData.describe`).
        workdir: the run folder.
    """

    config: EvolveConfig
    images: "ImageData | None"
    described: dict[str, typing.Any]
    workdir: pathlib.Path

    def weights(self, name: str) -> pathlib.Path:
        """The file with the weights of a candidate."""
        return self.workdir / "weights" / f"{name}.npz"

    def forget_weights(self, names: Collection[str]) -> None:
        """Deletes the weights of all candidates but these: none can start from them any more."""
        # with what a killed process was about to write
        for file in self.workdir.joinpath("weights").glob("*"):
            if file.name.removesuffix(".npz") not in names:
                file.unlink()


@dataclasses.dataclass(frozen=True)
class Seat:
    """Where a process computes, and where it prints.

    Attributes:
        gpu: its GPU, as CUDA_VISIBLE_DEVICES names it, or None.
        threads: that it may use.
        log: path of the file for what it prints.
    """

    gpu: str | None
    threads: int
    log: str
