"""What a found network is compared with: networks of equal cost from other sources.

found      the network of the point
random     genotypes of the same space, drawn at the same cost
resnet     a small residual network, as wide as the cost allows
mobilenet  inverted residuals, likewise
narrowed   one hand-made cell of the same space everywhere, likewise
"""

import random
from collections.abc import Sequence

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.comparison import keras_families
from goldnas_tf.comparison.settings import FOUND
from goldnas_tf.resources import resources
from goldnas_tf.resources.hand_made import narrowed
from goldnas_tf.resources.sampling import sample_at
from goldnas_tf.training.blueprint import Blueprint, GenotypeBlueprint

TOLERANCE = 0.03
"""Largest relative difference between the cost of a random network and that of the found one."""


def members(family: str, found: Genotype, cost: str, seeds: Sequence[int]) -> dict[int, Blueprint]:
    """The networks of a family, by seed.

    Args:
        family: one of `settings.FAMILIES`.
        found: the network of the point.
        cost: what they have in common: a resource that can be counted.
        seeds: of trainings, and of what is drawn.

    Raises:
        InputError: the space has no other network at that cost, or no operator to make a cell of.
    """
    amount = resources.total(found, gated=False)[cost]
    if family == "random":
        drawn = {
            seed: sample_at(found.space, cost, amount, random.Random(seed), TOLERANCE)
            for seed in seeds
        }
        return {seed: GenotypeBlueprint(genotype) for seed, genotype in drawn.items()}
    if family in keras_families.NAMES:
        return dict.fromkeys(seeds, keras_families.nearest(family, found.space, cost, amount))
    genotype = found if family == FOUND else narrowed(found.space, cost, amount)
    return dict.fromkeys(seeds, GenotypeBlueprint(genotype))
