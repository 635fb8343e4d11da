"""Seconds by phase, on a clock that a test turns."""

import time

import pytest

from goldnas_tf.runs.clock import Clock


@pytest.fixture
def now(monkeypatch):
    """A list whose only value is the time."""
    value = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: value[0])
    return value


def test_a_phase_inside_another_interrupts_it(now):
    clock = Clock()
    with clock("outer"):
        now[0] += 1
        with clock("inner"):
            now[0] += 10
        now[0] += 2
    now[0] += 50
    with clock("inner"):
        now[0] += 20
    assert clock.seconds == {"outer": 3, "inner": 30}


def test_an_error_ends_its_phase(now):
    clock = Clock()
    with pytest.raises(ZeroDivisionError), clock("outer"), clock("inner"):
        now[0] += 5
        raise ZeroDivisionError
    now[0] += 7
    with clock("later"):
        now[0] += 1
    assert clock.seconds == {"outer": 0, "inner": 5, "later": 1}


def test_a_lap_counts_anew(now):
    clock = Clock()
    for seconds in (1, 2, 6):
        with clock("step"):
            now[0] += seconds
        if seconds == 1:
            clock.start_lap()
    assert clock.lap_mean("step") == 4
    assert clock.lap == {"step": 8}
    assert clock.seconds == {"step": 9}
    assert clock.lap_mean("never") == 0
