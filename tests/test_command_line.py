import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
from absl import flags

import goldnas_tf
from goldnas_tf import command_line
from goldnas_tf.config import SearchConfig
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.interrupt import Interrupted
from goldnas_tf.setting import setting, settings

ROOT = pathlib.Path(goldnas_tf.__file__).parents[1]
SECTIONS = {
    field.name: field.type
    for field in dataclasses.fields(SearchConfig)
    if dataclasses.is_dataclass(field.type)
}


DESCRIPTION = """Does what a program does.

  bin/program --flag=VALUE
"""


def parsed(*arguments, config_class=SearchConfig):
    values = flags.FlagValues()
    command_line.define(config_class, values)
    values(["program", *arguments])
    return values


def config(*arguments):
    return command_line.read(SearchConfig, parsed(*arguments))


def test_without_flags_the_defaults_hold():
    assert config() == SearchConfig()


def test_every_setting_has_a_flag_that_says_what_it_means():
    values = parsed()
    for owner in (SearchConfig, *SECTIONS.values()):
        for field in settings(owner):
            assert values[field.name].help.startswith(field.metadata["meaning"])


def test_help_tells_the_range():
    values = parsed()
    assert values["cells"].help.endswith("[at least 1]")
    assert values["stem"].help.endswith("[one of cifar, imagenet]")
    assert "[" not in values["xla"].help


# a value of every setting that is not its default
OTHER = {
    "dataset": ("cifar10", "cifar10"),
    "data_dir": ("some/where", "some/where"),
    "image_size": ("12", 12),
    "policy": ("randaugment", "randaugment"),
    "ops": ("skip_connect,avg_pool_3x3", ("skip_connect", "avg_pool_3x3")),
    "stem": ("imagenet", "imagenet"),
    "resource": ("params", "params"),
    "macs_targets": ("50%,240M", ("50%", "240M")),
    "macs_floor": ("1M", "1M"),
    "strategy": ("cpu:2", "cpu:2"),
    "precision": ("mixed_bfloat16", "mixed_bfloat16"),
    "space": ("block", "block"),
    "gate_gradient": ("enhanced", "enhanced"),
    "lambda_growth": ("1.5", 1.5),
}


def other_value(field):
    """A text and its value that differ from the default of a setting."""
    if field.name in OTHER:
        return OTHER[field.name]
    if field.type is bool:
        return str(not field.default), not field.default
    value = field.default + 1 if field.type is int else field.default * 0.5 or 0.25
    return str(value), value


@pytest.mark.parametrize(
    ("section", "field"),
    [(name, field) for name, owner in SECTIONS.items() for field in settings(owner)]
    + [(None, field) for field in settings(SearchConfig)],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_flag_reaches_its_setting_and_no_other(section, field):
    text, value = other_value(field)
    expected = SearchConfig()
    if section is None:
        expected = dataclasses.replace(expected, **{field.name: value})
    else:
        changed = dataclasses.replace(getattr(expected, section), **{field.name: value})
        expected = dataclasses.replace(expected, **{section: changed})
    assert expected != SearchConfig()
    assert config(f"--{field.name}={text}") == expected


def test_what_the_user_gave_is_told_from_defaults():
    values = parsed("--data_dir=there", "--split_seed=0", "--cells=3")
    given = command_line.given(SECTIONS["data"], values)
    assert given == {"data_dir": "there", "split_seed": 0}
    assert command_line.given(SECTIONS["points"], values) == {}


def test_a_list_may_be_empty():
    assert config("--macs_targets=").points.macs_targets == ()


def test_cutout_switches_cutout_on():
    assert config("--cutout=4").augmentation.cutout == 4


def test_values_out_of_range_are_input_errors():
    with pytest.raises(InputError, match="cells must be at least 1; received 0"):
        config("--cells=0")


def test_two_settings_of_one_name_are_noticed():
    @dataclasses.dataclass(frozen=True)
    class Section:
        seed: int = setting(1, "a seed")

    @dataclasses.dataclass(frozen=True)
    class Config:
        section: Section
        seed: int = setting(2, "another seed")

    with pytest.raises(flags.DuplicateFlagError):
        command_line.define(Config, flags.FlagValues())


def run(monkeypatch, main, *arguments):
    """The exit code of a program with such a main; 0 when it returns."""
    values = flags.FlagValues()
    command_line.define(SearchConfig, values)
    monkeypatch.setattr(sys, "argv", ["program", *arguments])
    try:
        command_line.run(lambda: main(values), DESCRIPTION, SearchConfig, values)
    except SystemExit as exited:
        return exited.code
    return 0


def raising(error):
    def main(_):
        raise error

    return main


def test_a_program_that_ends_well_exits_with_0(monkeypatch, capsys):
    seen = []
    assert run(monkeypatch, lambda values: seen.append(values.cells), "--cells=3") == 0
    assert seen == [3]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("the folder is full"), 2, "program: the folder is full\n"),
        (TrainingError("the loss is not finite"), 1, "program: the loss is not finite\n"),
    ],
)
def test_errors_are_one_line_and_an_exit_code(monkeypatch, capsys, error, code, said):
    assert run(monkeypatch, raising(error)) == code
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_program_says_how_to_go_on(monkeypatch, capsys, signum):
    assert run(monkeypatch, raising(Interrupted(signum))) == 128 + signum
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"interrupted by {signum.name}" in said
    assert "the state is saved, the same command goes on" in said


def test_an_interrupt_before_there_is_a_state_is_one_line(monkeypatch, capsys):
    assert run(monkeypatch, raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "program: interrupted before there was anything to save\n"


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_explains_every_flag_and_runs_nothing(monkeypatch, capsys, flag):
    assert run(monkeypatch, pytest.fail, "--cells=0", flag) == 0
    said = capsys.readouterr().out
    assert said.startswith("Does what a program does.")
    for owner in (SearchConfig, *SECTIONS.values()):
        for field in settings(owner):
            head = rf"^  --(\[no\])?{field.name}[= ].*\(default (?P<default>.*)\)$"
            found = re.search(head, said, re.M)
            assert found, field.name
            default = field.default
            if isinstance(default, tuple):
                default = ",".join(default)
            if field.default in (None, ()):
                default = "none"
            if isinstance(default, bool):
                default = str(default).lower()
            assert found["default"] == str(default), field.name
            # whole words of the meaning, which is folded into lines
            assert field.metadata["meaning"].split()[-1] in said
    assert max(map(len, said.splitlines())) <= 100


def test_other_errors_keep_their_traceback(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        run(monkeypatch, raising(ZeroDivisionError()))


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--cells=many", "cells"),
        ("--cells=2.5", "cells"),
        ("--momentum=large", "momentum"),
        ("--flip=perhaps", "flip"),
        ("--cels=3", "cels"),
        ("--flagfile=/no/such/file", "/no/such/file"),
        ("search", "expected flags only; received the argument 'search'"),
    ],
)
def test_bad_flags_are_one_line_and_exit_code_2(monkeypatch, capsys, argument, said):
    assert run(monkeypatch, pytest.fail, argument) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("program: ")
    assert said in error


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--cells=0", "cells must be at least 1; received 0"),
        ("--threshold_min=0.5", "threshold_min must be below threshold_max"),
        ("--validation_fraction=nan", "validation_fraction must be above 0"),
        ("--workdirs=x", "workdirs"),
    ],
)
def test_the_program_refuses_bad_values_before_tensorflow_starts(tmp_path, argument, said):
    program = (
        "import runpy, sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name in ('tensorflow', 'keras'): raise AssertionError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, str(ROOT / "bin" / "search"), argument],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert said in found.stderr
    assert not list(tmp_path.iterdir())
