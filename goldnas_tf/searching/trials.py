"""What goes next is found by trial: the network is trained for a moment without each candidate.

How much a network misses what is taken from it cannot be told from gradients alone: what matters to
it as it is may be made up for in a few steps, and what seems not to may be all that is left of a
cell. So the candidates that matter least by a first-order estimate are tried. Each is taken away
for some steps of training, from the same weights and on the same images, and what is missed least
for its price goes: now, by the logarithm of the loss, and in the end, by the parameters that go.

Reference: NetAdapt (arXiv 1804.03230) trains candidates for a moment as well, and takes the best.
"""

import functools
import itertools
import math
from collections.abc import Iterable

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.runs.clock import Clock
from goldnas_tf.searching.choosing import Candidate
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.searching.planned import ASKED
from goldnas_tf.training.feed import Feed

# decides the order of the images
_ORDER = 2_000_003
# a loss below it is as good as none
_LEAST_LOSS = 1e-6


class Trials:
    """Selects what goes at the end of an epoch by trial (`choosing.Select`).

    Args:
        learner: has the network; it is afterwards as it was.
        feed: of the run.
        clock: told how long trials take.
        count: how many are tried; 1: none, and the first one goes.
        steps: of training without each.
        epoch: decides on which images.
    """

    def __init__(
        self,
        learner: GatedLearner,
        feed: Feed,
        clock: Clock,
        count: int,
        steps: int,
        epoch: int,
    ):
        self._learner, self._clock = learner, clock
        self._count, self._steps = count, steps
        # read where something is tried
        self._batches = functools.cache(lambda: [*feed.apart(_ORDER + epoch, steps + ASKED)])

    def __call__(self, genotype: Genotype, candidates: Iterable[Candidate]) -> Candidate | None:
        """Which of some candidates goes, None where there is none; a large one if all are."""
        first = [*itertools.islice(candidates, self._count)]
        tried = [candidate for candidate in first if not candidate.is_large]
        if len(tried) < 2:
            return first[0] if first else None
        networks = [genotype, *(candidate.left for candidate in tried)]
        with self._clock("trials"):
            whole, *losses = self._learner.losses(networks, self._steps, self._batches())
        missed = [
            (_rise(whole, loss) + candidate.needed) / candidate.price
            for loss, candidate in zip(losses, tried, strict=True)
        ]
        return tried[missed.index(min(missed))]


def _rise(before: float, after: float) -> float:
    """By how much the logarithm of a loss is higher; without some the network may go astray."""
    if not math.isfinite(after):
        return math.inf
    return math.log(max(after, _LEAST_LOSS) / max(before, _LEAST_LOSS))
