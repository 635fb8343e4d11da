"""One replica against two, on logical CPU devices, in a program of their own."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import goldnas_tf

ROOT = pathlib.Path(goldnas_tf.__file__).parents[1]

PROGRAM = pathlib.Path(__file__).with_name("replicas_program.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the program measured."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        cwd=tmp_path_factory.mktemp("replicas"),
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_there_are_two_replicas(found):
    assert found["replicas"] == 2


def test_a_batch_is_divided_over_the_replicas(found):
    assert found["shares"] == [[4, 20, 24, 3]] * 2


def test_the_same_seed_gives_the_same_weights(found):
    assert max(found["start"].values()) == 0.0


def test_losses_agree(found):
    for one, two in zip(found["metrics"]["one"], found["metrics"]["two"], strict=True):
        assert two == pytest.approx(one, abs=1e-4)


def test_weights_momenta_and_statistics_agree_in_the_end(found):
    assert found["moved"] > 0.01
    assert {name: gap for name, gap in found["end"].items() if gap > 1e-4} == {}


def test_replicas_hold_the_same_weights(found):
    assert found["between"] == 0.0


def test_a_network_is_tried_alike_and_put_back(found):
    assert found["trials"]["two"] == pytest.approx(found["trials"]["one"], abs=1e-4)
    assert set(found["taken_back"].values()) == {0.0}


def test_accuracy_counts_the_examples_of_all_replicas(found):
    assert found["accuracies"]["two"] == pytest.approx(found["accuracies"]["one"], abs=1e-6)
    # of 19 examples that are not padding
    assert (found["accuracies"]["one"] * 19) % 1 == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("part", ["y", "mean", "variance", "gradient"])
def test_batch_norm_is_that_of_the_global_batch(found, part):
    assert found["norm"][part] < 1e-3


def test_batch_norm_of_constant_channels_is_their_shift(found):
    # a last digit of 100 is 8e-6; a channel that does not vary makes that 630 times larger
    assert found["norm"]["constant"] < 0.05


def test_replicas_sample_the_same_binary_gates(found):
    assert found["binary_draws"] == [3, 3]
    assert found["binary_between"] == 0.0
    assert {name: gap for name, gap in found["binary"].items() if gap > 1e-4} == {}
