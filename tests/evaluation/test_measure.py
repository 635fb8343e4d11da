"""What is measured, on networks that are a formula."""

import json
import pathlib
import types

import numpy as np
import pytest

from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.errors import InputError
from goldnas_tf.evaluation import latency
from goldnas_tf.evaluation.loaded import LoadedNetwork
from goldnas_tf.evaluation.measure import BATCH, check_fit, measure


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """No test waits for times that are worth something."""
    monkeypatch.setattr(latency, "SECONDS", 0)
    monkeypatch.setattr(latency, "WARM_UP_SECONDS", 0)


class Bright:
    """Takes an image for the class that its first pixel says; remembers the sizes of batches."""

    def __init__(self, classes=7):
        self.classes, self.sizes = classes, []

    def __call__(self, images):
        self.sizes.append(len(images))
        return np.eye(self.classes, dtype=np.float32)[images[:, 0, 0, 0] % self.classes]


def network(outputs=None, **values):
    values = {
        "path": pathlib.Path("some/e001"),
        "kind": "keras",
        "image_shape": (2, 3, 1),
        "classes": 7,
        "class_names": None,
        "size_bytes": 1234,
        "macs": 55,
        "params": None,
        "device": "CPU",
        "threads": 3,
        "_outputs": outputs or Bright(),
        "gives_probabilities": True,
        **values,
    }
    return LoadedNetwork(**values)


def split(taken, labels):
    images = np.zeros((len(taken), 2, 3, 1), np.uint8)
    images[:, 0, 0, 0] = taken
    return ArraySplit(images, np.asarray(labels, np.int32))


def data(image_shape=(2, 3, 1), class_names="abcdefg"):
    return types.SimpleNamespace(
        name="letters", image_shape=image_shape, class_names=tuple(class_names)
    )


def test_every_image_counts_once():
    # one image more than fills two batches; every third is taken for the class after its own
    count = 2 * BATCH + 1
    labels = np.arange(count) % 7
    wrong = np.arange(count) % 3 == 0
    bright = Bright()
    found = measure(network(bright), split(labels + wrong, labels), (4,))
    assert found.accuracy.images == count
    assert found.accuracy.top1 == pytest.approx(1 - wrong.mean())
    assert found.accuracy.confusion.sum() == count
    assert np.diagonal(found.accuracy.confusion).sum() == count - wrong.sum()
    assert bright.sizes[:3] == [BATCH] * 3


def test_latency_is_that_of_each_batch_size():
    bright = Bright()
    found = measure(network(bright), split([0, 1], [0, 1]), (1, 5))
    assert [time.batch for time in found.latencies] == [1, 5]
    assert [time.runs for time in found.latencies] == [latency.LEAST_RUNS] * 2
    calls = latency.LEAST_RUNS + latency.WARM_UP_RUNS
    assert bright.sizes == [BATCH] + [1] * calls + [5] * calls


def test_the_figures_are_json_values():
    found = measure(network(), split([0, 1, 1], [0, 1, 2]), (1,))
    values = json.loads(json.dumps(found.to_json()))
    assert values["path"] == "some/e001"
    assert (values["macs"], values["params"], values["size_bytes"]) == (55, None, 1234)
    assert (values["kind"], values["device"], values["threads"]) == ("keras", "CPU", 3)
    assert values["accuracy"]["top1"] == pytest.approx(2 / 3)
    assert values["accuracy"]["per_class"] == [1, 1, 0, None, None, None, None]
    assert values["accuracy"]["confusion"][2] == [0, 1, 0, 0, 0, 0, 0]
    assert values["latencies"][0].keys() == {"batch", "median_ms", "p95_ms", "runs"}


def test_images_of_another_shape_are_refused():
    wide = ArraySplit(np.zeros((4, 2, 4, 1), np.uint8), np.zeros(4, np.int32))
    with pytest.raises(
        InputError, match=r"some/e001: expected images of 2x3x1 .* received .* 2x4x1"
    ):
        measure(network(), wide)


def test_labels_that_are_no_classes_are_refused():
    with pytest.raises(InputError, match="labels below its 7 classes; received 7"):
        measure(network(), split([0, 0], [0, 7]))


def test_outputs_that_are_not_finite_are_refused():
    with pytest.raises(InputError, match="some/e001: expected finite outputs"):
        measure(network(lambda images: np.full((len(images), 7), np.inf)), split([0], [0]))


def test_a_network_for_the_data_fits():
    check_fit(network(), data())
    check_fit(network(class_names=tuple("abcdefg")), data())


@pytest.mark.parametrize(
    ("values", "of", "said"),
    [
        ({}, data((2, 3, 3)), "expected images of 2x3x1 .* received images of 2x3x3"),
        ({}, data(class_names="abc"), "for the 3 classes of letters; received one for 7"),
        (
            {"class_names": tuple("abxdefg")},
            data(),
            "classes of letters, whose class 2 is 'c'; received one whose class 2 is 'x'",
        ),
    ],
)
def test_a_network_for_other_data_is_refused(values, of, said):
    with pytest.raises(InputError, match=said):
        check_fit(network(**values), of)
