"""A search in a given time: how many epochs there is time for, by the pace that was measured.

What the search takes longer or shorter than was thought goes to the finishing, whose part is
planned network by network in the time that is left.
"""

from goldnas_tf.searching.planned import PlanSettings, planned_macs
from goldnas_tf.training.pace import Pace

# rebuilds, and operators that are masked until then, while networks are pruned
_PRUNING_OVERHEAD = 1.3
_FEWEST_EPOCHS = 8
_MOST_EPOCHS = 100_000


def plan_epochs(
    settings: PlanSettings,
    pace: Pace,
    steps: int,
    watched: int,
    start: int,
    floor: int,
    time: float,
) -> int:
    """How many epochs a planned search has time for.

    Args:
        settings: the curve of its cost.
        pace: what was measured.
        steps: of an epoch.
        watched: batches that are answered after each epoch.
        start: multiply-adds of the full network.
        floor: where it ends.
        time: seconds.
    """

    def seconds(epochs: int) -> float:
        whole = 0.0
        for epoch in range(epochs):
            macs = planned_macs(settings, epoch, epochs, start, floor)
            overhead = _PRUNING_OVERHEAD if macs < start else 1.0
            whole += overhead * (steps * pace.step(macs) + watched * pace.forward(macs))
        return whole

    low, high = _FEWEST_EPOCHS, _FEWEST_EPOCHS
    while seconds(high) < time and high < _MOST_EPOCHS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if seconds(middle) < time else (low, middle)
    return low
