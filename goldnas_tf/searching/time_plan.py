"""A search in a given time: how many epochs there is time for, and of how many steps.

What the search takes longer or shorter than was thought goes to the finishing, whose part is
planned network by network in the time that is left.
"""

import statistics
import typing
from collections.abc import Iterator

from goldnas_tf.searching.planned import ASKED, PlanSettings, planned_cost
from goldnas_tf.training.pace import Pace

# rebuilds, and operators that are masked until then, while networks are pruned
_PRUNING_OVERHEAD = 1.2
# in fewer the cost would fall by too much at once
_FEWEST_EPOCHS = 30
_MOST_EPOCHS = 100_000
# of the time at most: an untrained network has nothing to tell when it is tried
_TRIALS_SHARE = 0.5
# over so many epochs a trial is averaged
_NOMINAL_EPOCHS = 100


class SearchPlan(typing.NamedTuple):
    """What a search has time for.

    Attributes:
        epochs: of it.
        steps: of each.
        trials: how many candidates are tried before one goes; 1: none, the estimate decides.
    """

    epochs: int
    steps: int
    trials: int


def plan_search(
    settings: PlanSettings,
    pace: Pace,
    steps: int,
    watched: int,
    start: float,
    floor: float,
    time: float,
    small_pace: Pace | None = None,
    gates: int = 0,
) -> SearchPlan:
    """How many epochs a planned search has time for, of how many steps, and for which trials.

    Where there is time for a few epochs only, there are more, which are shorter: the cost falls
    from epoch to epoch. Trials take a part of the time: where they would take more, fewer
    candidates are tried, or none.

    Args:
        settings: the curve of its cost, and its trials.
        pace: what was measured.
        steps: that an epoch may have.
        watched: batches that are answered after each epoch.
        start: multiply-adds of the full network.
        floor: where it ends.
        time: seconds.
        small_pace: what was measured on small images, where the warm-up has them.
        gates: how many may go one by one, each after trials.
    """

    def seconds(epochs: int) -> tuple[float, float]:
        """For one step of each of so many epochs, and for what comes besides."""
        stepping = besides = 0.0
        for epoch in range(epochs):
            macs = planned_cost(settings, epoch, epochs, start, floor)
            overhead = _PRUNING_OVERHEAD if macs < start else 1.0
            now = small_pace if small_pace and epoch < settings.small_epochs(epochs) else pace
            stepping += overhead * now.step(macs)
            besides += overhead * watched * now.forward(macs)
        return stepping, besides

    trial = gates * _seconds_of_a_trial(settings, pace, start, floor)
    trials = _trials(settings, trial, time)
    time -= (trials + 1) * trial if trials > 1 else 0.0

    def fits(epochs: int) -> bool:
        stepping, besides = seconds(epochs)
        return steps * stepping + besides < time

    if not fits(_FEWEST_EPOCHS):
        stepping, besides = seconds(_FEWEST_EPOCHS)
        left = max(int((time - besides) / stepping), 1)
        return SearchPlan(_FEWEST_EPOCHS, min(left, steps), trials)
    low, high = _FEWEST_EPOCHS, 2 * _FEWEST_EPOCHS
    while fits(high) and high < _MOST_EPOCHS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return SearchPlan(low, steps, trials)


def told(plan: SearchPlan, settings: PlanSettings, points: int) -> Iterator[str]:
    """What is planned, in words.

    Args:
        plan: of a search.
        settings: that it was made for.
        points: how many are to be finished.
    """
    epochs, steps, trials = plan
    warm, floor = settings.warmup_epochs(epochs), round(settings.at_floor * epochs)
    yield (
        f"the plan: {steps * warm:,} steps to warm up, {steps * (epochs - warm - floor):,} to "
        f"prune, {steps * floor:,} at the floor, in {epochs} epochs; then "
        f"{(1 - settings.search_share) * settings.seconds / 60:.0f} minutes to finish "
        f"{points} points"
    )
    if settings.importance == "trial" and trials < settings.trials:
        yield (
            f"there is time to try {trials} of {settings.trials} candidates"
            if trials > 1
            else "there is no time for trials: what goes is found by the estimate alone"
        )


def _seconds_of_a_trial(settings: PlanSettings, pace: Pace, start: float, floor: float) -> float:
    """How long the training of one network for a moment takes in the mean, over the curve."""
    costs = [
        planned_cost(settings, epoch, _NOMINAL_EPOCHS, start, floor)
        for epoch in range(_NOMINAL_EPOCHS)
    ]
    pruned = [macs for macs in costs if macs < start] or [floor]
    return _PRUNING_OVERHEAD * statistics.fmean(
        settings.trial_steps * pace.step(macs) + ASKED * pace.forward(macs) for macs in pruned
    )


def _trials(settings: PlanSettings, trial: float, time: float) -> int:
    """How many candidates are tried before one goes.

    Args:
        settings: say how many there may be.
        trial: seconds for one candidate, over the whole search.
        time: seconds of the search.
    """
    if settings.importance != "trial":
        return 1
    # the network as it is is trained as well
    fitting = int(_TRIALS_SHARE * time / trial) - 1 if trial else settings.trials
    return min(fitting, settings.trials) if fitting > 1 else 1
