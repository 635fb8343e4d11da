import dataclasses

import pytest

from goldnas_tf.searching.pruning import PruningRule
from goldnas_tf.searching.schedule import LambdaState, Stability

RULE = PruningRule(prune_weakest=4, lambda_step=1.0, lambda_growth=2.0, lambda_ceiling=1000.0)


def sequence(pruned, rule=RULE):
    """The states after prunings in which so many operators went."""
    state, states = LambdaState.start(rule), []
    for count in pruned:
        state = state.after(count, rule)
        states.append((state.value, state.increment, state.capped))
    return states


def test_the_start_is_0():
    assert LambdaState.start(RULE) == LambdaState(value=0.0, increment=1.0, capped=0)


def test_the_increment_doubles_while_too_little_goes():
    assert sequence([0, 1, 3]) == [(2, 2, 0), (6, 4, 0), (14, 8, 0)]


def test_enough_gone_halves_and_starts_the_increment_anew():
    assert sequence([0, 0, 4, 0, 9]) == [
        (2, 2, 0),
        (6, 4, 0),
        (3, 1, 0),
        (5, 2, 0),
        (2.5, 1, 0),
    ]


def test_growth_is_the_factor_both_ways():
    rule = dataclasses.replace(RULE, lambda_growth=4.0, lambda_step=0.5)
    assert sequence([0, 4], rule) == [(2, 2, 0), (0.5, 0.5, 0)]


def test_both_stop_at_the_ceiling():
    rule = dataclasses.replace(RULE, lambda_ceiling=10.0)
    assert sequence([0, 0, 0, 0, 0, 1, 0, 4, 0], rule) == [
        (2, 2, 0),
        (6, 4, 0),
        (10, 8, 1),
        (10, 10, 2),
        (10, 10, 3),
        (10, 10, 0),
        (10, 10, 1),
        (5, 1, 0),
        (7, 2, 0),
    ]


def test_lambda_never_runs_away():
    values = [value for value, _, _ in sequence([0] * 2000)]
    assert max(values) == values[-1] == RULE.lambda_ceiling


def test_default_growth_by_hand():
    values = [value for value, _, _ in sequence([0, 0, 0, 4], PruningRule())]
    assert values == pytest.approx([2e-5, 6e-5, 14e-5, 7e-5], rel=1e-12)


def test_stability_counts_prunings_that_took_nothing():
    state = Stability().after(0).after(0)
    assert state.unchanged == 2
    assert state.after(1) == Stability(0, False)


def test_stability_is_due_once():
    state, due = Stability(), []
    for pruned in [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]:
        state = state.after(pruned)
        due.append(state.due(3))
        if due[-1]:
            state = state.now_taken()
    assert due == [False, False, True, False, False, False, False, False, True, False]


def test_what_is_taken_is_due_again_only_after_a_change():
    taken = Stability(2).now_taken()
    assert taken == Stability(2, True)
    assert not taken.after(0).after(0).due(3)
    assert taken.after(1).after(0).due(1)


def test_states_are_immutable():
    for state, name in ((Stability(), "unchanged"), (LambdaState(0.0, 1.0), "value")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(state, name, 1)
