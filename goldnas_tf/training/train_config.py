"""Everything a training can be told, as frozen, validated dataclasses.

`TrainingSettings` is a section by itself: whatever trains networks to their end can have it.
"""

import dataclasses

from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.setting import check, setting

INITS = ("scratch", "inherited")


@dataclasses.dataclass(frozen=True)
class TrainingSettings:
    """How a found network is trained."""

    init: str = setting(
        "scratch", "fresh weights, or those that the search left in the network", choices=INITS
    )
    epochs: int = setting(100, "passes over the training images; the paper's are 600", low=1)
    drop_path: float = setting(
        0.0,
        "rate at which operators are left out at the end; it rises from 0; the paper's is 0.2",
        low=0,
        below=1,
    )
    label_smoothing: float = setting(
        0.0, "share of each label that is spread over all classes; usual: 0.1", low=0, below=1
    )
    small_share: float = setting(
        0.0,
        "share of the steps, from the first on, in which the network sees images of half their "
        "height and width",
        low=0,
        below=1,
    )
    ema_decay: float = setting(
        0.0,
        "decay of a moving average of the weights, which is measured and exported in their place; "
        "0 is none, usual: 0.999",
        low=0,
        below=1,
    )
    renew_steps: int = setting(
        0,
        "steps over which batch-norm statistics are taken anew before the network is measured; 0 "
        "leaves the moving ones",
        low=0,
    )
    teacher_weight: float = setting(
        0.5,
        "share of the teacher's answers in the loss; 0, a search's default, is no teacher",
        low=0,
        high=1,
    )
    teacher_temperature: float = setting(2.0, "temperature of the teacher's answers (T)", above=0)

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class TrainConfig(RunConfiguration):
    """All settings of a training.

    Raises:
        InputError: a value is out of its range.
    """

    training: TrainingSettings = dataclasses.field(default_factory=TrainingSettings)


def train_config(config: RunConfiguration, seed: int) -> TrainConfig:
    """The configuration of a training, from one that has its sections among others."""
    sections = {
        field.name: getattr(config, field.name)
        for field in dataclasses.fields(TrainConfig)
        if field.name != "seed"
    }
    return TrainConfig(**sections, seed=seed)
