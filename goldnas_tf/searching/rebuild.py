"""Rebuilding a network without what was pruned, with the state of everything that survives.

A rebuild changes neither the function that the network computes nor its next training step.
"""

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.networks.carrying import carry
from goldnas_tf.searching.gated_learner import GatedLearner


def rebuild(learner: GatedLearner, genotype: Genotype | None = None) -> GatedLearner:
    """A learner for a smaller genotype that goes on where this one stands.

    Args:
        learner: what was trained so far; it is not to be used again, and freed by the garbage
            collector once the caller lets go of it.
        genotype: a part of what the learner has built; default: what is alive in it.
    """
    genotype = genotype or learner.genotype
    smaller = GatedLearner(genotype, learner.recipe)
    smaller.load(carry(learner.state(), learner.model, smaller.model, genotype.space))
    return smaller
