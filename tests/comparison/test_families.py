"""The networks that a found one is compared with."""

import pickle

import pytest

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.comparison.families import TOLERANCE, members
from goldnas_tf.comparison.settings import FAMILIES
from goldnas_tf.errors import InputError
from goldnas_tf.networks.network import Form
from goldnas_tf.resources import resources
from goldnas_tf.resources.hand_made import hand_made, narrowed

SPACE = Space((8, 8, 3), 5, cells=4, channels=12)
FOUND = Genotype.full(SPACE).without(Genotype.full(SPACE).ordered[1::3])
MACS = costs.total(FOUND).macs


def genotypes(family, seeds):
    blueprints = members(family, FOUND, "macs", seeds)
    return {seed: blueprint.genotype for seed, blueprint in blueprints.items()}


def test_random_networks_differ_and_cost_the_same():
    networks = genotypes("random", range(4))
    assert len(set(networks.values())) == 4
    for network in networks.values():
        assert abs(costs.total(network).macs - MACS) <= TOLERANCE * MACS
    assert genotypes("random", (1, 2)) == {1: networks[1], 2: networks[2]}


def test_found_and_narrowed_networks_are_the_same_for_every_seed():
    assert genotypes("found", range(3)) == dict.fromkeys(range(3), FOUND)
    assert len(set(genotypes("narrowed", range(3)).values())) == 1


@pytest.mark.parametrize("family", FAMILIES[1:])
@pytest.mark.parametrize("cost", resources.COUNTED)
def test_what_is_equal_is_a_choice(family, cost):
    wanted = resources.total(FOUND, gated=False)[cost]
    (network,) = members(family, FOUND, cost, [3]).values()
    found = network.costs(Form(gated=False))[cost]
    # widths are whole numbers
    assert abs(found - wanted) <= (TOLERANCE if family == "random" else 0.12) * wanted


@pytest.mark.parametrize("family", FAMILIES)
def test_a_member_can_be_sent_to_another_process(family):
    (network,) = members(family, FOUND, "macs", [3]).values()
    assert pickle.loads(pickle.dumps(network)).describe() == network.describe()


def test_the_hand_made_cell_is_a_chain_of_residual_blocks():
    genotype = hand_made(SPACE)
    assert genotype.live_cells == tuple(range(4))
    assert [place[1:] for place in genotype.cell(2)] == [
        (0, 0, "sep_conv_3x3"),
        (0, 1, "sep_conv_3x3"),
        (1, 1, "skip_connect"),
        (1, 2, "sep_conv_3x3"),
        (2, 2, "skip_connect"),
        (2, 3, "sep_conv_3x3"),
        (3, 3, "skip_connect"),
        (3, 4, "sep_conv_3x3"),
    ]


@pytest.mark.parametrize("share", [0.2, 0.6, 1.5])
def test_no_other_width_is_nearer(share):
    wanted = round(share * MACS)
    network = narrowed(SPACE, "macs", wanted)
    assert {(p.node, p.source) for p in network.cell(0)} == {
        (p.node, p.source) for p in hand_made(SPACE).cell(0)
    }
    distance = abs(costs.total(network).macs - wanted)
    for step in (-1, 1):
        other = Space((8, 8, 3), 5, cells=4, channels=network.space.channels + step)
        assert abs(costs.total(hand_made(other)).macs - wanted) >= distance


def test_a_space_of_skip_connections_has_no_hand_made_cell():
    with pytest.raises(InputError, match="ops: expected an operator with kernels"):
        hand_made(Space((8, 8, 3), 5, cells=3, ops=("skip_connect", "avg_pool_3x3")))


def test_operators_are_those_of_the_space():
    genotype = hand_made(Space((8, 8, 3), 5, cells=3, ops=("avg_pool_3x3", "sep_conv_5x5")))
    assert {place.op for place in genotype.places} == {"sep_conv_5x5"}
    assert Place(0, 1, 2, "sep_conv_5x5") in genotype.places
