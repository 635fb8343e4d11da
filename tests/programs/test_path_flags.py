"""Flags that are paths: home folders, addresses, commas."""

import sys

import pytest
from absl import flags
from test_command_line import parsed

from goldnas_tf.deployment.settings import ExportConfig
from goldnas_tf.evaluation.settings import EvaluationConfig
from goldnas_tf.programs import command_line
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.settings.images import DataSettings
from goldnas_tf.settings.setting import settings


def test_every_path_flag_puts_home_in_its_place(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    for config_class in (SearchConfig, EvaluationConfig, ExportConfig):
        owners = (config_class, DataSettings)
        names = [f.name for owner in owners for f in settings(owner) if f.metadata["is_path"]]
        assert len(names) >= 1
        for name in names:
            values = parsed(f"--{name}=~/here", config_class=config_class)
            found = command_line._values(config_class, values) | command_line._values(
                DataSettings, values
            )
            assert found[name] in ("/home/me/here", ("/home/me/here",)), name
            with pytest.raises(flags.IllegalFlagValueError, match="a path on this machine"):
                parsed(f"--{name}=gs://bucket/x", config_class=config_class)


def test_several_paths_are_said_with_commas_or_flags(tmp_path):
    def networks(*arguments):
        values = parsed(*arguments, config_class=EvaluationConfig)
        return command_line.read(EvaluationConfig, values).network

    assert networks("--network=a,b", "--network=c") == ("a", "b", "c")
    odd = tmp_path / "a,b"
    odd.mkdir()
    assert networks(f"--network={odd}") == (str(odd),)
    assert networks(f"--network={odd}", "--network=c,d") == (str(odd), "c", "d")


def test_flags_of_a_program_that_are_paths(monkeypatch, capsys):
    values = flags.FlagValues()
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setattr(sys, "argv", ["program"])
    command_line.define_path("workdir", "folder of the run", values)
    values(["program", "--workdir=~/runs"])
    assert values.workdir == "/home/me/runs"
    assert "folder of the run" in command_line.help_text("", ExportConfig, with_all(values))


def with_all(values):
    command_line.define(ExportConfig, values)
    return values


def test_an_argument_that_is_a_path_is_read_as_its_flag(monkeypatch, capsys):
    values = flags.FlagValues()
    command_line.define(ExportConfig, values)
    monkeypatch.setenv("HOME", "/home/me")
    seen = []
    monkeypatch.setattr(sys, "argv", ["program", "~/it"])
    command_line.run(lambda: seen.append(values.network), "", ExportConfig, values, "network")
    assert seen == ["/home/me/it"]
    monkeypatch.setattr(sys, "argv", ["program", "s3://it"])
    with pytest.raises(SystemExit) as caught:
        command_line.run(pytest.fail, "", ExportConfig, values, "network")
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
