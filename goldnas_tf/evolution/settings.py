"""Everything an evolution can be told, as frozen, validated dataclasses."""

import dataclasses
from collections.abc import Callable, Sequence

from goldnas_tf.architecture import operators
from goldnas_tf.errors import InputError
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.growth import RAISED
from goldnas_tf.settings.limits import LimitSettings
from goldnas_tf.settings.sections import EngineSettings
from goldnas_tf.settings.setting import check, setting
from goldnas_tf.training.train_config import TrainingSettings

ALGORITHMS = ("nsga2", "random")
FOUND = "found"
_SIDES = operators.kernel_sizes()


@dataclasses.dataclass(frozen=True)
class AssemblySettings:
    """The networks that can be put together from blocks."""

    least_stages: int = setting(
        1, "fewest stages; each one but the first begins by halving the resolution", low=1
    )
    most_stages: int = setting(3, "most stages", low=1)
    least_blocks: int = setting(1, "fewest blocks in a stage", low=1)
    most_blocks: int = setting(3, "most blocks in a stage", low=1)
    widths: tuple[str, ...] = setting(
        ("4", "6", "8", "12", "16"), "channels that the first stage may have, with commas"
    )
    width_growths: tuple[str, ...] = setting(
        ("1", "1.5", "2"), "what the channels may be multiplied with from stage to stage"
    )
    kernels: tuple[str, ...] = setting(
        (FOUND, "3", "5"),
        "sides in pixels that all convolutions of a block may be given; found leaves them",
    )

    def __post_init__(self) -> None:
        check(self)
        for kind in ("stages", "blocks"):
            least, most = getattr(self, f"least_{kind}"), getattr(self, f"most_{kind}")
            if least > most:
                raise InputError(
                    f"least_{kind}: expected at most most_{kind}; received {least} and {most}"
                )
        _check_numbers("widths", self.widths, "whole numbers of at least 2", _is_width)
        _check_numbers("width_growths", self.width_growths, "numbers from 1 to 8", _is_growth)
        _check_numbers("kernels", self.kernels, f"{FOUND} or sides {_SIDES}", _is_kernel)


def _check_numbers(
    name: str, values: Sequence[str], expected: str, fits: Callable[[str], bool]
) -> None:
    if not values or not all(fits(value) for value in values):
        received = ",".join(values) or "none"
        raise InputError(f"{name}: expected {expected}, with commas; received {received}")


def _is_width(text: str) -> bool:
    return text.isdecimal() and int(text) >= 2


def _is_growth(text: str) -> bool:
    try:
        return 1 <= float(text) <= 8
    except ValueError:
        return False


def _is_kernel(text: str) -> bool:
    return text == FOUND or (text.isdecimal() and int(text) in _SIDES)


@dataclasses.dataclass(frozen=True)
class EvolutionSettings(LimitSettings):
    """How networks are chosen, and how each one is tried."""

    algorithm: str = setting(
        "nsga2", "how the next networks are chosen; random is the control", choices=ALGORITHMS
    )
    population: int = setting(
        16, "networks of a generation; NSGA-II needs 4, to have parents to choose from", low=4
    )
    generations: int = setting(
        10, "generations; population times generations networks are trained", low=1, grows=RAISED
    )
    objectives: tuple[str, ...] = setting(
        ("params",),
        "costs that are minimised besides the error: any of " + ", ".join(RESOURCES),
    )
    max_params: str = setting("1M", "most parameters of a network, as 500K; 0 is no limit")
    max_latency_ms: float = setting(
        0.0, "most milliseconds for one image, measured where it runs; 0 is no limit", low=0
    )
    candidate_epochs: int = setting(
        5, "passes over the training images that a network is tried with", low=1
    )
    candidate_minutes: float = setting(
        10.0, "minutes after which the trial of a network is given up", above=0
    )
    candidate_gigabytes: float = setting(
        8.0, "memory of a process at which the trial of a network is given up", above=0
    )
    final_points: int = setting(
        8,
        "networks of the front that are trained longer, evenly along it; 0 is none",
        low=0,
        grows=RAISED,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        unknown = [name for name in self.objectives if name not in RESOURCES]
        if unknown or not self.objectives or len(set(self.objectives)) < len(self.objectives):
            raise InputError(
                f"objectives: expected some of {', '.join(RESOURCES)}, each once; received "
                f"{','.join(self.objectives) or 'none'}"
            )

    @property
    def measures_latency(self) -> bool:
        """Whether the latency of networks counts."""
        return "latency_ms" in (*self.objectives, *self.most)

    @property
    def most_trials(self) -> int:
        """How many networks are tried."""
        return self.population * self.generations


@dataclasses.dataclass(frozen=True)
class EvolveConfig(RunConfiguration):
    """All settings of an evolution; those on training are for the final front.

    Raises:
        InputError: a value is out of its range.
    """

    evolution: EvolutionSettings = dataclasses.field(default_factory=EvolutionSettings)
    assembly: AssemblySettings = dataclasses.field(default_factory=AssemblySettings)
    training: TrainingSettings = dataclasses.field(default_factory=TrainingSettings)
    engine: EngineSettings = dataclasses.field(default_factory=EngineSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.devices.check_alone("evolutions; see workers and cluster")
        if self.training.init != "scratch":
            raise InputError(
                "init: expected scratch, as networks of blocks have no weights to inherit; "
                f"received {self.training.init}"
            )
        if self.target.latency_table:
            raise InputError(
                "latency_table: expected none, as an evolution measures how long networks take "
                f"where it runs; received {self.target.latency_table}"
            )
