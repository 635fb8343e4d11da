"""What a rebuild costs: building and tracing the smaller network, in steps of it."""

import statistics
import time

from bench.contender import make_learner
from bench.shapes import Shape, genotype

AFTER = (0.9, 0.5, 0.25)
STEPS = 5


def measure(shape: Shape) -> list[dict]:
    """Rebuilds a supernet to smaller and smaller shares of its operators.

    Args:
        shape: of the supernet and the batch.

    Returns:
        For each share the seconds of a rebuild with the first step and the first evaluation on top
        of what these take later, the seconds of a step, and the former in the latter.
    """
    from goldnas_tf.rebuild import rebuild

    learner, batch = make_learner(shape, 1.0)
    _seconds(lambda: learner.step(*batch, 1e-4).numpy(), 1)
    places = learner.genotype
    rows = []
    for share in AFTER:
        # a part of what is built: the random order of dying is the same for each share
        smaller = genotype(shape.space, share)
        smaller = type(smaller)(smaller.space, smaller.places & places.places)
        started = time.perf_counter()
        learner = rebuild(learner, smaller)
        learner.step(*batch, 1e-4).numpy()
        learner.accuracy([batch])
        first = time.perf_counter() - started
        step = _seconds(lambda: learner.step(*batch, 1e-4).numpy(), STEPS)  # noqa: B023
        evaluation = _seconds(lambda: learner.accuracy([batch]), STEPS)  # noqa: B023
        seconds = first - step - evaluation
        places = smaller
        rows.append({"share": share, "rebuild": seconds, "step": step, "steps": seconds / step})
    return rows


def _seconds(function, times):
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
