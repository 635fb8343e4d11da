"""How rates change over a training, as factors. Plain data, no TensorFlow."""

import math


def annealed(steps: int, done: int) -> float:
    """Falls from 1 to 0 by a half cosine: ½ · (1 + cos(π · done / steps)).

    Args:
        steps: of the whole training, at least 1.
        done: how many of them are done.
    """
    return 0.5 * (1 + math.cos(math.pi * done / steps))


def rising(last: float, epochs: int, epoch: int) -> float:
    """Rises from 0 in epoch 0 to `last` in the last one, in equal steps.

    Args:
        last: of the last epoch.
        epochs: of the whole training, at least 1.
        epoch: from 0.
    """
    return last * epoch / max(epochs - 1, 1)
