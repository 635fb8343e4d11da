"""The front of any trials and its hypervolume, which is kept up trial by trial."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.front import front, reference, volumes
from goldnas_tf.evolution.settings import EvolutionSettings
from goldnas_tf.pareto.hypervolume import hypervolume

COSTS = ("params", "macs")
FEW = st.integers(1, 6)


@st.composite
def trials(draw):
    """Trials with ties, of which some failed and some are beyond a limit of 4 parameters."""
    values = st.tuples(FEW, FEW, st.none() | FEW)
    return [
        Candidate(
            name=f"n{number:03d}",
            genes=(number,),
            generation=1,
            costs={"params": params, "macs": macs},
            val_accuracy=None if accuracy is None else accuracy / 6,
            failure="it diverged" if accuracy is None else None,
        )
        for number, (params, macs, accuracy) in enumerate(draw(st.lists(values, max_size=9)))
    ]


@st.composite
def settings(draw):
    costs = draw(st.lists(st.sampled_from(COSTS), min_size=1, unique=True))
    return EvolutionSettings(objectives=tuple(costs), max_params=draw(st.sampled_from(["0", "4"])))


def feasible(tried, settings):
    most = settings.most.get("params", 6)
    return [one for one in tried if one.failure is None and one.costs["params"] <= most]


def aims(one, settings):
    return (1 - one.val_accuracy, *(one.costs[name] for name in settings.objectives))


@given(trials(), settings())
def test_the_front_is_feasible_and_beaten_by_nothing_that_is(tried, settings):
    legal = {one.name: aims(one, settings) for one in feasible(tried, settings)}
    best = {
        name
        for name, mine in legal.items()
        if not any(
            its != mine and all(a <= b for a, b in zip(its, mine, strict=True))
            for its in legal.values()
        )
    }
    found = front(tried, settings)
    assert {one.name for one in found} == best
    cheapest_first = [one.costs[settings.objectives[0]] for one in found]
    assert cheapest_first == sorted(cheapest_first)


@given(trials(), settings())
def test_the_hypervolume_after_each_trial_is_that_of_all_so_far(tried, settings):
    worst = reference([tried], settings)
    found = volumes(tried, settings, worst)
    expected = [
        hypervolume([aims(one, settings) for one in feasible(tried[:count], settings)], worst)
        for count in range(1, len(tried) + 1)
    ]
    assert found == pytest.approx(expected or [0])
