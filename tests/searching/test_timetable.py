"""A plan in time, as arithmetic, and what is written down of it."""

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.runs.clock import Clock
from goldnas_tf.searching.planned import PlanSettings, planned_macs
from goldnas_tf.searching.timetable import FILE, Estimate, Pace, Timetable, plan_epochs

SETTINGS = PlanSettings(schedule="planned", minutes=1)


def test_the_pace_is_the_line_through_what_was_measured():
    pace = Pace.fit([(1e6, 0.3), (2e6, 0.5), (3e6, 0.7)])
    assert (pace.fixed, pace.slope) == pytest.approx((0.1, 2e-7))
    assert pace.step(2e6) == pytest.approx(0.5)
    # the forward pass of a teacher takes a third
    assert pace.step(2e6, teacher=3e6) == pytest.approx(0.7)


@pytest.mark.parametrize(
    "samples", [[(1e6, 0.4)], [(1e6, 0.4), (1.1e6, 0.2)], [(1e6, 0.6), (3e6, 0.2)]]
)
def test_a_pace_that_tells_no_line_still_rises_with_the_cost(samples):
    pace = Pace.fit(samples)
    assert pace.fixed > 0
    assert pace.slope > 0
    mean = sum(macs for macs, _ in samples) / len(samples)
    assert pace.step(mean) == pytest.approx(sum(s for _, s in samples) / len(samples))


@pytest.mark.parametrize("time", [20.0, 60.0, 1000.0])
def test_the_epochs_that_are_planned_take_about_the_time(time):
    pace, start, floor = Pace(0.001, 1e-9), 10_000_000, 1_000_000
    epochs = plan_epochs(SETTINGS, pace, 50, 5, start, floor, time)
    seconds = 0.0
    for epoch in range(epochs):
        macs = planned_macs(SETTINGS, epoch, epochs, start, floor)
        seconds += (50 * pace.step(macs) + 5 * pace.forward(macs)) * (1.3 if macs < start else 1)
    assert 0.9 * time < seconds < time


def test_too_little_time_gives_the_fewest_epochs():
    assert plan_epochs(SETTINGS, Pace(1.0, 0.0), 50, 5, 1000, 100, 1.0) == 8


def test_steps_are_shared_alike():
    estimate = Estimate(Pace(0.0, 1e-6), overhead=10.0)
    # steps of 3, 2 + 1 and 1 + 2/3 seconds
    steps = estimate.steps([3_000_000, 2_000_000, 1_000_000], [0, 3_000_000, 2_000_000], 130.0)
    assert steps == int(100 / (3 + 3 + 5 / 3))
    assert estimate.steps([3_000_000], [0], 0.0) == 1


def test_an_estimate_learns_from_what_a_network_took():
    estimate = Estimate(Pace(0.0, 1e-6), overhead=10.0)
    better = estimate.corrected(steps=10, macs=1_000_000, teacher=0, spent=20.0, besides=4.0)
    assert (better.ratio, better.overhead) == (2.0, 4.0)
    assert better.steps([1_000_000], [0], 24.0) == 10


def test_the_time_of_all_processes_counts(tmp_path):
    clock = Clock()
    table = Timetable(tmp_path, 100.0, clock)
    assert table.is_timed
    assert table.epochs is table.finishing("e001") is None
    clock.seconds["steps"] = 30.0
    table.plan_search(12)
    table.plan_finishing("e001", 3, 40)
    assert (table.used, table.left) == pytest.approx((30.0, 68.0))
    again = Timetable(tmp_path, 100.0, Clock())
    assert (again.epochs, again.finishing("e001")) == (12, (3, 40))
    assert again.used == pytest.approx(30.0)


def test_a_search_without_a_limit_writes_no_plan(tmp_path):
    table = Timetable(tmp_path, 0.0, Clock())
    assert not table.is_timed
    table.note()
    assert not (tmp_path / FILE).exists()


def test_a_damaged_plan_is_told_in_one_line(tmp_path):
    (tmp_path / FILE).write_text("{")
    with pytest.raises(InputError, match="expected the plan of a timed search"):
        Timetable(tmp_path, 60.0, Clock())


def test_time_is_for_planned_searches():
    with pytest.raises(InputError, match="schedule: expected planned"):
        PlanSettings(schedule="paper", minutes=5)
    assert PlanSettings(schedule="planned", minutes=30, hours=1.5).seconds == 7200
