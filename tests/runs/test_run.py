"""How a run ends."""

import errno
import re

import pytest
import tensorflow as tf

import goldnas_tf
from goldnas_tf.errors import in_a_line
from goldnas_tf.runs.run import Run
from goldnas_tf.settings.configuration import RunConfiguration


class Full(Run):
    """One whose disk is full."""

    def run(self, signals):
        del signals
        raise OSError(errno.ENOSPC, "No space left on device", "arrays.npz")


def test_a_full_disk_is_told_with_the_room_that_there_is(tmp_path):
    config = RunConfiguration()
    run = Full(config, goldnas_tf.load_data(config.data), None)
    run.open_folder(tmp_path)
    (tmp_path / "half").write_bytes(bytes(500_000))
    with pytest.raises(OSError, match="No space left") as caught:
        run.go()
    told = in_a_line(caught.value)
    pattern = (
        r"arrays.npz: No space left on device \(\S+B are free, the run has 50[0-9.]+KB so far\)"
    )
    assert re.fullmatch(pattern, told), told


def test_an_error_in_a_graph_is_told_by_the_line_that_says_what_it_was():
    def fail(value):
        raise RuntimeError(f"the device is gone at {value}")

    @tf.function
    def step(value):
        return tf.numpy_function(fail, [value], tf.int32)

    with pytest.raises(tf.errors.OpError) as caught:
        step(3)
    assert str(caught.value).startswith("Graph execution error")
    assert in_a_line(caught.value) == "RuntimeError: the device is gone at 3"
