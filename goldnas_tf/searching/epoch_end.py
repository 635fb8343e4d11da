"""What the end of an epoch decides: which operators go, is there a point, is the search over.

State → state, without a model and without TensorFlow, so that the method's rules are arithmetic.
Reference: GOLD-NAS (arXiv 2007.03331), section 3.3.
"""

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate, Place
from goldnas_tf.searching import choosing, planned, pruning
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.searching.state import SearchState


class Seen(NamedTuple):
    """What an epoch has told of the gates.

    Attributes:
        strengths: σ(α) of every live operator and group of channels.
        closed: operators that the network which would be used has not, though they are alive: those
            behind binary gates that are rather closed.
        scores: how much each gate matters, where a planned search estimates it.
    """

    strengths: Mapping[Gate, float]
    closed: Collection[Place] = ()
    scores: Mapping[Gate, float] | None = None


def prune(
    state: SearchState,
    seen: Seen,
    config: SearchConfig,
    budgets: Budgets,
    epochs: int | None = None,
    select: choosing.Select | None = None,
) -> SearchState:
    """The state after the pruning at the end of an epoch.

    Args:
        state: with the epoch that just ended already counted.
        seen: what it has told of the gates. Closed ones count once anything was pruned.
        config: of the search.
        budgets: what it is brought down to.
        epochs: of a planned search; None: `max_epochs`.
        select: decides what goes in a planned search of importance "trial".

    Returns:
        The state with a smaller genotype, the next λ, `pending` set to the reason why the network
        is to be taken as a point, and `ended` to the reason why the search is over. But for those
        two it is the state of a search that was to go further.
    """
    gates = {gate: seen.strengths[gate] for gate in state.genotype.gates}
    shares = pruning.shares(gates)
    is_planned = config.plan.schedule == "planned"
    if is_planned:
        may = allowed(state.epoch, config, budgets, epochs)
        gone = _planned(state, shares, seen.scores, config, budgets, may, select)
    else:
        gone = pruning.choose(shares, config.pruning, state.genotype.least)
    before = math.inf if state.lowest is None else state.lowest
    genotype = state.genotype.without(gone)
    # with those of cells that nobody reads any more
    pruned = len(gates) - len(genotype.gates)
    state = state.replace(
        genotype=genotype,
        lambda_=state.lambda_ if is_planned else state.lambda_.after(pruned, config.pruning),
        stability=state.stability.after(pruned),
    )
    # gates that hover around ½ before anything was pruned say little about the network
    begun = pruned or state.lowest is not None
    there = used(genotype, seen.closed if begun else ())
    amount = budgets.axis.of(there)
    state = state.replace(lowest=min(before, amount) if begun else None)
    state = state.replace(ended=_why_ended(state, there, config, budgets, epochs))
    crossed = budgets.crossed(before, min(before, amount))
    if crossed or (not is_planned and state.stability.due(config.points.stable_epochs)):
        stability = state.stability.now_taken()
        return state.replace(pending="budget" if crossed else "stable", stability=stability)
    # not `now_taken`: where the search goes further after all, this point was one more
    final = state.ended and not state.stability.taken
    return state.replace(pending="final" if final else None)


def judge_again(
    state: SearchState,
    config: SearchConfig,
    budgets: Budgets,
    closed: Collection[Place] = (),
    epochs: int | None = None,
) -> SearchState:
    """The state of a search that is resumed, perhaps with settings that have grown.

    Where it had ended and goes further now, epochs and points are those of a search that had these
    settings from its start, but for targets that lie above what it is down to. A final point that
    was taken stays besides; one that was not is not due any more.

    Args:
        state: as it was saved.
        config: of the search, as it is now.
        budgets: as they are now.
        closed: as `Seen` has them.
        epochs: as for `prune`.
    """
    if not state.ended:
        return state
    there = used(state.genotype, closed if state.lowest is not None else ())
    ended = _why_ended(state, there, config, budgets, epochs)
    over = ended or state.pending != "final"
    return state.replace(ended=ended, pending=state.pending if over else None)


def used(genotype: Genotype, closed: Collection[Place]) -> Genotype:
    """The network that is used of what is alive: without what binary gates close."""
    return genotype.without(place for place in closed if place in genotype.places)


def allowed(epoch: int, config: SearchConfig, budgets: Budgets, epochs: int | None) -> float:
    """What the network of a planned search may use after an epoch, by the yardstick.

    Args:
        epoch: that ended.
        config: of the search.
        budgets: what it is brought down to.
        epochs: of the search; None: `max_epochs`.
    """
    epochs = epochs or config.points.max_epochs
    return planned.planned_cost(config.plan, epoch, epochs, budgets.start, budgets.floor)


def _planned(
    state: SearchState,
    shares: Mapping[Gate, float],
    scores: Mapping[Gate, float] | None,
    config: SearchConfig,
    budgets: Budgets,
    may: float,
    select: choosing.Select | None,
) -> list[Gate]:
    """What goes in a planned search, so that no more is used than may be."""
    if config.plan.importance == "random":
        scores = planned.at_random(state.genotype, config.seed * 100_003 + state.epoch)
    elif config.plan.importance == "share" or scores is None:
        scores = shares
    least = planned.least_kept(config.plan, state.genotype)
    spent = pruning.spent(shares, config.pruning, least)
    left = state.genotype.without(spent)
    # what goes at random is the control, which knows nothing
    capacity = 0.0 if config.plan.importance == "random" else config.plan.capacity
    rule = choosing.Rule(config.objective.mu, capacity, budgets.yardstick, least)
    select = select if config.plan.importance == "trial" else None
    return spent + choosing.choose(left, scores, may, budgets.floor, rule, select)


def _why_ended(
    state: SearchState,
    network: Genotype,
    config: SearchConfig,
    budgets: Budgets,
    epochs: int | None,
) -> str | None:
    told, amount = budgets.yardstick.told, budgets.yardstick.of(network)
    reached = f"the floor of {told(budgets.floor)} is reached"
    if budgets.yardstick.resource is None:
        reached = "all limits are met"
    if config.plan.schedule == "planned":
        if state.epoch < (epochs or config.points.max_epochs):
            return None
        short = f"the plan is over at {told(amount)}: no node can lose another operator"
        return reached if amount <= budgets.floor else short
    if amount <= budgets.floor:
        return reached
    if not state.genotype.prunable:
        return "every node is down to one operator, nothing is left to prune"
    if state.lambda_.capped >= config.points.stable_epochs:
        return "λ is at its ceiling and prunes nothing more"
    if state.epoch >= config.points.max_epochs:
        return f"the limit of {config.points.max_epochs} epochs is reached"
    return None


def wasted(state: SearchState, built: Genotype, epoch_steps: int) -> float:
    """How many steps' worth of work masked operators have cost by the end of the coming epoch.

    Args:
        state: after the pruning at the end of an epoch.
        built: the operators that the model has.
        epoch_steps: steps of an epoch.
    """
    share = 1 - costs.total(state.genotype).macs / costs.total(built).macs
    return state.wasted + share * epoch_steps


def worth_rebuilding(
    state: SearchState, built: Genotype, epoch_steps: int, rebuild_steps: int
) -> bool:
    """Whether masked operators will have cost as much as a rebuild does, if none comes now.

    So a search takes at most twice as long over masks and rebuilds as one that knew the prunings
    to come. The costs are counted, not measured: a search gives the same networks on a busy machine
    and after a resume.

    Args:
        state: after the pruning at the end of an epoch.
        built: the operators that the model has.
        epoch_steps: steps of an epoch.
        rebuild_steps: what a rebuild costs, in steps.
    """
    masked = state.genotype != built
    return masked and wasted(state, built, epoch_steps) >= rebuild_steps
