import dataclasses
import itertools

import pytest

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.blocks import Block
from goldnas_tf.errors import InputError
from goldnas_tf.evolution.algorithms import MAKERS
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.records import fits
from goldnas_tf.evolution.settings import ALGORITHMS, AssemblySettings, EvolutionSettings

SETTINGS = EvolutionSettings(population=6, max_params="3000")


def params(assembly, genes):
    return costs.total(assembly.genotype(genes), gated=False).params


def make(name, assembly, seed=0):
    return MAKERS[name](assembly, SETTINGS, seed)


def play(algorithm, assembly, generations, cut=None):
    """Generations of genes, where fewer skip connections and fewer parameters are better."""
    seen = []
    for _ in range(generations):
        proposed = algorithm.propose()[:cut]
        seen.append(proposed)
        aims = []
        for genes in proposed:
            skips = sum(place.op == "skip_connect" for place in assembly.genotype(genes).places)
            aims.append([skips / 20, params(assembly, genes)])
        algorithm.learn(aims, [[params(assembly, genes) / 3000 - 1, 0.0] for genes in proposed])
    return seen


def test_there_is_a_maker_for_every_choice():
    assert set(MAKERS) == set(ALGORITHMS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_seed_and_what_was_learnt_decide(name, assembly):
    one, again, other = (play(make(name, assembly, seed), assembly, 4) for seed in (3, 3, 4))
    assert one == again
    assert one != other


@pytest.mark.parametrize("name", ALGORITHMS)
def test_genes_are_in_range_and_networks_of_a_generation_differ(name, assembly):
    for generation in play(make(name, assembly), assembly, 5):
        assert 0 < len(generation) <= SETTINGS.population
        for genes in generation:
            assert all(0 <= gene < size for gene, size in zip(genes, assembly.sizes, strict=True))
        networks = {assembly.genotype(genes) for genes in generation}
        assert len(networks) == len(generation)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_first_generation_is_within_the_limits(name, assembly):
    for genes in make(name, assembly).propose():
        assert params(assembly, genes) <= 3000


@pytest.fixture
def two_networks():
    """Of a block at the stem: the one has fewer parameters, the other fewer multiply-adds."""
    edges = ((0, 0, "sep_conv_3x3"),)
    block = Block("e001", 1, normal=edges, reduction=edges, macs=1, params=1, val_accuracy=0.5)
    settings = AssemblySettings(
        most_stages=2, most_blocks=1, widths=("4",), width_growths=("1.5",), kernels=("found",)
    )
    return Assembly((block,), settings, (8, 8, 1), 10)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_limits_that_hold_alone_but_not_together_are_refused(name, two_networks):
    limits = {f"max_{cost}": str(two_networks.smallest(cost)) for cost in ("params", "macs")}
    for alone, other in itertools.permutations(limits):
        settings = dataclasses.replace(SETTINGS, **{alone: limits[alone], other: "0"})
        (genes,) = MAKERS[name](two_networks, settings, 0).first
        assert fits(two_networks.genotype(genes), settings)
    with pytest.raises(InputError, match="found no network within the limits"):
        MAKERS[name](two_networks, dataclasses.replace(SETTINGS, **limits), 0)


def test_random_search_draws_no_network_twice(assembly):
    generations = play(make("random", assembly), assembly, 8)
    networks = [assembly.genotype(genes) for part in generations for genes in part]
    assert len(set(networks)) == len(networks)
    assert all(params(assembly, genes) <= 3000 for part in generations for genes in part)


def test_a_generation_that_was_cut_short_is_learnt_from(assembly):
    assert len(play(make("nsga2", assembly), assembly, 3, cut=4)) == 3


def test_nsga2_learns(assembly):
    """Its last generation is better than the random one it began with."""
    generations = play(make("nsga2", assembly), assembly, 12)

    def mean(part):
        return sum(params(assembly, genes) for genes in part) / len(part)

    assert mean(generations[-1]) < mean(generations[0])
