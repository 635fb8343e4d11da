"""How rates change over a training, as factors. Plain data, no TensorFlow."""

import math

# a pixel of a small image stands for four
_SMALL = 1 / 4


def annealed(steps: int, done: int, small: int = 0) -> float:
    """Falls from 1 to 0 by a half cosine: ½ · (1 + cos(π · done / steps)).

    Args:
        steps: of the whole training, at least 1.
        done: how many of them are done.
        small: how many of all, the first ones, are taken on small images; each of them counts for a
            quarter of another one, as it does in multiply-adds.
    """
    all_ = steps - (1 - _SMALL) * small
    share = (done - (1 - _SMALL) * min(done, small)) / all_
    return 0.5 * (1 + math.cos(math.pi * share))


def rising(last: float, epochs: int, epoch: int) -> float:
    """Rises from 0 in epoch 0 to `last` in the last one, in equal steps.

    Args:
        last: of the last epoch.
        epochs: of the whole training, at least 1.
        epoch: from 0.
    """
    return last * epoch / max(epochs - 1, 1)
