import random

import pytest

from goldnas_tf.architecture import costs, operators
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources.sampling import sample, sample_at

SPACE = Space((8, 8, 3), 3, cells=4, channels=4, nodes=3)


def nodes(genotype):
    return {place[:2] for place in genotype.places}


@pytest.mark.parametrize("density", [0.0, 0.2, 0.5, 1.0])
def test_the_seed_decides(density):
    draws = [sample(SPACE, random.Random(seed), density) for seed in (1, 1, 2)]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2] or density == 1.0


def test_the_ends_of_density():
    single = sample(SPACE, random.Random(0), 0.0)
    assert len(single.places) == len(nodes(single))
    assert sample(SPACE, random.Random(0), 1.0) == Genotype.full(SPACE)


def test_every_operator_is_drawn_with_the_density():
    # of one cell, so that none of the operators dies with its cell
    space = Space((8, 8, 3), 3, cells=1, channels=4, nodes=3, ops=operators.names())
    rng = random.Random(0)
    drawn = [sample(space, rng, 0.3) for _ in range(400)]
    counts = [
        sum(place in one.places for one in drawn) / 400 for place in Genotype.full(space).ordered
    ]
    assert 0.2 < min(counts) < 0.3 < max(counts) < 0.4
    assert sum(counts) / len(counts) == pytest.approx(0.3, abs=0.02)


def test_the_operator_of_an_empty_node_is_any_of_its_own():
    space = Space((8, 8, 3), 3, cells=1, channels=4, nodes=1)
    rng = random.Random(0)
    drawn = [next(iter(sample(space, rng, 0.0).places)) for _ in range(400)]
    for place in Genotype.full(space).places:
        assert 60 < drawn.count(place) < 140


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_macs_are_within_3_percent(share, seed):
    goal = round(share * costs.total(Genotype.full(SPACE)).macs)
    drawn = sample_at(SPACE, "macs", goal, random.Random(seed))
    assert abs(costs.total(drawn).macs - goal) <= 0.03 * goal
    assert drawn == sample_at(SPACE, "macs", goal, random.Random(seed))


def test_seeds_give_different_networks_of_equal_cost():
    goal = costs.total(Genotype.full(SPACE)).macs // 2
    assert len({sample_at(SPACE, "macs", goal, random.Random(seed)) for seed in range(5)}) == 5


def test_the_tolerance_is_kept():
    goal = costs.total(Genotype.full(SPACE)).macs // 2
    drawn = sample_at(SPACE, "macs", goal, random.Random(0), tolerance=0.005)
    assert abs(costs.total(drawn).macs - goal) <= 0.005 * goal


def test_networks_near_the_cheapest_are_found():
    # one skip connection in each node is the least, and 3% above it the convolutions are gone
    full = Genotype.full(SPACE)
    cheapest = Genotype(
        SPACE,
        frozenset(p for p in full.places if p.op == "skip_connect" and p.source == p.node + 1),
    )
    goal = round(1.03 * costs.total(cheapest).macs)
    drawn = {sample_at(SPACE, "macs", goal, random.Random(seed)) for seed in range(4)}
    assert len(drawn) > 1
    for genotype in drawn:
        assert abs(costs.total(genotype).macs - goal) <= 0.03 * goal


@pytest.mark.parametrize("share", [0.0, 0.001, 1.5])
def test_what_no_network_costs_is_refused(share):
    goal = round(share * costs.total(Genotype.full(SPACE)).macs)
    with pytest.raises(InputError, match=f"no network within 3% of {goal:,} multiply-adds"):
        sample_at(SPACE, "macs", goal, random.Random(0))


@pytest.mark.parametrize("seed", range(3))
def test_networks_of_shared_gates_are_drawn_too(seed):
    space = Space((16, 16, 3), 10, cells=5, channels=4, nodes=3, shared=True)
    genotype = sample(space, random.Random(seed), 0.4)
    assert 0.2 * len(Genotype.full(space).gates) < len(genotype.gates)
    wanted = costs.total(Genotype.full(space)).macs // 2
    found = sample_at(space, "macs", wanted, random.Random(seed), 0.1)
    assert costs.total(found).macs == pytest.approx(wanted, rel=0.1)
