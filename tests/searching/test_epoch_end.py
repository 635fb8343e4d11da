import dataclasses
import math

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import PointSettings, SearchConfig
from goldnas_tf.searching.epoch_end import Seen, judge_again, prune, wasted, worth_rebuilding
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.searching.pruning import PruningRule
from goldnas_tf.searching.schedule import LambdaState, Stability
from goldnas_tf.searching.state import SearchState

SPACE = Space((8, 8, 3), 3, cells=3, channels=4, nodes=2)
FULL = Genotype.full(SPACE)
START = costs.total(FULL).macs
CONFIG = SearchConfig(
    plan=PlanSettings(schedule="paper"),
    pruning=PruningRule(prune_weakest=2, lambda_step=1.0),
    points=PointSettings(stable_epochs=3, max_epochs=50),
)
BUDGETS = Budgets(START, (), START // 10)


def seen(genotype, weak=(), closed=()):
    """Equal strengths, but for the weak ones, which go."""
    return Seen({place: 1e-4 if place in weak else 0.5 for place in genotype.places}, closed)


def convolutions(genotype, count):
    """Operators of nodes that keep another one; the costly ones."""
    return [p for p in genotype.ordered if p.op == "sep_conv_3x3"][:count]


def start(**changes):
    return SearchState.start(FULL, CONFIG.pruning).replace(epoch=1, **changes)


def after(state, weak=(), config=CONFIG, budgets=BUDGETS):
    return prune(state, seen(state.genotype, weak), config, budgets)


def test_the_weak_go_and_lambda_follows():
    one, two = convolutions(FULL, 1), convolutions(FULL, 2)
    state = after(start(lambda_=LambdaState(8.0, 4.0)), two)
    assert state.genotype == FULL.without(two)
    assert state.lambda_ == LambdaState(4.0, 1.0)
    state = after(start(lambda_=LambdaState(0.5, 1.0)), one)
    assert state.genotype == FULL.without(one)
    assert state.lambda_ == LambdaState(2.5, 2.0)


def test_operators_of_a_cell_that_dies_count_among_the_pruned():
    last = [p for p in FULL.cell(2) if p.source == 1]
    before = FULL.without(last[:-1])
    gone = len(before.places) - len(before.without(last).places)
    assert gone == 1 + len(FULL.cell(1))
    rule = dataclasses.replace(CONFIG.pruning, prune_weakest=gone)
    config = dataclasses.replace(CONFIG, pruning=rule)
    state = start(genotype=before, lambda_=LambdaState(8.0, 4.0))
    state = after(state, last[-1:], config=config)
    assert state.genotype == before.without(last)
    assert state.lambda_ == LambdaState(4.0, 1.0)


def test_what_is_counted_stays():
    state = start(step=7, accuracy=0.5, sums=(1.0, 2.0, 3.0, 4.0, 5.0))
    changed = after(state, convolutions(FULL, 1))
    for name in ("epoch", "step", "accuracy", "sums"):
        assert getattr(changed, name) == getattr(state, name)


def test_a_stable_architecture_is_a_point_once():
    state, reasons = start(), []
    for _ in range(5):
        state = after(state)
        reasons.append(state.pending)
    assert reasons == [None, None, "stable", None, None]
    state = after(state, convolutions(FULL, 1))
    assert (state.pending, state.stability) == (None, Stability())


def test_crossing_a_budget_is_a_point_and_no_stable_one_follows():
    gone = convolutions(FULL, 1)
    budgets = BUDGETS._replace(targets=(START - 1,))
    state = after(start(), gone, budgets=budgets)
    assert (state.pending, state.ended) == ("budget", None)
    reasons = []
    for _ in range(4):
        state = after(state, budgets=budgets)
        reasons.append(state.pending)
    assert reasons == [None] * 4


def test_the_floor_ends_the_search_with_a_point():
    gone = convolutions(FULL, 1)
    smaller = costs.total(FULL.without(gone)).macs
    state = after(start(), gone, budgets=Budgets(START, (), smaller))
    assert state.pending == "final"
    assert state.ended == f"the floor of {smaller:,} multiply-adds is reached"
    assert after(start(), gone, budgets=Budgets(START, (), smaller - 1)).ended is None


def test_the_end_takes_no_point_twice():
    last = dataclasses.replace(CONFIG, points=PointSettings(max_epochs=1))
    taken = after(start(stability=Stability(5, True)), config=last)
    assert (taken.pending, taken.ended) == (None, "the limit of 1 epochs is reached")
    assert after(start(), config=last).pending == "final"


def test_the_epochs_end():
    assert after(start().replace(epoch=49)).ended is None
    assert after(start().replace(epoch=50)).ended == "the limit of 50 epochs is reached"


def limited(config, **points):
    return dataclasses.replace(config, points=dataclasses.replace(config.points, **points))


def test_a_limit_that_grew_leaves_no_trace():
    for state in (start(), start(stability=Stability(2)), start(stability=Stability(5, True))):
        for weak in ((), convolutions(FULL, 1)):
            short = after(state, weak, config=limited(CONFIG, max_epochs=1))
            assert short.ended
            assert judge_again(short, CONFIG, BUDGETS) == after(state, weak)


def test_a_point_that_is_due_anyway_stays_due():
    gone = convolutions(FULL, 1)
    budgets = BUDGETS._replace(targets=(START - 1,))
    short = after(start(), gone, config=limited(CONFIG, max_epochs=1), budgets=budgets)
    state = judge_again(short, CONFIG, budgets)
    assert (state.pending, state.ended) == ("budget", None)


def test_a_floor_that_was_lowered_goes_on():
    gone = convolutions(FULL, 4)
    smaller = costs.total(FULL.without(gone)).macs
    floor = Budgets(START, (), smaller)
    short = after(start(), gone, budgets=floor)
    lower = floor._replace(floor=smaller - 1)
    assert judge_again(short, CONFIG, lower) == after(start(), gone, budgets=lower)
    # not where the epochs are over as well
    last = judge_again(short, limited(CONFIG, max_epochs=1), lower)
    assert (last.pending, last.ended) == ("final", "the limit of 1 epochs is reached")
    assert judge_again(short, CONFIG, floor) == short


def test_the_floor_is_judged_again_by_the_network_that_is_used():
    weak, *closed = convolutions(FULL, 4)
    macs = costs.total(FULL.without([weak, *closed])).macs
    floor = Budgets(START, (), macs)
    short = prune(start(), seen(FULL, [weak], closed), CONFIG, floor)
    assert judge_again(short, CONFIG, floor, closed) == short
    assert judge_again(short, CONFIG, floor._replace(floor=macs - 1), closed).ended is None


def test_what_is_over_for_good_stays_over():
    rule = dataclasses.replace(CONFIG.pruning, lambda_ceiling=2.0)
    config = dataclasses.replace(CONFIG, pruning=rule)
    state = start()
    while not state.ended:
        state = after(state, config=config)
    further = limited(config, max_epochs=1000)
    assert judge_again(state, further, BUDGETS._replace(floor=0)) == state


def test_nothing_left_to_prune_ends_the_search():
    single = frozenset(
        min(place for place in FULL.places if place[:2] == node)
        for node in {place[:2] for place in FULL.places}
    )
    state = after(start(genotype=Genotype(SPACE, single)))
    assert state.ended == "every node is down to one operator, nothing is left to prune"


def test_lambda_at_its_ceiling_ends_the_search():
    rule = dataclasses.replace(CONFIG.pruning, lambda_ceiling=2.0)
    config = dataclasses.replace(CONFIG, pruning=rule)
    state, ended = start(), []
    for _ in range(3):
        state = after(state, config=config)
        ended.append(state.ended)
    assert ended == [None, None, "λ is at its ceiling and prunes nothing more"]


def test_a_rebuild_comes_when_masks_cost_as_much():
    smaller = FULL.without(convolutions(FULL, 3))
    share = 1 - costs.total(smaller).macs / START
    state, waited = start(genotype=smaller), 0
    while not worth_rebuilding(state, FULL, epoch_steps=10, rebuild_steps=25):
        state, waited = state.replace(wasted=wasted(state, FULL, 10)), waited + 1
    # after n epochs with masks n · 10 · share steps were wasted
    assert waited + 1 == math.ceil(25 / (10 * share))
    assert waited > 0
    assert worth_rebuilding(start(genotype=smaller), FULL, 10, 10 * share * 0.99)
    assert not worth_rebuilding(start(genotype=smaller), FULL, 10, 10 * share * 1.01)


def test_nothing_masked_is_never_rebuilt():
    smaller = FULL.without(convolutions(FULL, 5))
    assert not worth_rebuilding(start(), FULL, 10, rebuild_steps=0)
    assert not worth_rebuilding(start(genotype=smaller), smaller, 10, rebuild_steps=0)
    assert worth_rebuilding(start(genotype=smaller), FULL, 10, rebuild_steps=0)


def test_budgets_are_those_of_the_network_that_is_used():
    weak, *closed = convolutions(FULL, 4)
    left = FULL.without([weak])
    macs = costs.total(left.without(closed)).macs
    budgets = Budgets(START, ((costs.total(left).macs + macs) // 2,), START // 10)
    state = prune(start(), seen(FULL, [weak], closed), CONFIG, budgets)
    assert state.genotype == left
    assert (state.pending, state.lowest) == ("budget", macs)
    # gates that open again do not make the budget be crossed once more
    state = prune(state.replace(pending=None), seen(left), CONFIG, budgets)
    assert (state.pending, state.lowest) == (None, macs)
    state = prune(state.replace(pending=None), seen(left, (), closed), CONFIG, budgets)
    assert state.pending is None


def test_the_floor_is_that_of_the_network_that_is_used():
    weak, *closed = convolutions(FULL, 4)
    macs = costs.total(FULL.without([weak, *closed])).macs
    budgets = Budgets(START, (), macs)
    assert "floor" in prune(start(), seen(FULL, [weak], closed), CONFIG, budgets).ended


def test_closed_gates_count_once_anything_was_pruned():
    closed = convolutions(FULL, 4)
    macs = costs.total(FULL.without(closed)).macs
    state = prune(start(), seen(FULL, (), closed), CONFIG, Budgets(START, (macs,), macs))
    assert (state.pending, state.ended, state.lowest) == (None, None, None)
