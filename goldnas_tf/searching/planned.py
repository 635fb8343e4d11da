"""The planned schedule: how the cost of a search falls. No TensorFlow.

The search trains first; then its cost follows a curve from the start to the floor, by the same
share in each epoch, and stays there for a while. In each epoch just so much goes as the curve asks
for (`choosing.py`).
"""

import dataclasses
import math
import random
import sys
from collections.abc import Callable

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate, Node
from goldnas_tf.errors import InputError
from goldnas_tf.settings.setting import check, setting

SCHEDULES = ("planned", "paper")
ASKED = 4
"""So many batches tell how well a network does that is tried."""

IMPORTANCES = ("trial", "loss", "share", "random")


@dataclasses.dataclass(frozen=True)
class PlanSettings:
    """When the cost falls, and by what."""

    schedule: str = setting(
        "planned",
        "planned: the cost follows a curve over max_epochs; paper: λ grows until something goes",
        choices=SCHEDULES,
        former="paper",
    )
    minutes: float = setting(
        0.0,
        "minutes for the whole of a planned search, finishing included, besides hours; 0 is as "
        "long as max_epochs and epochs say",
        low=0,
    )
    hours: float = setting(0.0, "hours, besides minutes", low=0)
    search_share: float = setting(
        0.5, "share of the time that is for the search; the rest is for finishing", above=0, high=1
    )
    warmup: float = setting(
        0.2, "share of the epochs of a planned search before the first pruning", low=0, below=1
    )
    small_warmup: bool = setting(
        False,
        "whether the network sees images of half their height and width until the first pruning "
        "of a planned search, in a third of the time",
    )
    at_floor: float = setting(
        0.1, "share of the epochs of a planned search at its floor", low=0, below=1
    )
    importance: str = setting(
        "trial",
        "what goes first in a planned search: whose removal changes the loss least, by a "
        "first-order estimate (loss), or when those that it finds are tried (trial); whose share "
        "of its node is smallest; or random, the control",
        choices=IMPORTANCES,
    )
    trials: int = setting(
        4,
        "how many of those that matter least by the estimate are tried before one goes, for "
        "importance trial",
        low=2,
    )
    trial_steps: int = setting(
        10, "steps of training without each of them, for importance trial", low=1
    )
    capacity: float = setting(
        0.5,
        "power of a network's parameters by which its loss is taken to fall in the end, so that "
        "what has many of them goes later in a planned search; 0: what is missed now counts alone",
        low=0,
    )
    keep_operators: bool = setting(
        False, "whether channels alone go in a planned search, and no operator: the control"
    )

    def __post_init__(self) -> None:
        check(self)
        if self.seconds and self.schedule != "planned":
            raise InputError(
                "schedule: expected planned, for minutes and hours are planned; received "
                f"{self.schedule}"
            )

    @property
    def seconds(self) -> float:
        """For the whole search; 0 is no limit."""
        return 60 * self.minutes + 3600 * self.hours

    @property
    def estimates(self) -> bool:
        """Whether it is estimated how much the loss depends on each gate."""
        return self.schedule == "planned" and self.importance in ("trial", "loss")

    def warmup_epochs(self, epochs: int) -> int:
        """How many of so many epochs are over before there is a pruning."""
        # 0.7 of 10 epochs are 7, not 6.999
        return math.floor(self.warmup * epochs + 1e-9) if self.schedule == "planned" else 0

    def small_epochs(self, epochs: int) -> int:
        """How many of them are on small images."""
        return self.warmup_epochs(epochs) if self.small_warmup else 0


def planned_cost(
    settings: PlanSettings, epoch: int, epochs: int, start: float, floor: float
) -> float:
    """What the network of a planned search may cost after an epoch.

    Formula: start until the warm-up w is over, floor from 1 − f on; between them
    start · (floor / start)^((e / E − w) / (1 − f − w)).

    Args:
        settings: w = warmup, f = at_floor.
        epoch: e, finished epochs.
        epochs: E, of the whole search.
        start: what the full network costs, in any unit.
        floor: where it ends, at most start.
    """
    falling = 1 - settings.at_floor - settings.warmup
    share = (epoch / epochs - settings.warmup) / falling if falling > 0 else 1.0
    share = min(max(share, 0.0), 1.0)
    if share == 1:
        return floor  # to the last digit
    return start * (floor / start) ** share if floor else start * (1 - share)


def least_kept(settings: PlanSettings, genotype: Genotype) -> Callable[[Node], int]:
    """How many gates of a node, or of a width, stay: all operators, where channels alone go."""
    if not settings.keep_operators:
        return genotype.least
    return lambda node: genotype.least(node) if node.is_width else sys.maxsize


def at_random(genotype: Genotype, seed: int) -> dict[Gate, float]:
    """Scores that know nothing: the control."""
    rng = random.Random(seed)
    return {gate: rng.random() for gate in genotype.gates}
