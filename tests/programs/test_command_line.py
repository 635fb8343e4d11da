import dataclasses
import errno
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
import tensorflow as tf
from absl import flags, logging
from processes import run_python

import goldnas_tf
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.files import atomic
from goldnas_tf.programs import command_line
from goldnas_tf.runs.interrupt import Interrupted
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.settings.setting import defaults, setting, settings

ROOT = pathlib.Path(goldnas_tf.__file__).parents[1]
SECTIONS = {
    field.name: field.type
    for field in dataclasses.fields(SearchConfig)
    if dataclasses.is_dataclass(field.type)
}


# after the beginning of what is said
KEPT = " ... ; what was finished is kept, the same command goes on\n"
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


DEFAULTS = defaults(SearchConfig)
# flags without which a setting is refused
NEEDED = {"keep_operators": ("--search_widths",), "image_sizes": ("--size_minutes=1",)}
# a value of every setting that is not its default
OTHER = {
    "dataset": ("cifar10", "cifar10"),
    "data_dir": ("some/where", "some/where"),
    "image_size": ("12", 12),
    "image_sizes": ("6,8", ("6", "8")),
    "white_level": ("4095", 4095),
    "policy": ("randaugment", "randaugment"),
    "ops": ("skip_connect,avg_pool_3x3", ("skip_connect", "avg_pool_3x3")),
    "stem": ("imagenet", "imagenet"),
    "resource": ("params", "params"),
    "macs_targets": ("50%,240M", ("50%", "240M")),
    "macs_floor": ("1M", "1M"),
    "targets": ("50%,0.4ms", ("50%", "0.4ms")),
    "floor": ("96KB flash", "96KB flash"),
    "latency_table": ("some/where", "some/where"),
    "max_params": ("500K", "500K"),
    "max_macs": ("40M", "40M"),
    "max_flash": ("96K", "96K"),
    "max_ram": ("128K", "128K"),
    "board": ("pico", "pico"),
    "strategy": ("cpu:2", "cpu:2"),
    "cluster": ("tcp://host:8786", "tcp://host:8786"),
    "precision": ("mixed_bfloat16", "mixed_bfloat16"),
    "space": ("block", "block"),
    "gate_gradient": ("enhanced", "enhanced"),
    "lambda_growth": ("1.5", 1.5),
    "schedule": ("paper", "paper"),
    "importance": ("share", "share"),
    "init": ("scratch", "scratch"),
}


def other_value(field):
    """A text and its value that differ from the default of a setting."""
    if field.name in OTHER:
        return OTHER[field.name]
    if field.type is bool:
        return str(not field.default), not field.default
    default = DEFAULTS[field.name]
    value = default + 1 if field.type is int else default * 0.5 or 0.25
    return str(value), value


@pytest.mark.parametrize(
    ("section", "field"),
    [(name, field) for name, owner in SECTIONS.items() for field in settings(owner)]
    + [(None, field) for field in settings(SearchConfig)],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_flag_reaches_its_setting_and_no_other(section, field):
    text, value = other_value(field)
    needed = NEEDED.get(field.name, ())
    expected = config(*needed)
    if section is None:
        expected = dataclasses.replace(expected, **{field.name: value})
    else:
        changed = dataclasses.replace(getattr(expected, section), **{field.name: value})
        expected = dataclasses.replace(expected, **{section: changed})
    assert expected != config(*needed)
    assert config(*needed, f"--{field.name}={text}") == expected


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
    with pytest.raises(InputError, match="cells: expected at least 1; received 0"):
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


def test_a_reader_that_has_seen_enough_is_no_error():
    program = subprocess.Popen(
        [sys.executable, str(ROOT / "bin" / "search"), "--help"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    program.stdout.close()
    assert program.stderr.read() == b""
    assert program.wait() == 128 + signal.SIGPIPE


def test_warnings_are_lines_for_a_user(monkeypatch, capsys):
    assert run(monkeypatch, lambda _: logging.warning("%s: not used", "a/b")) == 0
    assert capsys.readouterr().err == "warning: a/b: not used\n"


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
        (
            OSError(errno.ENOSPC, "No space left on device", "a/b"),
            1,
            f"program: a/b: No space{KEPT}",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "a/b"), 1, f"program: a/b: Perm{KEPT}"),
        (
            tf.errors.ResourceExhaustedError(None, None, "a/b; No space\nmore"),
            1,
            f"program: a/b;{KEPT}",
        ),
    ],
)
def test_errors_are_one_line_and_an_exit_code(monkeypatch, capsys, error, code, said):
    assert run(monkeypatch, raising(error)) == code
    beginning, _, end = said.partition(" ... ")
    shown = capsys.readouterr().err
    assert shown.startswith(beginning)
    assert shown.endswith(end)
    assert shown.count("\n") == 1


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_program_says_how_to_go_on(monkeypatch, capsys, signum):
    assert run(monkeypatch, raising(Interrupted(signum))) == 128 + signum
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"interrupted by {signum.name}" in said
    assert "the state is saved, the same command goes on" in said


def test_an_interrupt_where_nothing_is_saved_is_one_line(monkeypatch, capsys):
    assert run(monkeypatch, raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "program: interrupted; nothing is left half written\n"


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
            default = DEFAULTS[field.name]
            if isinstance(default, tuple):
                default = ",".join(default)
            if DEFAULTS[field.name] in (None, (), ""):
                default = "none"
            if isinstance(default, bool):
                default = str(default).lower()
            assert found["default"] == str(default), field.name
            # whole words of the meaning, which is folded into lines
            assert field.metadata["meaning"].split()[-1] in said
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), tf.errors.InvalidArgumentError(None, None, "shapes")]
)
def test_other_errors_keep_their_traceback(monkeypatch, error):
    with pytest.raises(type(error)):
        run(monkeypatch, raising(error))


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_what_is_open_tidy_up(monkeypatch, capsys, tmp_path, signum):
    def main(_):
        with atomic.folder(tmp_path / "1") as folder:
            (folder / "half").touch()
            os.kill(os.getpid(), signum)

    before = signal.getsignal(signum)
    assert run(monkeypatch, main) == 128 + signum
    assert capsys.readouterr().err == "program: interrupted; nothing is left half written\n"
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signum) == before


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_import_whatever_the_library_catches(tmp_path, signum):
    (tmp_path / "stubborn.py").write_text(
        "import os, time\n"
        "try:\n"
        f"    os.kill(os.getpid(), {int(signum)})\n"
        "    time.sleep(10)\n"
        "except BaseException:\n"
        "    pass\n"
    )
    program = (
        "import sys; sys.argv = ['program']\n"
        "from goldnas_tf.programs import command_line\n"
        "from goldnas_tf.deployment.settings import ExportConfig\n"
        "def main():\n"
        "    with command_line.starting():\n"
        "        import stubborn\n"
        "command_line.run(main, '', ExportConfig)\n"
    )
    found = run_python(program, tmp_path)
    assert found.returncode == 128 + signum
    assert found.stderr == "program: interrupted; nothing is left half written\n"


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--cells=many", "cells"),
        ("--cells=2.5", "cells"),
        ("--momentum=large", "momentum"),
        ("--flip=perhaps", "flip"),
        ("--cels=3", "cels"),
        ("--flagfile=/no/such/file", "/no/such/file"),
        ("search", "arguments: expected flags only; received 'search'"),
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
        ("--cells=0", "cells: expected at least 1; received 0"),
        ("--threshold_min=0.5", "threshold_min: expected less than threshold_max"),
        ("--validation_fraction=nan", "validation_fraction: expected above 0"),
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
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert said in found.stderr
    assert not list(tmp_path.iterdir())
