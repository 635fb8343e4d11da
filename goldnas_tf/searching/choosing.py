"""What goes next in a planned search: what matters least for its price. No TensorFlow."""

import collections
import dataclasses
import math
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import CELL_INPUTS, STEM, Gate, Group, Node, Place
from goldnas_tf.resources.meter import MACS, Yardstick

# the share of a network above which a step comes after smaller ones: of one gate, by cost; and of
# several, as of a cell, by cost and parameters: those near the images cost much, have few
# parameters, and are missed little
_LARGEST_STEP = 0.2
_LARGEST_CELL = 0.25


@dataclasses.dataclass(frozen=True)
class Rule:
    """What decides what goes.

    Attributes:
        mu: μ, how much harder costly gates are pushed, at least 0.
        capacity: the power of a network's parameters by which its loss is taken to fall in the end,
            at least 0.
        yardstick: what cost is.
        least: how many gates of a node, or of a width, stay; default: those that there have to be.
    """

    mu: float = 1.0
    capacity: float = 0.0
    yardstick: Yardstick = MACS
    least: Callable[[Node], int] | None = None


class Candidate(typing.NamedTuple):
    """What may go next.

    Attributes:
        gates: that go, and what only they read with them.
        left: the network without them.
        price: what it is worth that they go, above 0.
        is_large: whether several gates go, as with a cell, and so much that others go first,
            whatever a trial says: without a cell a network does as well for a moment, but not in
            the end.
        lightest: what the network that is left can come down to.
        needed: how much the network will miss the parameters that go: by how much the logarithm of
            its loss is taken to be higher in the end.
    """

    gates: tuple[Gate, ...]
    left: Genotype
    price: float
    is_large: bool
    lightest: float
    needed: float = 0.0


Select = Callable[[Genotype, Iterable[Candidate]], Candidate | None]
"""Which of some candidates goes from a network, None where there is none. They come in the order
of what scores say: what matters least for its price is the first one."""


def choose(
    genotype: Genotype,
    scores: Mapping[Gate, float],
    allowed: float,
    floor: float,
    rule: Rule = Rule(),
    select: Select | None = None,
) -> list[Gate]:
    """What goes, so that a network costs no more than it may.

    Again and again what matters least for its price: an operator, a group of channels of a cell or
    of the stem, or all that reads an input of a cell, with which its preprocessing goes, and a cell
    that nobody else reads. A node keeps one of its operators, and one that is light where the floor
    could not be reached without it.

    Formula: the price of what goes is its number of gates + μ · c / mean(c), with c what it
    costs, as in the paper's resource term: skip connections are not for nothing, or all of
    them stay, and dilute what the convolutions of their node say. But mean(c) is that of the
    network as it is, its cost over its number of gates: over that of the full space all that is
    left of a small network would cost next to nothing, and what saves little would go first.

    What goes matters by its share of all scores, and by −capacity · ln(1 − p / P) for p of P
    parameters: a network that has been trained for a while does not miss yet what it needs to learn
    more, and without that the last cells, which hold most parameters, would go too early.

    Args:
        genotype: the network.
        scores: how much each gate matters now (`Genotype.gates`), at least 0.
        allowed: what the network may cost.
        floor: what it has to come down to some time.
        rule: what decides.
        select: decides which of the candidates goes; default: the first one.

    Returns:
        The gates that go, in their order.
    """
    gone: list[Gate] = []
    left, lightest_cost = genotype, lightest(genotype, rule.yardstick)
    while (now := rule.yardstick.of(left)) > allowed:
        candidates = _candidates(left, scores, now, max(floor, lightest_cost), rule)
        chosen = select(left, candidates) if select else next(candidates, None)
        if chosen is None:
            break
        gone += chosen.gates
        left, lightest_cost = chosen.left, chosen.lightest
    return gone


def _candidates(
    genotype: Genotype,
    scores: Mapping[Gate, float],
    cost: float,
    bound: float,
    rule: Rule,
) -> Iterator[Candidate]:
    """What may go from a network that costs so much, so that it can still come down to a bound."""
    params, all_scores = costs.total(genotype).params, sum(scores.values()) or 1.0
    saved, mean = _all_saved(genotype, cost, params, rule), cost / len(genotype.gates)
    amounts = [amount.cost for amount in saved.values() if amount.cost > 0]
    least = min(amounts, default=0)
    # small steps first: what saves much at once comes after them, the least of it
    late = {
        group: amount.cost
        for group, amount in saved.items()
        if amount.cost > least and amount.is_much(cost, params)
    }
    prices = {group: amount.price(mean, rule.mu) for group, amount in saved.items()}
    needed = {
        group: -rule.capacity * math.log1p(-amount.params / params)
        for group, amount in saved.items()
    }
    ratios = {
        group: (sum(map(scores.__getitem__, group)) / all_scores + needed[group]) / prices[group]
        for group in saved
    }
    narrowed: set[int] = set()
    for group in sorted(saved, key=lambda g: (late.get(g, 0.0), ratios[g], g)):
        if isinstance(group[0], Group) and group[0].cell in narrowed:
            # all groups of a cell save the same: that which matters least stands for them
            continue
        left = genotype.without(group)
        reached = lightest(left, rule.yardstick)
        if reached <= bound:
            if isinstance(group[0], Group):
                narrowed.add(group[0].cell)
            is_large = saved[group].gates > 1 and group in late
            yield Candidate(group, left, prices[group], is_large, reached, needed[group])


def _groups(genotype: Genotype, least: Callable[[Node], int]) -> list[tuple[Gate, ...]]:
    """What can go together: each gate, and all operators that read an input of a cell."""
    groups: list[tuple[Gate, ...]] = [(gate,) for gate in genotype.gates]
    readers = collections.defaultdict(list)
    for place in genotype.operator_gates:
        if place.source < CELL_INPUTS:
            readers[place.cell, place.source].append(place)
    groups += [tuple(group) for group in readers.values() if len(group) > 1]
    there = collections.Counter(gate.feeds for gate in genotype.gates)

    def can_go(group: tuple[Gate, ...]) -> bool:
        gone = collections.Counter(gate.feeds for gate in group)
        return all(there[node] - count >= least(node) for node, count in gone.items())

    return [group for group in groups if can_go(group)]


def lightest(genotype: Genotype, yardstick: Yardstick) -> float:
    """What a network can come down to, as far as it is looked for.

    All widths are at their least, and each node keeps one of the operators with the fewest
    multiply-adds: the one from the oldest or from the newest of its inputs, whichever leaves less,
    as cells and preprocessing go that nobody reads.
    """
    narrow = genotype.without(_removable(genotype))
    macs = {place: costs.operator(narrow.geometry, place).macs for place in narrow.operator_gates}
    nodes = collections.defaultdict(list)
    for place in macs:
        nodes[place.feeds].append(place)
    reached = []
    for sign in (1, -1):
        kept = {min(node, key=lambda p: (macs[p], sign * p.source)) for node in nodes.values()}
        reached.append(yardstick.of(narrow.without(macs.keys() - kept)))
    return min(reached)


def _removable(genotype: Genotype) -> list[Group]:
    """As many groups of channels as all widths can lose."""
    owners = (STEM, *genotype.live_cells) if genotype.groups else ()
    return [
        Group(owner, index)
        for owner in owners
        for index in genotype.groups_of(owner)[genotype.space.least_groups(owner) :]
    ]


class _Saved(typing.NamedTuple):
    """What a network loses.

    Attributes:
        cost: of what it costs; less than 0 where it costs more without them.
        gates: how many.
        params: how many.
    """

    cost: float
    gates: int
    params: int

    def price(self, mean: float, mu: float) -> float:
        """Of the paper's resource term, with mean(c)."""
        return self.gates + mu * max(self.cost, 0.0) / mean

    def is_much(self, cost: float, params: int) -> bool:
        """Whether it is much at once of a network that costs so much, with so many parameters."""
        if self.gates == 1:
            return self.cost > _LARGEST_STEP * cost
        return (self.cost / cost + self.params / params) / 2 > _LARGEST_CELL


def _all_saved(
    genotype: Genotype,
    cost: float,
    params: int,
    rule: Rule,
) -> dict[tuple[Gate, ...], _Saved]:
    """What a network that costs so much, and has so many parameters, loses with all that can go."""
    saved: dict[tuple[Gate, ...], _Saved] = {}
    of_width: dict[int, _Saved] = {}
    for group in _groups(genotype, rule.least or genotype.least):
        first = group[0]
        if isinstance(first, Group):
            # the groups of a cell are alike
            if first.cell not in of_width:
                of_width[first.cell] = _saved(genotype, cost, params, rule.yardstick, group)
            saved[group] = of_width[first.cell]
        else:
            saved[group] = _saved(genotype, cost, params, rule.yardstick, group)
    return saved


def _saved(
    genotype: Genotype, cost: float, params: int, yardstick: Yardstick, group: tuple[Gate, ...]
) -> _Saved:
    """What a network that costs so much, and has so many parameters, loses with some gates."""
    place = group[0]
    if len(group) == 1 and isinstance(place, Place) and not genotype.space.shared:
        alike = [p for p in genotype.cell(place.cell) if p.source == place.source]
        if place.source >= CELL_INPUTS or len(alike) > 1:
            # nothing else goes with it
            of_operator = yardstick.of_operator(genotype, place)
            if of_operator is not None:
                return _Saved(of_operator, 1, costs.operator(genotype.geometry, place).params)
    left = genotype.without(group)
    gone = len(genotype.places) - len(left.places) + len(genotype.groups) - len(left.groups)
    return _Saved(cost - yardstick.of(left), gone, params - costs.total(left).params)
