"""Everything a comparison can be told, as frozen, validated dataclasses."""

import dataclasses
import pathlib

from goldnas_tf.errors import InputError
from goldnas_tf.resources.resources import COUNTED
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.sections import EngineSettings
from goldnas_tf.settings.setting import check, setting
from goldnas_tf.training.train_config import TrainingSettings

FOUND, RIVALS = "found", "rivals"
FAMILIES = (FOUND, "random", "resnet", "mobilenet", "narrowed")
"""Where networks come from that are made for a cost; `families.py` tells of each."""
SPLITS = ("test", "validation")


@dataclasses.dataclass(frozen=True)
class ComparisonSettings:
    """What is compared."""

    points: tuple[str, ...] = setting(
        (),
        "names of points of the run, or costs such as 4.5M and 50K params for those of the front "
        "that are nearest, with commas; default: up to three that are not dominated, and all "
        "finished ones at equal time",
    )
    families: tuple[str, ...] = setting(
        FAMILIES[:4],
        "networks to train: " + ", ".join(FAMILIES) + "; found is always one of them",
    )
    rivals: tuple[str, ...] = setting(
        (),
        "classifiers of your own in .keras files, with commas: from images with values in 0..255, "
        "trained with fresh weights like the others",
        is_path=True,
    )
    cost: str = setting("macs", "what is equal, and what fronts are compared over", choices=COUNTED)
    equal_time: bool = setting(
        False,
        "each family gets the time that the search took, finishing included, divided over its "
        "members; the finished points are taken as they are",
    )
    seeds: int = setting(
        3, "trainings of each family at each point, from seed on; at equal time one", low=1
    )
    split: str = setting("test", "images whose accuracy is compared", choices=SPLITS)

    def __post_init__(self) -> None:
        check(self)
        unknown = [name for name in self.families if name not in FAMILIES]
        if unknown or FOUND not in self.families:
            raise InputError(
                f"families: expected some of {', '.join(FAMILIES)}, found among them; received "
                f"{','.join(self.families)}"
            )
        for path in self.rivals:
            if not (path.endswith(".keras") and pathlib.Path(path).is_file()):
                raise InputError(
                    "rivals: expected .keras files, for networks that are trained anew; received "
                    f"{path}"
                )


@dataclasses.dataclass(frozen=True)
class CompareConfig(RunConfiguration):
    """All settings of a comparison: those of its trainings, and what is compared.

    Raises:
        InputError: a value is out of its range.
    """

    comparison: ComparisonSettings = dataclasses.field(default_factory=ComparisonSettings)
    training: TrainingSettings = dataclasses.field(default_factory=TrainingSettings)
    engine: EngineSettings = dataclasses.field(default_factory=lambda: EngineSettings(workers=1))

    def __post_init__(self) -> None:
        super().__post_init__()
        self.devices.check_alone("comparisons; see workers and cluster")
        if self.comparison.equal_time and self.engine.workers != 1 and not self.engine.cluster:
            raise InputError(
                "workers: expected 1 with equal_time, as trainings that share a machine have less "
                f"of it than the search had; received {self.engine.workers}"
            )
        if self.training.init != "scratch":
            raise InputError(
                "init: expected scratch, as random networks have no weights to inherit; received "
                f"{self.training.init}"
            )
