"""What a rebuild costs: building and tracing the smaller network, in steps of it."""

import functools
import statistics
import time
import typing
from collections.abc import Callable

from bench.contender import make_learner
from bench.shapes import Shape, genotype

if typing.TYPE_CHECKING:
    from goldnas_tf.searching.gated_learner import GatedLearner

AFTER = (0.9, 0.5, 0.25)
STEPS = 5


def measure(shape: Shape) -> list[dict]:
    """Rebuilds a supernet to smaller and smaller shares of its operators, and of its channels.

    Args:
        shape: of the supernet and the batch.

    Returns:
        For each share the seconds that a rebuild takes, with what the first step and the first
        evaluation take longer than later ones; those of a step; and how many steps the rebuild is.
    """
    from goldnas_tf.searching.rebuild import rebuild

    learner, batch = make_learner(shape)
    step = functools.partial(_step, batch)
    step(learner)
    rows = []
    for share in AFTER:
        # operators die in the same order for every share: each genotype is part of the one before
        smaller = genotype(shape.space, share)
        started = time.perf_counter()
        learner = rebuild(learner, smaller)
        step(learner)
        learner.accuracy([batch])
        first = time.perf_counter() - started
        a_step = _median(functools.partial(step, learner))
        rebuilding = first - a_step - _median(functools.partial(learner.accuracy, [batch]))
        rows.append(
            {
                "shape": str(shape),
                "operators_left": share,
                "rebuild_s": rebuilding,
                "step_ms": 1e3 * a_step,
                "steps": rebuilding / a_step,
            }
        )
    return rows


def _step(batch: tuple[typing.Any, typing.Any], learner: "GatedLearner") -> None:
    learner.step(*batch, 1e-4).numpy()


def _median(function: Callable[[], object]) -> float:
    taken = []
    for _ in range(STEPS):
        started = time.perf_counter()
        function()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
