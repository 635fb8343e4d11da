"""Random genotypes: uniform over the gates, or at a wanted number of multiply-adds."""

import math
import random

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype, twins
from goldnas_tf.architecture.places import CELL_INPUTS, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError

_TRIES = 20


def sample(space: Space, rng: random.Random, density: float = 0.5) -> Genotype:
    """A random genotype: every operator alive with the same probability, no node without one.

    Args:
        space: where to draw from.
        rng: source of randomness; the same state gives the same genotype.
        density: probability of an operator to be alive, in [0, 1].
    """
    keys = {place: rng.random() for place in Genotype.full(space).gates}
    nodes: dict[tuple[int, int], list[Place]] = {}
    for place in keys:
        nodes.setdefault((place.cell, place.node), []).append(place)
    alive = {place for place, key in keys.items() if key < density}
    # a node left empty keeps the operator that was nearest to alive: all are equally probable
    alive |= {min(places, key=keys.__getitem__) for places in nodes.values()}
    return Genotype(space, twins(space, alive))


def sample_at_macs(
    space: Space, macs: int, rng: random.Random, tolerance: float = 0.03
) -> Genotype:
    """A random genotype whose multiply-adds are close to those wanted.

    Operators die one by one in a random order, each node keeping its last one, until the network
    costs what is wanted; an operator that would take it below the tolerance is passed over. Where
    the last ones of the nodes still cost too much, some give way to cheaper ones.

    Args:
        space: where to draw from.
        macs: wanted multiply-adds of the whole network.
        rng: source of randomness; the same state gives the same genotype.
        tolerance: largest relative difference, in (0, 1).

    Raises:
        InputError: no network of the space costs that, as far as the tries show.
    """
    low, high = macs * (1 - tolerance), macs * (1 + tolerance)
    full = Genotype.full(space)
    reached = [costs.total(full).macs]
    for _ in range(_TRIES):
        genotype = _thin_out(full, low, macs, rng)
        if costs.total(genotype).macs > high:
            genotype = _made_cheaper(genotype, low, macs, rng)
        reached.append(costs.total(genotype).macs)
        if low <= reached[-1] <= high:
            return genotype
    raise InputError(
        f"found no network within {tolerance:.0%} of {macs:,} multiply-adds; "
        f"networks between {min(reached):,} and {max(reached):,} were found in this space"
    )


def _thin_out(genotype: Genotype, low: float, goal: float, rng: random.Random) -> Genotype:
    """Removes operators in a random order down to the goal, but never below `low`."""
    order = list(genotype.ordered)
    rng.shuffle(order)
    now = costs.total(genotype).macs
    for place in order:
        if now <= goal:
            break
        if place not in genotype.places:
            continue
        if sum(other.feeds == place.feeds for other in genotype.places) == 1:
            continue
        smaller = genotype.without([place])
        after = costs.total(smaller).macs
        if after >= low:
            genotype, now = smaller, after
    return genotype


def _made_cheaper(genotype: Genotype, low: float, goal: float, rng: random.Random) -> Genotype:
    """Replaces operators by cheaper ones of the same node, at random, down to the goal."""
    space = genotype.space
    macs = {place: costs.operator(space, place).macs for place in Genotype.full(space).ordered}
    now, before = costs.total(genotype).macs, math.inf
    while goal < now < before:
        before = now
        order = list(genotype.ordered)
        rng.shuffle(order)
        for place in order:
            if now <= goal or place not in genotype.places:
                continue
            # from states that are there: an input that nobody reads may be a dead cell's
            there = {*genotype.reads(place.cell), *range(CELL_INPUTS, CELL_INPUTS + space.nodes)}
            cheaper = [p for p in macs if p.feeds == place.feeds and macs[p] < macs[place]]
            fresh = [p for p in cheaper if p not in genotype.places and p.source in there]
            if not fresh:
                continue
            swapped = genotype.places - twins(space, [place]) | twins(space, [rng.choice(fresh)])
            other = Genotype(space, swapped)
            after = costs.total(other).macs
            if low <= after < now:
                genotype, now = other, after
    return genotype
