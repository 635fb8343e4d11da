"""Everything a search can be told, as frozen, validated dataclasses.

A `SearchConfig` is written to `config.json`, compared when a run resumes, and is what the flags of
`bin/search` are made from. The names of its settings are unique over all its sections.
"""

import dataclasses

from goldnas_tf.errors import InputError
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.searching.pruning import PruningRule
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.growth import ADDED_TO, EXTENDED, LOWERED, RAISED, Growth
from goldnas_tf.settings.limits import LimitSettings
from goldnas_tf.settings.sections import (
    EngineSettings,
    GateSettings,
    ObjectiveSettings,
    SpaceSettings,
)
from goldnas_tf.settings.setting import check, setting
from goldnas_tf.settings.units import Amount
from goldnas_tf.training.train_config import TrainingSettings

FINISHING = "finishing"
"""The folder of the trainings that finish points, in that of their search."""


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
    targets: tuple[str, ...] = setting(
        (),
        "instead of macs_targets amounts of any resource, as 0.4ms, 96KB flash, 128KB ram, 50K "
        "params, 240M macs or 25%",
        grows=EXTENDED,
    )
    floor: str = setting("", "instead of macs_floor an amount of any resource", grows=LOWERED)
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
        for target in self.targets:
            Amount.parse_any("targets", target)
        if self.floor:
            Amount.parse_any("floor", self.floor)

    @property
    def said_targets(self) -> tuple[str, tuple[str, ...]]:
        """The setting that says where points are taken, and its amounts."""
        return ("targets", self.targets) if self.targets else ("macs_targets", self.macs_targets)

    @property
    def said_floor(self) -> tuple[str, str]:
        """The setting that says where the search ends, and its amount."""
        return ("floor", self.floor) if self.floor else ("macs_floor", self.macs_floor)


@dataclasses.dataclass(frozen=True)
class FinishingSettings:
    """Which points are trained to their end after the search."""

    finish_points: int = setting(
        5,
        "points that are trained to their end, evenly spread over cost; 0 is none",
        low=0,
        grows=RAISED,
        former=0,
    )
    finish_learning_rate: float = setting(
        0.025, "learning rate of the weights at the beginning of that; it falls to 0", above=0
    )
    finish_weight_decay: float = setting(3e-4, "L2 decay of the weights in that", low=0)

    def __post_init__(self) -> None:
        check(self)


@dataclasses.dataclass(frozen=True)
class ResolutionSettings:
    """Which sizes of images are tried before the search."""

    image_sizes: tuple[str, ...] = setting(
        (),
        "sides in pixels, with commas: before the search a small network is trained at each, all "
        "of one cost and for one time, and the best one is what is searched at",
    )
    size_minutes: float = setting(
        0.0, "minutes for each of image_sizes; 0 is a tenth of minutes and hours for all", low=0
    )

    def __post_init__(self) -> None:
        check(self)
        for size in self.image_sizes:
            if not size.strip().isdigit() or not int(size):
                raise InputError(f"image_sizes: expected whole pixels; received {size!r}")
        if len(set(self.sizes)) < len(self.sizes):
            raise InputError("image_sizes: expected each once; received one twice")

    @property
    def sizes(self) -> tuple[int, ...]:
        """As numbers."""
        return tuple(map(int, self.image_sizes))


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
    plan: PlanSettings = dataclasses.field(default_factory=PlanSettings)
    points: PointSettings = dataclasses.field(default_factory=PointSettings)
    limits: LimitSettings = dataclasses.field(default_factory=LimitSettings)
    finishing: FinishingSettings = dataclasses.field(default_factory=FinishingSettings)
    resolution: ResolutionSettings = dataclasses.field(default_factory=ResolutionSettings)
    training: TrainingSettings = dataclasses.field(
        default_factory=lambda: TrainingSettings(init="inherited", epochs=10, teacher_weight=0.0)
    )
    engine: EngineSettings = dataclasses.field(default_factory=lambda: EngineSettings(workers=1))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.plan.seconds:
            # no two processes measure the same pace
            self.devices.check_alone("minutes or hours, as max_epochs says how far it goes")
        if self.plan.keep_operators and not self.space.search_widths:
            raise InputError(
                "keep_operators: expected search_widths with it, or nothing could go; received "
                "nosearch_widths"
            )
        if self.resolution.image_sizes:
            self.devices.check_alone("image_sizes, which need one process")
            if not self.resolution.size_minutes and not self.plan.seconds:
                raise InputError(
                    "size_minutes: expected above 0 where there are image_sizes and neither "
                    "minutes nor hours; received 0"
                )
        if not self.engine.is_this_process:
            self.devices.check_alone("workers or a cluster, which finish each point in one process")
        if self.training.teacher_weight and not self.engine.is_this_process:
            raise InputError(
                "teacher_weight: expected 0 where points are finished side by side (workers, "
                f"cluster), as each waits for its teacher; received {self.training.teacher_weight}"
            )

    def growths(self) -> dict[str, Growth]:
        """How those settings may change that may; a planned search has its curve from the start."""
        curve = ("max_epochs", "macs_floor", "floor") if self.plan.schedule == "planned" else ()
        return {name: growth for name, growth in super().growths().items() if name not in curve}

    @property
    def points_wanted(self) -> int:
        """At how many costs points are taken where no targets are given; 0 where none are."""
        return self.finishing.finish_points if self.plan.schedule == "planned" else 0
