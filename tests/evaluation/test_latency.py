import numpy as np
import pytest

from goldnas_tf.evaluation import latency

IMAGES = np.zeros((4, 2, 2, 1), np.uint8)


class Calls:
    """Calls that take, on a clock of their own, so many seconds each; the last one repeats."""

    def __init__(self, *seconds):
        self.now, self.count, self._seconds = 0.0, 0, seconds

    def __call__(self, images):
        assert images is IMAGES
        self.now += self._seconds[min(self.count, len(self._seconds) - 1)]
        self.count += 1

    def measured(self):
        return latency.time_calls(self, IMAGES, clock=lambda: self.now)


def test_the_first_calls_do_not_count():
    slow_at_first = Calls(9.0, 9.0, 9.0, 9.0, 9.0, 0.1)
    found = slow_at_first.measured()
    assert found.batch == 4
    assert found.runs == latency.LEAST_RUNS
    assert found.median_ms == pytest.approx(100)
    assert found.p95_ms == pytest.approx(100)


def test_calls_of_a_millisecond_are_repeated_for_a_second():
    quick = Calls(0.001)
    found = quick.measured()
    assert found.runs == pytest.approx(1000, abs=1)
    assert quick.count - found.runs == pytest.approx(200, abs=1)


def test_median_and_percentile_are_those_of_the_calls():
    warm_up = [0.1] * latency.WARM_UP_RUNS
    runs = [0.2] * 30 + [0.4] * 16 + [0.8] * 4
    found = Calls(*warm_up, *runs).measured()
    assert found.runs == len(runs) == latency.LEAST_RUNS
    assert found.median_ms == pytest.approx(200)
    # the 47.55th of the 50
    assert found.p95_ms == pytest.approx(800)
