"""What an export says, from measurements that were made up."""

import dataclasses
import json
import types

import numpy as np
import pytest
from golden_runs import GOLDEN, form

from goldnas_tf.deployment.inference import Inference
from goldnas_tf.deployment.report import Report
from goldnas_tf.deployment.speed import Comparison
from goldnas_tf.evaluation.accuracy import Accuracy
from goldnas_tf.evaluation.latency import Latency
from goldnas_tf.evaluation.measure import Measurement

DATA = types.SimpleNamespace(
    name="noise",
    validation=types.SimpleNamespace(size=200),
    white_level=None,
    image_shape=(8, 8, 3),
    class_names=("ant", "bee"),
)


def measurement(path, top1, size=12_345):
    return Measurement(
        path=path,
        kind="tflite",
        accuracy=Accuracy(200, top1, None, (top1, top1), np.zeros((2, 2), np.int64)),
        macs=None,
        params=None,
        size_bytes=size,
        latencies=(Latency(1, 0.5, 0.75, 60), Latency(32, 12.3456, 20.0, 50)),
        device="CPU",
        threads=2,
    )


def report(int8=0.89):
    return Report(
        network="pareto/e001",
        name="noise",
        version=3,
        data=DATA,
        inference=Inference(
            network=None,
            model=None,
            probabilities=None,
            operators_before=900,
            operators_after=150,
            speed=(Comparison(1, 3.0, 1.5), Comparison(32, 20.0, 16.0)),
        ),
        measured={
            "network": measurement("pareto/e001/model.keras", 0.9, 2_000_000),
            "int8": measurement("exports/litert/noise/3/int8.tflite", int8),
        },
    )


def test_the_table_has_a_line_for_each_format():
    assert report().lines() == [
        "format     size  val acc  ms for 1  ms for 32  path",
        "-------  ------  -------  --------  ---------  ----------------------------------",
        "network     2MB   90.00%       0.5       12.3  pareto/e001/model.keras",
        "int8     12.3KB   89.00%       0.5       12.3  exports/litert/noise/3/int8.tflite",
        "accuracy on 200 validation images of noise; latency on CPU, 2 threads, median",
        "folded: 150 operators instead of 900, the same answers",
        "  1 image: 1.5 ms instead of 3, 2.0 times as fast",
        "  32 images: 16 ms instead of 20, 1.2 times as fast",
    ]


def test_what_a_network_takes_of_a_microcontroller_is_told_where_it_was_measured():
    found = report()
    found.measured["int8"] = dataclasses.replace(found.measured["int8"], ram_bytes=56_321)
    assert found.lines()[:4] == [
        "format     size     ram  val acc  ms for 1  ms for 32  path",
        "-------  ------  ------  -------  --------  ---------  ----------------------------------",
        "network     2MB       -   90.00%       0.5       12.3  pareto/e001/model.keras",
        "int8     12.3KB  56.3KB   89.00%       0.5       12.3  exports/litert/noise/3/int8.tflite",
    ]
    assert found.lines()[4] == ("ram: the arena of TensorFlow Lite Micro, on a microcontroller")


@pytest.mark.parametrize(("int8", "warned"), [(0.95, 0), (0.9, 0), (0.881, 0), (0.879, 1)])
def test_a_format_that_loses_more_than_2_points_is_warned_of(int8, warned):
    found = report(int8)
    assert len(found.warnings) == warned
    assert found.to_json()["warnings"] == found.warnings
    if warned:
        assert found.warnings == [
            "WARNING: int8 loses 2.1 points of accuracy (90.00% before, 87.90% now)"
        ]


def test_every_figure_is_in_the_file():
    values = json.loads(json.dumps(report().to_json()))
    assert values["schema"] == 1
    assert (values["name"], values["version"], values["network"]) == ("noise", 3, "pareto/e001")
    assert (values["data"], values["val_images"]) == ("noise", 200)
    assert (values["image_shape"], values["class_names"]) == ([8, 8, 3], ["ant", "bee"])
    assert values["folding"] == {
        "operators_before": 900,
        "operators_after": 150,
        "latencies": [
            {"batch": 1, "before_ms": 3.0, "after_ms": 1.5},
            {"batch": 32, "before_ms": 20.0, "after_ms": 16.0},
        ],
    }
    assert list(values["formats"]) == ["network", "int8"]
    assert values["formats"]["int8"] == {
        "path": "exports/litert/noise/3/int8.tflite",
        "size_bytes": 12345,
        "ram_bytes": None,
        "val_accuracy": 0.89,
        "latencies": [
            {"batch": 1, "median_ms": 0.5, "p95_ms": 0.75, "runs": 60},
            {"batch": 32, "median_ms": 12.3456, "p95_ms": 20.0, "runs": 50},
        ],
    }
    assert "tensorflow" in values["versions"]


@pytest.mark.parametrize(
    "file", sorted(GOLDEN.glob("*/export/export.json")), ids=lambda file: file.parts[-3]
)
def test_all_that_earlier_revisions_told_is_told(file):
    before, now = json.loads(file.read_text()), report().to_json()
    before["formats"] = {kind: before["formats"][kind] for kind in now["formats"]}
    assert form(now) >= form(before)
