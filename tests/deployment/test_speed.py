import pytest

from goldnas_tf.deployment import speed


class Clock:
    """A clock that only calls advance."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def taking(self, seconds, calls):
        def function(images):
            calls.append((function, len(images)))
            self.now += seconds

        return function


def test_both_are_timed_in_turns_for_long_enough():
    clock, calls = Clock(), []
    slow, quick = clock.taking(0.03, calls), clock.taking(0.01, calls)
    found = speed.compare(slow, quick, [0] * 7, clock)
    assert (found.batch, found.before_ms, found.after_ms) == (
        7,
        pytest.approx(30),
        pytest.approx(10),
    )
    assert found.factor == pytest.approx(3)
    assert calls[0::2] == [(slow, 7)] * (len(calls) // 2)
    assert calls[1::2] == [(quick, 7)] * (len(calls) // 2)
    assert clock.now >= speed.SECONDS


def test_slow_functions_are_called_often_enough_too():
    clock, calls = Clock(), []
    slow, quick = clock.taking(10, calls), clock.taking(1, calls)
    speed.compare(slow, quick, [0], clock)
    assert len(calls) // 2 > speed.LEAST_PAIRS


def test_the_first_calls_do_not_count(monkeypatch):
    monkeypatch.setattr(speed, "SECONDS", 0)
    monkeypatch.setattr(speed, "LEAST_PAIRS", 3)
    clock, calls = Clock(), []

    def warming_up(images):
        clock.now += 5.0 if len(calls) < 10 else 0.1
        calls.append(images)

    found = speed.compare(warming_up, warming_up, [0], clock)
    assert (found.before_ms, found.after_ms) == (pytest.approx(100), pytest.approx(100))
