"""The time of a run and what is written down of it."""

import pytest

from goldnas_tf.errors import InputError
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.timetable import FILE, Timetable


def test_the_time_of_all_processes_counts(tmp_path):
    clock = Clock()
    table = Timetable(tmp_path, 100.0, clock)
    assert table.is_timed
    assert table.epochs is table.steps is None
    clock.seconds["steps"] = 30.0
    table.plan(12, 40)
    assert (table.used, table.left) == pytest.approx((30.0, 68.0))
    again = Timetable(tmp_path, 100.0, Clock())
    assert (again.epochs, again.steps) == (12, 40)
    assert again.used == pytest.approx(30.0)


def test_a_run_without_a_limit_writes_down_how_long_it_took(tmp_path):
    clock = Clock()
    table = Timetable(tmp_path, 0.0, clock)
    assert not table.is_timed
    clock.seconds["steps"] = 7.5
    table.note()
    assert Timetable(tmp_path, 0.0, Clock()).used == pytest.approx(7.5)


def test_a_damaged_plan_is_told_in_one_line(tmp_path):
    (tmp_path / FILE).write_text("{")
    with pytest.raises(InputError, match="expected the plan of a run"):
        Timetable(tmp_path, 60.0, Clock())
