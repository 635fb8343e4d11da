"""A search in a given time: how many epochs there is time for, and of how many steps.

What the search takes longer or shorter than was thought goes to the finishing, whose part is
planned network by network in the time that is left.
"""

import statistics

from goldnas_tf.searching.planned import ASKED, PlanSettings, planned_cost
from goldnas_tf.training.pace import Pace

# rebuilds, and operators that are masked until then, while networks are pruned
_PRUNING_OVERHEAD = 1.3
# in fewer the cost would fall by too much at once
_FEWEST_EPOCHS = 30
_MOST_EPOCHS = 100_000


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
) -> tuple[int, int]:
    """How many epochs a planned search has time for, and of how many steps.

    Where there is time for a few of them only, there are more, which are shorter: the cost falls
    from epoch to epoch.

    Args:
        settings: the curve of its cost.
        pace: what was measured.
        steps: that an epoch may have.
        watched: batches that are answered after each epoch.
        start: multiply-adds of the full network.
        floor: where it ends.
        time: seconds.
        small_pace: what was measured on small images, where the warm-up has them.
        gates: how many may go one by one, each after trials.

    Returns:
        Epochs, and steps of each, from 1 to `steps`.
    """

    def seconds(epochs: int) -> tuple[float, float]:
        """For one step of each of so many epochs, and for what comes besides."""
        stepping = besides = 0.0
        tried: list[float] = []
        for epoch in range(epochs):
            macs = planned_cost(settings, epoch, epochs, start, floor)
            overhead = _PRUNING_OVERHEAD if macs < start else 1.0
            now = small_pace if small_pace and epoch < settings.small_epochs(epochs) else pace
            stepping += overhead * now.step(macs)
            besides += overhead * watched * now.forward(macs)
            if macs < start:
                trial = settings.trial_steps * pace.step(macs) + ASKED * pace.forward(macs)
                tried.append(overhead * (settings.trials + 1) * trial)
        if tried and settings.importance == "trial":
            besides += gates * statistics.fmean(tried)
        return stepping, besides

    def fits(epochs: int) -> bool:
        stepping, besides = seconds(epochs)
        return steps * stepping + besides < time

    if not fits(_FEWEST_EPOCHS):
        stepping, besides = seconds(_FEWEST_EPOCHS)
        return _FEWEST_EPOCHS, min(max(int((time - besides) / stepping), 1), steps)
    low, high = _FEWEST_EPOCHS, 2 * _FEWEST_EPOCHS
    while fits(high) and high < _MOST_EPOCHS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low, steps
