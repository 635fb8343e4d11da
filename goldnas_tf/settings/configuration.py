"""Configurations: all settings of a run in one frozen dataclass, written to its `config.json`.

The names of settings are unique over all sections of a configuration: each is a flag.
"""

import dataclasses
import typing

from goldnas_tf.settings.growth import Growth
from goldnas_tf.settings.images import AugmentationSettings, DataSettings
from goldnas_tf.settings.sections import (
    AuxiliarySettings,
    DeviceSettings,
    OptimizerSettings,
    TargetSettings,
    WatchSettings,
)
from goldnas_tf.settings.setting import check, sections, setting, settings


@dataclasses.dataclass(frozen=True)
class Configuration:
    """All settings of a run: dataclasses of settings, its sections, and settings of its own."""

    def __post_init__(self) -> None:
        check(self)

    def to_json(self) -> dict[str, typing.Any]:
        """All settings by section, as JSON values."""
        return {
            name: {key: list(v) if isinstance(v, tuple) else v for key, v in section.items()}
            if isinstance(section, dict)
            else section
            for name, section in dataclasses.asdict(self).items()
        }

    @classmethod
    def former(cls) -> dict[str, typing.Any]:
        """What a run did that wrote none of its settings down, as `to_json`."""
        values = cls().to_json()
        for name, section in sections(cls).items():
            fields = {field.name: field.metadata["former"] for field in settings(section)}
            values[name] |= {key: value for key, value in fields.items() if value is not None}
        return values

    def growths(self) -> dict[str, Growth]:
        """How those settings may change that may, when a run is resumed, by name."""
        fields = [
            field
            for owner in (type(self), *sections(type(self)).values())
            for field in settings(owner)
        ]
        return {f.name: f.metadata["grows"] for f in fields if f.metadata["grows"]}


@dataclasses.dataclass(frozen=True)
class RunConfiguration(Configuration):
    """What every run that trains networks is told; each kind of run adds sections of its own.

    Raises:
        InputError: a value is out of its range.
    """

    data: DataSettings = dataclasses.field(default_factory=DataSettings)
    augmentation: AugmentationSettings = dataclasses.field(default_factory=AugmentationSettings)
    optimizer: OptimizerSettings = dataclasses.field(default_factory=OptimizerSettings)
    auxiliary: AuxiliarySettings = dataclasses.field(default_factory=AuxiliarySettings)
    watch: WatchSettings = dataclasses.field(default_factory=WatchSettings)
    devices: DeviceSettings = dataclasses.field(default_factory=DeviceSettings)
    target: TargetSettings = dataclasses.field(default_factory=TargetSettings)
    seed: int = setting(
        0, "seed of weights, order of images and augmentation", low=0, high=2**32 - 1
    )
