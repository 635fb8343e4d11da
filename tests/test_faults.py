"""Faults on purpose, a few of each; `make soak` tries them often."""

import random
import signal

import fault_runs
import faults
import pytest

from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.runs.run_folder import RunFolder


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    return fault_runs.search_run(tmp_path_factory.mktemp("searched"))


@pytest.fixture
def rng():
    return random.Random(0)


def test_a_search_that_is_killed_anywhere_comes_to_the_same(searched, rng):
    assert faults.kill(searched, rng, 1) == 1


def test_a_search_that_is_stopped_anywhere_comes_to_the_same(searched, rng):
    assert faults.stop(searched, rng, 1) == 1


def test_a_search_on_a_full_disk_goes_on_once_there_is_room(searched, rng, tmp_path):
    if not faults.fill_disk(searched, rng, 1, tmp_path):
        pytest.skip("no file system can be mounted here")


def test_a_damaged_checkpoint_is_told_and_the_one_before_it_taken(searched, rng, tmp_path):
    stopped = tmp_path / "stopped"
    code, errors = searched.program.stop_when(stopped, signal.SIGKILL, 3, *searched.flags)
    assert code == -signal.SIGKILL, errors
    assert faults.damage_checkpoints(searched, rng, 2, stopped) == 2


def test_damaged_files_end_in_a_line_or_are_what_was_written(searched, rng, tmp_path):
    assert faults.mutate(fault_runs.readers(searched, tmp_path), rng, 500) == 500


def test_a_loss_that_is_not_finite_ends_a_search_which_can_go_on(searched, rng):
    said = "the loss is not finite at step"
    assert faults.break_steps(searched, rng, 1, "weights", said) == 1


def test_a_replica_that_fails_ends_a_training_which_can_go_on(rng, tmp_path):
    run = fault_runs.replicas_run(tmp_path)
    assert faults.break_steps(run, rng, 1, "replica", "the device is gone") == 1


def test_an_image_that_cannot_be_read_any_more_is_named(rng, tmp_path):
    assert faults.lose_images(*fault_runs.file_run(tmp_path), rng, 1) == 1


def test_a_folder_that_cannot_be_written_is_named(searched, rng):
    assert faults.write_protect(searched, rng, 1) == 1


def test_an_evolution_that_is_killed_leaves_nothing_for_the_next(tmp_path):
    left = tmp_path / f".setup.{'0' * 8}"
    left.write_bytes(bytes(10))
    RunFolder.open(tmp_path, EvolveConfig(), {})
    assert not left.exists()
