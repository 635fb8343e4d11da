"""A plan in time, as arithmetic."""

import dataclasses

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.searching.planned import PlanSettings, planned_cost
from goldnas_tf.searching.time_plan import SearchPlan, plan_search, told
from goldnas_tf.training.pace import Pace

SETTINGS = PlanSettings(schedule="planned", minutes=1)


@pytest.mark.parametrize("time", [8.0, 60.0, 1000.0])
def test_the_epochs_that_are_planned_take_about_the_time(time):
    pace, start, floor = Pace(0.001, 1e-9), 10_000_000, 1_000_000
    epochs, steps, _ = plan_search(SETTINGS, pace, 50, 5, start, floor, time)
    assert (epochs == 30) == (steps < 50) == (time == 8)
    seconds = 0.0
    for epoch in range(epochs):
        macs = planned_cost(SETTINGS, epoch, epochs, start, floor)
        seconds += (steps * pace.step(macs) + 5 * pace.forward(macs)) * (1.2 if macs < start else 1)
    assert 0.9 * time < seconds < time


def test_small_images_leave_time_for_more_epochs():
    pace, small = Pace(0.001, 1e-9), Pace(0.0005, 0.25e-9)
    start, floor = 10_000_000, 1_000_000
    settings = PlanSettings(minutes=1, warmup=0.5, small_warmup=True)
    few, _, _ = plan_search(settings, pace, 50, 5, start, floor, 60.0)
    epochs, steps, _ = plan_search(settings, pace, 50, 5, start, floor, 60.0, small)
    assert epochs > 1.2 * few
    assert settings.small_epochs(epochs) == settings.warmup_epochs(epochs) == epochs // 2
    seconds = 0.0
    for epoch in range(epochs):
        macs = planned_cost(settings, epoch, epochs, start, floor)
        now, overhead = (small, 1) if epoch < epochs // 2 else (pace, 1.2 if macs < start else 1)
        seconds += (steps * now.step(macs) + 5 * now.forward(macs)) * overhead
    assert 0.9 * 60 < seconds < 60


def test_trials_take_their_part_of_the_time():
    pace, start, floor = Pace(0.001, 1e-9), 10_000_000, 1_000_000
    settings = PlanSettings(minutes=1, trials=3, trial_steps=5)
    without, _, _ = plan_search(settings, pace, 50, 5, start, floor, 60.0)
    epochs, steps, _ = plan_search(settings, pace, 50, 5, start, floor, 60.0, gates=100)
    assert epochs < 0.9 * without
    stepping, trial = 0.0, []
    for epoch in range(epochs):
        macs = planned_cost(settings, epoch, epochs, start, floor)
        overhead = 1.2 if macs < start else 1
        stepping += (steps * pace.step(macs) + 5 * pace.forward(macs)) * overhead
        if macs < start:
            trial.append(overhead * (5 * pace.step(macs) + 4 * pace.forward(macs)))
    seconds = stepping + 100 * (3 + 1) * sum(trial) / len(trial)
    assert 0.9 * 60 < seconds < 60
    estimated = dataclasses.replace(settings, importance="loss")
    assert plan_search(estimated, pace, 50, 5, start, floor, 60.0, gates=100) == (without, 50, 1)


def test_trials_never_take_most_of_the_time():
    pace, start, floor = Pace(0.001, 1e-9), 10_000_000, 1_000_000
    settings = PlanSettings(minutes=1, trials=4, trial_steps=10)
    found = {
        time: plan_search(settings, pace, 50, 5, start, floor, time, gates=100)
        for time in (8.0, 35.0, 55.0, 200.0)
    }
    assert [plan.trials for plan in found.values()] == sorted(p.trials for p in found.values())
    assert found[8.0].trials == 1
    assert 1 < found[55.0].trials < 4
    assert found[200.0].trials == 4
    estimated = dataclasses.replace(settings, importance="loss")
    for time, plan in found.items():
        alone = plan_search(estimated, pace, 50, 5, start, floor, time, gates=100)
        assert plan.epochs * plan.steps > 0.45 * alone.epochs * alone.steps
    assert found[8.0] == plan_search(estimated, pace, 50, 5, start, floor, 8.0, gates=100)


def test_a_plan_is_told():
    settings = PlanSettings(minutes=60, warmup=0.5, at_floor=0.1)
    said, *more = told(SearchPlan(100, 20, 4), settings, 5)
    assert said == (
        "the plan: 1,000 steps to warm up, 800 to prune, 200 at the floor, in 100 epochs; then "
        "30 minutes to finish 5 points"
    )
    assert not more
    assert [*told(SearchPlan(100, 20, 3), settings, 5)][
        1
    ] == "there is time to try 3 of 4 candidates"
    assert "no time for trials" in [*told(SearchPlan(100, 20, 1), settings, 5)][1]


def test_the_warm_up_is_over_when_the_cost_begins_to_fall():
    for epochs in range(1, 40):
        settings = PlanSettings(warmup=0.7, at_floor=0.1)
        warm = settings.warmup_epochs(epochs)
        costs = [planned_cost(settings, epoch, epochs, 10**9, 1000) for epoch in range(epochs + 1)]
        assert costs[warm] == 10**9 > costs[warm + 1]
        assert settings.small_epochs(epochs) == 0
    assert PlanSettings(schedule="paper").warmup_epochs(10) == 0


def test_too_little_time_gives_the_fewest_epochs_of_a_step():
    assert plan_search(SETTINGS, Pace(1.0, 0.0), 50, 5, 1000, 100, 1.0) == (30, 1, 4)


def test_time_is_for_planned_searches():
    with pytest.raises(InputError, match="schedule: expected planned"):
        PlanSettings(schedule="paper", minutes=5)
    assert PlanSettings(schedule="planned", minutes=30, hours=1.5).seconds == 7200
