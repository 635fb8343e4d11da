"""Everything a comparison can be told, as frozen, validated dataclasses."""

import dataclasses

from goldnas_tf.comparison.families import FAMILIES
from goldnas_tf.errors import InputError
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.setting import check, setting
from goldnas_tf.training.train_config import TrainingSettings

SPLITS = ("test", "validation")


@dataclasses.dataclass(frozen=True)
class ComparisonSettings:
    """What is compared."""

    points: tuple[str, ...] = setting(
        (), "names of points of the run, with commas; default: up to three that are not dominated"
    )
    families: tuple[str, ...] = setting(
        FAMILIES, "networks to train: " + ", ".join(FAMILIES) + "; found is always one of them"
    )
    seeds: int = setting(3, "trainings of each family at each point, from seed on", low=1)
    split: str = setting("test", "images whose accuracy is compared", choices=SPLITS)

    def __post_init__(self) -> None:
        check(self)
        unknown = [name for name in self.families if name not in FAMILIES]
        if unknown or FAMILIES[0] not in self.families:
            raise InputError(
                f"families: expected some of {', '.join(FAMILIES)}, found among them; received "
                f"{','.join(self.families)}"
            )


@dataclasses.dataclass(frozen=True)
class CompareConfig(RunConfiguration):
    """All settings of a comparison: those of its trainings, and what is compared.

    Raises:
        InputError: a value is out of its range.
    """

    comparison: ComparisonSettings = dataclasses.field(default_factory=ComparisonSettings)
    training: TrainingSettings = dataclasses.field(default_factory=TrainingSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.training.init != "scratch":
            raise InputError(
                "init: expected scratch, as random networks have no weights to inherit; received "
                f"{self.training.init}"
            )
