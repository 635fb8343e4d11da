"""Points and networks that the reporting tests draw and print."""

import random

import pytest

from goldnas_tf import pareto
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.resources import sampling


@pytest.fixture
def make_points():
    """A search's points: `count` of them, log-spaced between two costs, with noisy accuracies."""

    def make(count, low=25_000_000, high=500_000_000, noise=0.002, seed=1):
        rng = random.Random(seed)
        points = []
        for index in range(count):
            share = index / max(count - 1, 1)
            macs = int(high * (low / high) ** share)
            accuracy = 0.97 - 0.02 * share**2 + rng.gauss(0, noise)
            reason = rng.choice(("stable", "budget")) if share < 1 else "final"
            name = f"e{7 * index + 5:03d}-{macs // 1_000_000}M"
            points.append(
                pareto.Point(
                    name,
                    f"points/{name}",
                    {"macs": macs, "params": macs // 80},
                    accuracy,
                    7 * index + 5,
                    reason,
                )
            )
        return points

    return make


@pytest.fixture
def space():
    return Space(
        (8, 8, 1), 10, cells=3, channels=4, ops=("skip_connect", "sep_conv_3x3", "max_pool_3x3")
    )


@pytest.fixture
def full(space):
    return Genotype.full(space)


@pytest.fixture
def sparse(space):
    return sampling.sample(space, random.Random(3), 0.2)


@pytest.fixture
def with_dead_cell(full):
    """The super-network without cell 1, which the last cell does not read any more."""
    return full.without(place for place in full.places if (place.cell, place.source) == (2, 1))
