"""What a running network loses when its gates are made binary, with the same weights."""

import random
import statistics
import typing
from collections.abc import Iterable

from goldnas_tf.genotype import Genotype, Place
from goldnas_tf.training.learner import Learner

SAMPLES = 5


class Gap(typing.NamedTuple):
    """Accuracies in [0, 1].

    Attributes:
        before: of the network as it is trained: with soft gates, or, where gates are sampled, the
            mean over some samples.
        after: of the network that is used: every gate 0 or 1, for soft ones 1 while they live.
    """

    before: float
    after: float


def measure(learner: Learner, images: Iterable, rng: random.Random) -> Gap:
    """Measures the gap of a network; its state is as before afterwards.

    Args:
        learner: without masked operators.
        images: batches to measure on.
        rng: decides the samples.
    """
    before, alive = learner.state(), learner.genotype
    used = learner.most_probable()
    if learner.recipe.form.gate_gradient == "sigmoid":
        running = learner.accuracy(images)
        learner.open_gates()
    else:
        probabilities = learner.strengths()
        learner.open_gates()
        drawn = [_sample(alive, probabilities, rng) for _ in range(SAMPLES)]
        running = statistics.fmean(_accuracy(learner, genotype, images) for genotype in drawn)
    after = _accuracy(learner, used, images)
    learner.load(before)
    learner.mask(alive)
    return Gap(running, after)


def _accuracy(learner: Learner, genotype: Genotype, images: Iterable) -> float:
    learner.mask(genotype)
    return learner.accuracy(images)


def _sample(alive: Genotype, probabilities: dict[Place, float], rng: random.Random) -> Genotype:
    """A network as a training step samples it: a node without an open gate keeps its strongest."""
    nodes: dict[tuple[int, int], list[Place]] = {}
    for place in alive.gates:
        nodes.setdefault(place[:2], []).append(place)
    closed = []
    for places in nodes.values():
        shut = [place for place in places if rng.random() >= probabilities[place]]
        if len(shut) == len(places):
            shut.remove(max(places, key=probabilities.__getitem__))
        closed += shut
    return alive.without(closed)
