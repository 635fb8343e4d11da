"""How rates change over a training, as factors. Plain data, no TensorFlow."""

import math


def cosine(progress: float) -> float:
    """Falls from 1 to 0 by a half cosine: ½ · (1 + cos(π · progress)).

    Args:
        progress: share of the training that is done, in [0, 1].
    """
    return 0.5 * (1 + math.cos(math.pi * progress))
