import dataclasses

import numpy as np
import pytest

from goldnas_tf.evaluation.accuracy import score
from goldnas_tf.evaluation.latency import Latency
from goldnas_tf.evaluation.measure import Measurement
from goldnas_tf.evaluation.result import Evaluation
from goldnas_tf.evaluation.table import evaluation_table
from goldnas_tf.settings.images import DataSettings


@pytest.fixture
def measurement():
    return Measurement(
        path="runs/a/pareto/e001",
        kind="saved_model",
        accuracy=score(np.eye(6)[[0, 1, 2, 5]], [0, 1, 2, 4]),
        macs=5_560_000,
        params=35_200,
        size_bytes=1_340_000,
        latencies=(Latency(1, 0.5123, 2.046, 900), Latency(32, 21.36, 103.4, 50)),
        device="CPU",
        threads=2,
    )


def evaluation(**measurements):
    return Evaluation(DataSettings(), "digits", "test", 180, tuple("abcdef"), measurements)


def test_a_line_for_each_network(measurement):
    unknown = dataclasses.replace(measurement, macs=None, params=None, device="GPU", threads=1)
    table = evaluation_table(evaluation(e001=measurement, other=unknown))
    assert table.splitlines() == [
        "180 test images of digits",
        "network   top-1   top-5   macs  params    size  ms at 1   p95  ms at 32  p95",
        "-------  ------  ------  -----  ------  ------  -------  ----  --------  ---",
        "e001     75.00%  75.00%  5.56M   35.2K  1.34MB    0.512  2.05      21.4  103",
        "other    75.00%  75.00%      -       -  1.34MB    0.512  2.05      21.4  103",
        "ms at N: milliseconds for a batch of N images, median and 95th percentile; "
        "CPU, 2 threads and GPU, 1 thread",
    ]


def test_ram_is_shown_where_it_was_measured(measurement):
    small = dataclasses.replace(measurement, ram_bytes=231_000)
    lines = evaluation_table(evaluation(e001=measurement, small=small)).splitlines()
    assert lines[1].split()[:7] == ["network", "top-1", "top-5", "macs", "params", "size", "ram"]
    assert [line.split()[6] for line in lines[3:5]] == ["-", "231KB"]
    assert lines[-1] == "ram: the arena of TensorFlow Lite Micro, on a microcontroller"


def test_few_classes_have_no_top_5(measurement):
    few = dataclasses.replace(measurement, accuracy=score(np.eye(2), [0, 1]))
    assert "top-5" not in evaluation_table(evaluation(e001=few))
