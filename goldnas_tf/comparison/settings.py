"""Everything a comparison can be told, as frozen, validated dataclasses."""

import dataclasses

from goldnas_tf.comparison.families import FAMILIES
from goldnas_tf.errors import InputError
from goldnas_tf.settings.images import AugmentationSettings, DataSettings
from goldnas_tf.settings.sections import Configuration, DeviceSettings, OptimizerSettings
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
    seeds: int = setting(3, "trainings of each family at each point", low=1)
    split: str = setting("test", "images whose accuracy is compared", choices=SPLITS)

    def __post_init__(self):
        check(self)
        unknown = [name for name in self.families if name not in FAMILIES]
        if unknown or FAMILIES[0] not in self.families:
            raise InputError(
                f"families must be some of {', '.join(FAMILIES)}, and found one of them; received "
                f"{','.join(self.families)}"
            )


@dataclasses.dataclass(frozen=True)
class CompareConfig(Configuration):
    """All settings of a comparison: those of its trainings, and what is compared.

    Raises:
        InputError: a value is out of its range.
    """

    comparison: ComparisonSettings = dataclasses.field(default_factory=ComparisonSettings)
    data: DataSettings = dataclasses.field(default_factory=DataSettings)
    augmentation: AugmentationSettings = dataclasses.field(default_factory=AugmentationSettings)
    training: TrainingSettings = dataclasses.field(default_factory=TrainingSettings)
    optimizer: OptimizerSettings = dataclasses.field(default_factory=OptimizerSettings)
    devices: DeviceSettings = dataclasses.field(default_factory=DeviceSettings)

    def __post_init__(self):
        super().__post_init__()
        if self.training.init != "scratch":
            raise InputError(
                "init must be scratch: random networks have no weights to inherit; received "
                f"{self.training.init}"
            )
