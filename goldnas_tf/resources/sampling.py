"""Random genotypes: uniform over the gates and the widths, or at a wanted cost."""

import math
import random
from collections.abc import Iterator

from goldnas_tf.architecture.genotype import Genotype, twins
from goldnas_tf.architecture.places import CELL_INPUTS, Group, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources import resources

_TRIES = 20
# times as many where widths are drawn, many of which cannot cost what is wanted
_WIDTHS = 10


def sample(space: Space, rng: random.Random, density: float = 0.5) -> Genotype:
    """A random genotype: every operator alive with the same probability, no node without one.

    Where widths are searched, every width of the stem and of a cell is equally probable.

    Args:
        space: where to draw from.
        rng: source of randomness; the same state gives the same genotype.
        density: probability of an operator to be alive, in [0, 1].
    """
    keys = {place: rng.random() for place in Genotype.full(space).operator_gates}
    nodes: dict[tuple[int, int], list[Place]] = {}
    for place in keys:
        nodes.setdefault((place.cell, place.node), []).append(place)
    alive = {place for place, key in keys.items() if key < density}
    # a node left empty keeps the operator that was nearest to alive: all are equally probable
    alive |= {min(places, key=keys.__getitem__) for places in nodes.values()}
    return Genotype(space, twins(space, alive), _groups(space, rng))


def some_networks(space: Space, count: int, seed: int = 0) -> Iterator[Genotype]:
    """The whole of a space, and random networks of it, from nearly nothing to nearly all.

    Args:
        space: where to draw from.
        count: of the random ones.
        seed: of the draws.
    """
    rng = random.Random(seed)
    yield Genotype.full(space)
    for number in range(count):
        yield sample(space, rng, density=(number + 1) / count)


def _groups(space: Space, rng: random.Random) -> frozenset[Group]:
    """Groups of channels of random widths; none where widths stay."""
    if not space.groups:
        return frozenset()
    kept: set[Group] = set()
    for owner in space.owners:
        count = rng.randint(space.least_groups(owner), space.groups_in(owner))
        kept |= {Group(owner, number) for number in range(count)}
    return twins(space, kept)


def sample_at(
    space: Space, cost: str, amount: float, rng: random.Random, tolerance: float = 0.03
) -> Genotype:
    """A random genotype that costs about what is wanted.

    Widths are drawn first, where they are searched. Operators die one by one in a random order,
    each node keeping its last one, until the network costs what is wanted; an operator that would
    take it below the tolerance is passed over. Where the last ones of the nodes still cost too
    much, some give way to cheaper ones.

    Args:
        space: where to draw from.
        cost: a resource that can be counted (`resources.COUNTED`), of networks without gates.
        amount: of it, wanted of the whole network.
        rng: source of randomness; the same state gives the same genotype.
        tolerance: largest relative difference, in (0, 1).

    Raises:
        InputError: no network of the space costs that, as far as the tries show.
    """
    low, high = amount * (1 - tolerance), amount * (1 + tolerance)
    full = Genotype.full(space)
    reached = [_cost(full, cost)]
    for _ in range(_TRIES * (_WIDTHS if space.groups else 1)):
        wide = Genotype(space, full.places, _groups(space, rng))
        if _cost(wide, cost) < low:
            continue
        genotype = _thin_out(wide, cost, low, amount, rng)
        if _cost(genotype, cost) > high:
            genotype = _made_cheaper(genotype, cost, low, amount, rng)
        reached.append(_cost(genotype, cost))
        if low <= reached[-1] <= high:
            return genotype
    title = resources.RESOURCES[cost].unit
    raise InputError(
        f"found no network within {tolerance:.0%} of {amount:,.0f} {title}; networks between "
        f"{min(reached):,.0f} and {max(reached):,.0f} were found in this space"
    )


def _cost(genotype: Genotype, cost: str) -> float:
    return resources.total(genotype, gated=False)[cost]


def _thin_out(
    genotype: Genotype, cost: str, low: float, goal: float, rng: random.Random
) -> Genotype:
    """Removes operators in a random order down to the goal, but never below `low`."""
    order = list(genotype.ordered)
    rng.shuffle(order)
    now = _cost(genotype, cost)
    for place in order:
        if now <= goal:
            break
        if place not in genotype.places:
            continue
        if sum(other.feeds == place.feeds for other in genotype.places) == 1:
            continue
        smaller = genotype.without([place])
        after = _cost(smaller, cost)
        if after >= low:
            genotype, now = smaller, after
    return genotype


def _made_cheaper(
    genotype: Genotype, cost: str, low: float, goal: float, rng: random.Random
) -> Genotype:
    """Replaces operators by cheaper ones of the same node, at random, down to the goal."""
    space = genotype.space
    use = {
        place: resources.of_operator(genotype.geometry, place, cost, gated=False)
        for place in Genotype.full(space).ordered
    }
    now, before = _cost(genotype, cost), math.inf
    while goal < now < before:
        before = now
        order = list(genotype.ordered)
        rng.shuffle(order)
        for place in order:
            if now <= goal or place not in genotype.places:
                continue
            # from states that are there: an input that nobody reads may be a dead cell's
            there = {*genotype.reads(place.cell), *range(CELL_INPUTS, CELL_INPUTS + space.nodes)}
            cheaper = [p for p in use if p.feeds == place.feeds and use[p] < use[place]]
            fresh = [p for p in cheaper if p not in genotype.places and p.source in there]
            if not fresh:
                continue
            swapped = genotype.places - twins(space, [place]) | twins(space, [rng.choice(fresh)])
            other = Genotype(space, swapped, genotype.groups)
            after = _cost(other, cost)
            if low <= after < now:
                genotype, now = other, after
    return genotype
