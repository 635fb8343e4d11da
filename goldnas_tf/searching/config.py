"""Everything a search can be told, as frozen, validated dataclasses.

A `SearchConfig` is written to `config.json`, compared when a run resumes, and is what the flags of
`bin/search` are made from. The names of its settings are unique over all its sections.
"""

import dataclasses

from goldnas_tf.searching.pruning import PruningRule
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.growth import ADDED_TO, LOWERED, RAISED
from goldnas_tf.settings.sections import GateSettings, ObjectiveSettings, SpaceSettings
from goldnas_tf.settings.setting import check, setting
from goldnas_tf.settings.units import Amount


@dataclasses.dataclass(frozen=True)
class PointSettings:
    """When networks are taken out, how they are settled, and when the search ends."""

    steps_per_epoch: int = setting(
        0, "steps between prunings; 0 is one pass over the training images", low=0
    )
    stable_epochs: int = setting(
        3, "epochs without a pruning after which an architecture becomes a point (n_m)", low=1
    )
    macs_targets: tuple[str, ...] = setting(
        (),
        "multiply-adds at which points are taken too, as 240M or 25% of the start, with commas",
        grows=ADDED_TO,
    )
    macs_floor: str = setting(
        "15%", "multiply-adds at which the search ends, as 240M or 15% of the start", grows=LOWERED
    )
    max_epochs: int = setting(
        300, "epochs after which the search ends in any case", low=1, grows=RAISED
    )
    settle_epochs: int = setting(
        2, "passes over the training images that settle a copy of a point; 0 is none", low=0
    )

    def __post_init__(self) -> None:
        check(self)
        Amount.parse("macs_floor", self.macs_floor)
        for target in self.macs_targets:
            Amount.parse("macs_targets", target)


@dataclasses.dataclass(frozen=True)
class SearchConfig(RunConfiguration):
    """All settings of a search.

    Raises:
        InputError: a value is out of its range.
    """

    space: SpaceSettings = dataclasses.field(default_factory=SpaceSettings)
    objective: ObjectiveSettings = dataclasses.field(default_factory=ObjectiveSettings)
    gates: GateSettings = dataclasses.field(default_factory=GateSettings)
    pruning: PruningRule = dataclasses.field(default_factory=PruningRule)
    points: PointSettings = dataclasses.field(default_factory=PointSettings)
