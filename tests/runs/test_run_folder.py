"""The folder of a run: one process at a time, one configuration that may only go further."""

import json

import pytest
from processes import run_python

from goldnas_tf.errors import InputError
from goldnas_tf.runs.run_folder import RunFolder
from goldnas_tf.searching.config import FinishingSettings, PointSettings, SearchConfig
from goldnas_tf.searching.planned import PlanSettings
from goldnas_tf.settings.images import DataSettings

PAPER = PlanSettings(schedule="paper")
CONFIG = SearchConfig(seed=1)
OTHER = """
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.errors import InputError
from goldnas_tf.runs.run_folder import RunFolder
try:
    RunFolder.open("run", SearchConfig(seed=1), {})
    print("opened")
except InputError as error:
    print(error)
"""


def test_a_folder_in_use_is_refused_to_other_processes(tmp_path):
    folder = RunFolder.open(tmp_path / "run", CONFIG, {})
    assert "another process is at work in run" in run_python(OTHER, tmp_path).stdout
    # once its owner is gone, the run goes on in another process
    del folder
    assert run_python(OTHER, tmp_path).stdout.strip() == "opened"


def test_the_same_process_opens_it_again(tmp_path):
    first = RunFolder.open(tmp_path, CONFIG, {})
    assert RunFolder.open(tmp_path, CONFIG, {}).path == first.path


def test_metrics_are_counted_and_cut(tmp_path):
    folder = RunFolder.open(tmp_path, CONFIG, {})
    assert len(folder.metrics()) == 0
    for generation in (1, 2, 3):
        folder.add_metrics({"generation": generation})
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"generation": 4')
    assert len(folder.metrics()) == 3
    folder.keep_metrics(2, "generation")
    assert len(folder.metrics()) == 2


def test_what_differs_is_named(tmp_path):
    RunFolder.open(tmp_path, CONFIG, {})
    other = SearchConfig(data=DataSettings(dataset="cifar10"), seed=2)
    with pytest.raises(InputError, match="dataset: was digits, is cifar10; seed: was 1, is 2"):
        RunFolder.open(tmp_path, other, {})


def limited(max_epochs, **others):
    return SearchConfig(plan=PAPER, points=PointSettings(max_epochs=max_epochs), **others)


def test_a_run_that_goes_further_is_written_down(tmp_path):
    file = tmp_path / "config.json"
    assert RunFolder.open(tmp_path, limited(5), {"data": {"name": "digits"}}).grown == []
    before = json.loads(file.read_text())
    del before["digest"]
    # of the software that the run began with
    before["versions"]["numpy"] = "0.1"
    file.write_text(json.dumps(before))
    (grown,) = RunFolder.open(tmp_path, limited(9), {"data": {"name": "digits"}}).grown
    assert str(grown) == "max_epochs: was 5, is 9"
    now = json.loads(file.read_text())
    assert now.pop("settings") == limited(9).to_json()
    del now["digest"]
    before.pop("settings")
    assert now == before
    # the next time that is nothing new
    assert RunFolder.open(tmp_path, limited(9), {"data": {"name": "digits"}}).grown == []


def test_a_run_does_not_go_back(tmp_path):
    RunFolder.open(tmp_path, limited(9), {})
    before = (tmp_path / "config.json").read_text()
    with pytest.raises(InputError, match=r"\(max_epochs: was 9, is 5, but may only be raised\)"):
        RunFolder.open(tmp_path, limited(5), {})
    # what may grow is not what is in the way
    with pytest.raises(InputError, match=r"\(seed: was 0, is 2\); use the same settings"):
        RunFolder.open(tmp_path, limited(20, seed=2), {})
    assert (tmp_path / "config.json").read_text() == before


def test_damaged_metrics_are_named(tmp_path):
    folder = RunFolder.open(tmp_path, CONFIG, {})
    (tmp_path / "metrics.jsonl").write_text("xx\n")
    with pytest.raises(
        InputError, match=r"metrics\.jsonl: expected lines of JSON; received a damaged file"
    ):
        folder.keep_metrics(2, "epoch")


def test_a_run_goes_on_as_it_was_before_there_was_a_setting(tmp_path):
    alone = FinishingSettings(finish_points=0)
    older = SearchConfig(plan=PAPER, finishing=alone)
    RunFolder.open(tmp_path, older, {})
    file = tmp_path / "config.json"
    values = json.loads(file.read_text())
    del values["settings"]["plan"], values["settings"]["finishing"]["finish_points"]
    # it had none either
    del values["digest"]
    file.write_text(json.dumps(values))
    RunFolder.open(tmp_path, older, {})
    with pytest.raises(InputError, match="schedule: was paper, is planned"):
        RunFolder.open(tmp_path, SearchConfig(plan=PlanSettings()), {})
