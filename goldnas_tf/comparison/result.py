"""What a comparison leaves: a file of all that was trained, with what follows of it."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.files.kinds import Kind
from goldnas_tf.pareto.flat import from_flat, to_flat

KIND = Kind("a comparison", schema=2, advice="compare anew")
EQUAL_COST, EQUAL_TIME = "comparison", "equal_time"
NAMES = (EQUAL_COST, EQUAL_TIME)
"""Of the files and pictures of the two ways to compare, without their suffix."""


@dataclasses.dataclass(frozen=True)
class Result:
    """The trainings of a comparison.

    Attributes:
        settings: of it, as JSON values by section.
        start: what the super-network has of the resource that is compared over.
        trained: all networks.
        runs: work folders of the searches, by name; empty in files that do not tell.
        planned: how many networks there are to be, with those that are still to be trained.
    """

    settings: Mapping[str, Any]
    start: float
    trained: Sequence[Trained]
    runs: Mapping[str, pathlib.Path]
    planned: int

    @property
    def is_whole(self) -> bool:
        """Whether all networks are trained."""
        return len(self.trained) >= self.planned

    @property
    def equal_time(self) -> bool:
        """Whether fronts of equal time are compared, or networks of equal cost."""
        return bool(self.settings["comparison"]["equal_time"])

    @property
    def cost(self) -> str:
        """The resource that is compared over."""
        return str(self.settings["comparison"]["cost"])

    @property
    def name(self) -> str:
        """Of its file and its picture, without their suffix."""
        return EQUAL_TIME if self.equal_time else EQUAL_COST

    def write(self, folder: pathlib.Path) -> None:
        """Writes the file into the folder of the comparison."""
        trained, cost = self.trained, self.cost
        names = verdict.families(trained)
        networks = [verdict.paired(trained, rival) for rival in names[1:]]
        fronts = [verdict.fronts(trained, rival, cost, self.start) for rival in names[1:]]
        areas = {name: verdict.hypervolumes(trained, name, cost, self.start) for name in names}
        KIND.write(
            folder / f"{self.name}.json",
            {
                "settings": self.settings,
                "start": self.start,
                "runs": {name: os.path.relpath(path, folder) for name, path in self.runs.items()},
                "planned": self.planned,
                "trained": [to_flat(one) for one in trained],
                "hypervolume": {name: list(values.values()) for name, values in areas.items()},
                "networks": [dataclasses.asdict(one) for one in networks if one],
                "fronts": [dataclasses.asdict(one) for one in fronts if one],
            },
        )

    @classmethod
    def read(cls, file: pathlib.Path) -> "Result":
        """What `write` wrote.

        Raises:
            InputError: it is none, or damaged.
        """
        return KIND.read(
            file,
            lambda values: cls(
                values["settings"],
                values["start"],
                [from_flat(Trained, one) for one in values["trained"]],
                {name: file.parent / path for name, path in values.get("runs", {}).items()},
                values.get("planned", len(values["trained"])),
            ),
        )
