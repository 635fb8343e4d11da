"""The metrics of steps, added up; a loss that is not finite is noticed here."""

from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from goldnas_tf.errors import TrainingError

# metrics are looked at once in so many steps: a look makes an accelerator wait
LOOK_STEPS = 20


class Sums:
    """Adds up what `Learner.step` returns.

    Args:
        sums: of earlier steps, one value for each metric.
        step: how many steps there were before the first that is added.
        phase: what the steps belong to, for the message of an error.
    """

    def __init__(self, sums: Iterable[float], step: int, phase: str):
        self._sums = np.array(sums, float)
        self._step = step
        self._phase = phase
        self._unread: list[tf.Tensor] = []

    def add(self, metrics: tf.Tensor, look: bool = False) -> None:
        """Adds those of one step; with `look`, waits for it.

        Raises:
            TrainingError: one of the last steps had a metric that is not finite.
        """
        self._unread.append(metrics)
        if look or len(self._unread) == LOOK_STEPS:
            self.total()

    def total(self) -> tuple[float, ...]:
        """The sums of all steps.

        Raises:
            TrainingError: as in `add`.
        """
        # one by one: an interrupted epoch adds up to the same last digit
        for metrics in self._unread:
            self._step += 1
            row = metrics.numpy().astype(float)
            if not np.isfinite(row).all():
                raise TrainingError(
                    f"the loss is not finite at step {self._step} of {self._phase}; the last good "
                    "checkpoint is kept, start anew with a lower learning_rate or, in a search, "
                    "gate_learning_rate"
                )
            self._sums += row
        self._unread = []
        return tuple(self._sums.tolist())
