import dataclasses

import pytest

from goldnas_tf.architecture.places import Place
from goldnas_tf.errors import InputError
from goldnas_tf.searching.pruning import PruningRule, choose, shares

RULE = PruningRule(threshold_min=0.01, threshold_max=0.05, prune_weakest=2)


def node(number, *values):
    """Shares of the operators of one node, which are its sources here."""
    return {Place(0, number, source, "skip_connect"): v for source, v in enumerate(values)}


def places(*pairs):
    return [Place(0, number, source, "skip_connect") for number, source in pairs]


def test_defaults_are_the_papers():
    rule = PruningRule()
    assert (rule.threshold_min, rule.threshold_max, rule.prune_weakest) == (0.01, 0.05, 4)
    assert (rule.lambda_step, rule.lambda_growth) == (1e-5, 2.0)


def test_shares_are_those_of_the_node():
    strengths = {**node(0, 0.2, 0.6), **node(1, 0.5, 0.25, 0.25)}
    assert shares(strengths) == pytest.approx({**node(0, 0.25, 0.75), **node(1, 0.5, 0.25, 0.25)})


def test_nodes_of_different_cells_are_different():
    one, other = Place(0, 0, 0, "skip_connect"), Place(1, 0, 0, "skip_connect")
    assert shares({one: 0.2, other: 0.6}) == {one: 1.0, other: 1.0}


def test_where_all_strengths_vanish_one_operator_stays():
    # so small a σ(α) is 0 in floating point
    vanished = shares(node(0, 0.0, 0.0, 0.0))
    assert set(vanished.values()) == {0.0}
    assert choose(vanished, RULE) == places((0, 1), (0, 2))


def test_at_xi_min_and_below_all_go():
    got = choose({**node(0, 0.01, 0.001, 0.989), **node(1, 0.0, 0.005, 0.995)}, RULE)
    assert got == places((1, 0), (0, 1), (1, 1), (0, 0))


def test_just_above_xi_min_stays_unless_among_the_weakest():
    rule = dataclasses.replace(RULE, prune_weakest=1)
    got = choose({**node(0, 0.0101, 0.9899), **node(1, 0.02, 0.98)}, rule)
    assert got == places((0, 0))


def test_of_those_below_xi_max_the_weakest_go():
    got = choose(node(0, 0.04, 0.02, 0.03, 0.045, 0.865), RULE)
    assert got == places((0, 1), (0, 2))


def test_the_weakest_are_counted_after_those_below_xi_min():
    got = choose(node(0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.895), RULE)
    assert got == places((0, 0), (0, 1), (0, 2), (0, 3))


def test_the_weakest_are_those_of_the_whole_network():
    got = choose({**node(0, 0.03, 0.04, 0.93), **node(1, 0.02, 0.045, 0.935)}, RULE)
    assert got == places((1, 0), (0, 0))


def test_at_xi_max_and_above_nothing_goes():
    assert choose(node(0, 0.05, 0.95), RULE) == []
    assert choose(node(0, 0.049, 0.951), RULE) == places((0, 0))
    assert choose(node(0, 0.3, 0.3, 0.4), RULE) == []


def test_the_strongest_operator_of_a_node_stays():
    rule = PruningRule(threshold_min=0.5, threshold_max=0.9, prune_weakest=8)
    assert choose({**node(0, 0.3, 0.4, 0.3), **node(1, 1.0)}, rule) == places((0, 0), (0, 2))


def test_the_last_operator_of_a_node_stays_whatever_its_share():
    rule = PruningRule(threshold_min=0.98, threshold_max=1.0)
    assert choose(node(0, 0.5), rule) == []


def test_the_strongest_takes_no_place_among_the_weakest():
    rule = PruningRule(threshold_min=0.01, threshold_max=0.6, prune_weakest=2)
    # the strongest of node 0 is weaker than all of node 1
    got = choose({**node(0, 0.1, 0.1, 0.08), **node(1, 0.3, 0.4, 0.3)}, rule)
    assert got == places((0, 2), (0, 1))


def test_ties_go_in_the_order_of_places():
    assert choose(node(0, 0.02, 0.02, 0.02, 0.94), RULE) == places((0, 0), (0, 1))
    equal = {**node(1, 0.02, 0.98), **node(0, 0.02, 0.98)}
    rule = dataclasses.replace(RULE, prune_weakest=1)
    assert choose(equal, rule) == choose(dict(reversed(equal.items())), rule) == places((0, 0))


def test_of_equal_strongest_the_first_stays():
    rule = PruningRule(threshold_min=0.5, threshold_max=0.9)
    assert choose(node(0, 0.5, 0.5), rule) == places((0, 1))


def test_nothing_alive_nothing_goes():
    assert choose({}, RULE) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"threshold_min": -0.1},
            "threshold_min: expected at least 0 and at most 1; received -0.1",
        ),
        ({"threshold_max": 1.1}, "threshold_max: expected at least 0 and at most 1; received 1.1"),
        (
            {"threshold_min": 0.05},
            "threshold_min: expected less than threshold_max; received 0.05 and",
        ),
        (
            {"threshold_min": 0.3},
            "threshold_min: expected less than threshold_max; received 0.3 and",
        ),
        ({"prune_weakest": 0}, "prune_weakest: expected at least 1; received 0"),
        ({"prune_weakest": 1.0}, "prune_weakest: expected at least 1; received 1.0"),
        ({"lambda_step": 0}, "lambda_step: expected above 0; received 0"),
        ({"lambda_growth": 1}, "lambda_growth: expected above 1; received 1"),
        ({"lambda_ceiling": 0.0}, "lambda_ceiling: expected above 0; received 0.0"),
        ({"threshold_min": float("nan")}, "threshold_min: expected at least 0 and at most 1"),
    ],
)
def test_bad_rules_are_told(values, said):
    with pytest.raises(InputError) as caught:
        PruningRule(**values)
    assert str(caught.value).startswith(said)
