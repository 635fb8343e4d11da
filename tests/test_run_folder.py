"""The folder of a run: one process at a time."""

import pytest
from programs import run_python

from goldnas_tf.errors import InputError
from goldnas_tf.run_folder import RunFolder

OTHER = """
from goldnas_tf.errors import InputError
from goldnas_tf.run_folder import RunFolder
try:
    RunFolder.open("run", {"seed": 1}, {})
    print("opened")
except InputError as error:
    print(error)
"""


def test_a_folder_in_use_is_refused_to_other_processes(tmp_path):
    folder = RunFolder.open(tmp_path / "run", {"seed": 1}, {})
    assert "another process is at work in run" in run_python(OTHER, tmp_path).stdout
    # once its owner is gone, the run goes on in another process
    del folder
    assert run_python(OTHER, tmp_path).stdout.strip() == "opened"


def test_the_same_process_opens_it_again(tmp_path):
    first = RunFolder.open(tmp_path, {"seed": 1}, {})
    assert RunFolder.open(tmp_path, {"seed": 1}, {}).path == first.path


def test_metrics_are_counted_and_cut(tmp_path):
    folder = RunFolder.open(tmp_path, {}, {})
    assert folder.count_metrics() == 0
    for generation in (1, 2, 3):
        folder.add_metrics({"generation": generation})
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"generation": 4')
    assert folder.count_metrics() == 3
    folder.keep_metrics(2, "generation")
    assert folder.count_metrics() == 2


def test_what_differs_is_named(tmp_path):
    RunFolder.open(tmp_path, {"seed": 1, "data": {"dataset": "digits"}}, {})
    with pytest.raises(InputError, match="dataset: was digits, is cifar10; seed: was 1, is 2"):
        RunFolder.open(tmp_path, {"seed": 2, "data": {"dataset": "cifar10"}}, {})


def test_damaged_metrics_are_named(tmp_path):
    folder = RunFolder.open(tmp_path, {}, {})
    (tmp_path / "metrics.jsonl").write_text("xx\n")
    with pytest.raises(InputError, match=r"metrics\.jsonl is damaged"):
        folder.keep_metrics(2, "epoch")
