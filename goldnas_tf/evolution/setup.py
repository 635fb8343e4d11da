"""What the processes of an evolution are given at their start."""

import dataclasses
import pathlib
from collections.abc import Collection

from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.training import trainings


@dataclasses.dataclass(frozen=True)
class Setup(trainings.Setup):
    """What every process needs.

    Attributes:
        workdir: the run folder, as an absolute path.
    """

    config: EvolveConfig
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
