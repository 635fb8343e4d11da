"""What holds for every network that is drawn."""

import contextlib
import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import genotypes, spaces

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import WIDTHS_STAY
from goldnas_tf.errors import InputError
from goldnas_tf.resources.sampling import sample, sample_at

SEEDS = st.integers(0, 2**32 - 1)


@given(spaces(), SEEDS, st.floats(0, 1))
def test_a_network_is_legal_and_follows_from_its_seed(space, seed, density):
    drawn = sample(space, random.Random(seed), density)
    assert drawn == Genotype(space, drawn.places, drawn.groups)
    assert drawn == sample(space, random.Random(seed), density)


@given(spaces(), SEEDS)
def test_the_ends_of_density(space, seed):
    fewest = sample(space, random.Random(seed), 0)
    assert not Genotype(dataclasses.replace(space, **WIDTHS_STAY), fewest.places).prunable
    assert sample(space, random.Random(seed), 1).places == Genotype.full(space).places


@given(genotypes(), SEEDS, st.floats(0.02, 0.5))
def test_a_network_of_wanted_cost_is_within_the_tolerance(one, seed, tolerance):
    wanted = costs.total(one).macs
    # of some spaces few networks cost that, and it may say that it found none
    with contextlib.suppress(InputError):
        drawn = sample_at(one.space, "macs", wanted, random.Random(seed), tolerance)
        assert abs(costs.total(drawn).macs - wanted) <= tolerance * wanted
        assert drawn == Genotype(one.space, drawn.places, drawn.groups)


@settings(max_examples=20)
@given(spaces(), SEEDS)
def test_what_costs_more_than_all_is_refused(space, seed):
    most = costs.total(Genotype.full(space)).macs
    with pytest.raises(InputError, match="no network within 3%"):
        sample_at(space, "macs", 2 * most, random.Random(seed))
