"""What the folders of all runs have in common."""

import json
import shlex

import pytest
from absl import flags
from runs_on_disk import GOLDEN, copied

from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.page import configured, found, progress
from goldnas_tf.programs import command_line, presets
from goldnas_tf.runs import gates
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.settings.setting import defaults, sections, settings
from goldnas_tf.training.train_config import TrainConfig

CONFIGS = {"search": SearchConfig, "train": TrainConfig, "evolve": EvolveConfig}


def test_every_setting_is_a_row_with_its_meaning():
    for config in CONFIGS.values():
        rows = configured.rows(config, config().to_json())
        owners = (config, *sections(config).values())
        names = [field.name for owner in owners for field in settings(owner)]
        assert [row.name for row in rows] == names
        assert all(row.is_default and row.meaning for row in rows)
        assert configured.flags(rows) == []


def test_flags_say_what_is_not_at_its_default():
    changed = SearchConfig().to_json()
    changed["seed"] = 7
    changed["data"]["data_dir"] = "my images"
    changed["space"]["ops"] = ["skip_connect", "conv_3x3"]
    changed["space"]["search_widths"] = not defaults(SearchConfig)["search_widths"]
    rows = configured.rows(SearchConfig, changed)
    found = configured.flags(rows)
    no = "no" if defaults(SearchConfig)["search_widths"] else ""
    assert set(found) == {
        "--seed=7",
        "--data_dir=my images",
        "--ops=skip_connect,conv_3x3",
        f"--{no}search_widths",
    }
    assert configured.flags(rows, "data") == ["--data_dir=my images"]
    made = configured.command("goldnas-search", GOLDEN / "run", rows, "a b")
    assert shlex.split(made)[:2] == ["goldnas-search", "a b"]
    assert shlex.split(made)[-1] == f"--workdir={GOLDEN / 'run'}-again"


def test_a_setting_that_was_not_there_is_what_such_runs_did():
    former = SearchConfig().to_json()
    del former["plan"]
    rows = {row.name: row for row in configured.rows(SearchConfig, former)}
    assert rows["schedule"].value == "paper"
    assert rows["schedule"].flag == "--schedule=paper" and not rows["schedule"].is_default


def test_a_network_tells_what_its_folder_has():
    network = found.network(GOLDEN / "run" / "pareto" / "e002", "run", "e002", "its title")
    figures = dict(network.figures)
    assert network.key == "run/e002" and network.title == "its title"
    assert figures["validation accuracy"].endswith(" images")
    assert {"multiply-adds for one image", "parameters", "operators"} <= figures.keys()
    assert network.gates is None
    assert [text for text, _ in network.files] == ["Keras file", "genotype", "figures"]
    assert all(str(network.folder) in command for command in network.commands.values())


def test_gates_are_read_as_they_were_written(tmp_path):
    strengths = gates.read(GOLDEN / "gates")
    gates.write(tmp_path, strengths)
    assert gates.read(tmp_path) == strengths
    assert gates.read(tmp_path / "nowhere") is None


def test_a_run_at_work_is_read_without_being_touched(tmp_path):
    run = copied("run", tmp_path)
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 3, "lo')
    before = (run / "metrics.jsonl").read_bytes()
    assert [line["epoch"] for line in progress.lines(run)] == [1, 2]
    assert (run / "metrics.jsonl").read_bytes() == before


def _read(config, arguments):
    """The configuration that a command line describes."""
    values = flags.FlagValues()
    command_line.define(config, values)
    # flags of programs that are no settings
    rest = values(["program", *arguments], known_only=True)
    assert len(rest) == 1
    return command_line.read(config, values)


@pytest.mark.parametrize("name", presets.names())
def test_the_command_that_does_a_run_again_says_all_that_its_preset_does(name):
    config = next((CONFIGS[kind] for kind in CONFIGS if kind in name), SearchConfig)
    preset = f"--flagfile={presets.folder() / f'{name}.flags'}"
    wanted = _read(config, [preset, "--data_dir=my images"])
    rows = configured.rows(config, json.loads(json.dumps(wanted.to_json())))
    assert _read(config, configured.flags(rows)) == wanted
