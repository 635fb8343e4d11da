"""What a running network loses when its gates are made binary, with the same weights."""

import random
import statistics
import typing
from collections.abc import Mapping

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate, Place
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.training.feed import Feed

SAMPLES = 5
_STATISTICS_STEPS = 40


class Gap(typing.NamedTuple):
    """Accuracies in [0, 1].

    Attributes:
        before: of the network as it is trained: with soft gates, or, where gates are sampled, the
            mean over some samples.
        after: of the block that is found, with every gate 0 or 1: what binary gates close is gone,
            of soft gates all are 1.
        adapted: the same with the batch norms' statistics taken anew, which the gates' new scale
            has changed; no weight has.
    """

    before: float
    after: float
    adapted: float


def measure(learner: GatedLearner, feed: Feed, seed: int) -> Gap:
    """Measures the gap of a network; its state is as before afterwards.

    Args:
        learner: without masked operators.
        feed: measured on its watched images, statistics from its training images.
        seed: decides the samples and the order of the images.
    """
    before, alive = learner.state(), learner.genotype
    found = alive.without(learner.closed())
    if learner.recipe.form.gate_gradient == "sigmoid":
        running = learner.accuracy(feed.watched)
        learner.open_gates()
    else:
        probabilities, rng = learner.strengths(), random.Random(seed)
        learner.open_gates()
        drawn = [_sample(alive, probabilities, rng) for _ in range(SAMPLES)]
        running = statistics.fmean(_accuracy(learner, genotype, feed) for genotype in drawn)
    after = _accuracy(learner, found, feed)
    learner.halt()
    learner.anneal(0.0)
    for images, labels in feed.apart(seed, _STATISTICS_STEPS):
        learner.step(images, labels, 0.0)
    learner.anneal(1.0)
    adapted = _accuracy(learner, found, feed)
    learner.load(before)
    learner.mask(alive)
    return Gap(running, after, adapted)


def _accuracy(learner: GatedLearner, genotype: Genotype, feed: Feed) -> float:
    learner.mask(genotype)
    return learner.accuracy(feed.watched)


def _sample(alive: Genotype, probabilities: Mapping[Gate, float], rng: random.Random) -> Genotype:
    """A network as a training step samples it: a node without an open gate keeps its strongest."""
    nodes: dict[tuple[int, int], list[Place]] = {}
    for place in alive.operator_gates:
        nodes.setdefault(place.feeds, []).append(place)
    closed = []
    for places in nodes.values():
        shut = [place for place in places if rng.random() >= probabilities[place]]
        if len(shut) == len(places):
            shut.remove(max(places, key=probabilities.__getitem__))
        closed += shut
    return alive.without(closed)
