"""Flags from settings, help that explains them, and errors as one line with the right exit code.

Programs define their flags from the configuration's dataclasses, so that each setting is
described once; the library never reads a flag.
"""

import contextlib
import dataclasses
import itertools
import logging
import os
import pathlib
import signal
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from absl import flags

from goldnas_tf.errors import ExportError, InputError, TrainingError, in_a_line
from goldnas_tf.files.paths import local_path
from goldnas_tf.programs import presets
from goldnas_tf.resources import boards
from goldnas_tf.runs.interrupt import NOTHING_SAVED, Interrupted, Terminated, leaving, raising
from goldnas_tf.runtime import tf_config
from goldnas_tf.runtime.quiet import quiet
from goldnas_tf.settings.sections import DeviceSettings
from goldnas_tf.settings.setting import defaults, describe_range, kinds, sections, settings

_Config = TypeVar("_Config")


def define(config_class: type, flag_values: flags.FlagValues) -> None:
    """Defines a flag for every setting of a configuration and of its sections.

    Args:
        config_class: a dataclass whose fields are settings, or dataclasses of settings.
        flag_values: where the flags are defined.
    """
    default = defaults(config_class)
    for owner in (config_class, *sections(config_class).values()):
        for field in settings(owner):
            _define_one(field, default[field.name], flag_values)


def read(config_class: type[_Config], flag_values: flags.FlagValues) -> _Config:
    """The configuration that the flags describe.

    Raises:
        InputError: a value out of its range.
    """
    read = {
        name: section(**_values(section, flag_values))
        for name, section in sections(config_class).items()
    }
    return config_class(**read, **_values(config_class, flag_values))


def given(config_class: type, flag_values: flags.FlagValues) -> dict:
    """The settings of a section that the user gave a flag for, by name."""
    values = _values(config_class, flag_values)
    return {name: value for name, value in values.items() if flag_values[name].present}


def run(
    main: Callable[[], None],
    description: str,
    config_class: type,
    flag_values: flags.FlagValues = flags.FLAGS,
    argument: str | None = None,
) -> None:
    """Runs a program: exit code 0, or 2 for bad input, 1 for what else goes wrong.

    An interrupted program has saved its state; it says how to go on, and exits with 130 (SIGINT) or
    143 (SIGTERM).

    Args:
        main: the program, run when the flags are parsed.
        description: what it does, for `--help`.
        config_class: what its flags were defined from.
        flag_values: where they were defined.
        argument: name of the flag, of `define_paths`, that arguments without a flag are for; None:
            there are none.
    """
    try:
        if {"--help", "-h", "-help"} & set(sys.argv[1:]):
            print(help_text(description, config_class, flag_values), flush=True)
            return
        with raising(), _plain_warnings():
            arguments = presets.resolve(sys.argv[1:])
            if arguments is None:
                print(presets.table(), flush=True)
                return
            if "--board=list" in arguments and "board" in flag_values:
                print(boards.table(), flush=True)
                return
            _parse(flag_values, arguments, argument)
            main()
    except InputError as error:
        sys.exit(_complain(str(error), 2))
    except (TrainingError, ExportError) as error:
        sys.exit(_complain(str(error), 1))
    except KeyboardInterrupt as error:
        signum = signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT
        sys.exit(_complain(NOTHING_SAVED, 128 + signum))
    except Interrupted as error:
        code = 128 + error.signum
        sys.exit(_complain(f"{error}; the state is saved, the same command goes on", code))
    except BrokenPipeError:
        # whoever reads has seen enough; what is left to write goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except Exception as error:
        said = in_a_line(error)
        if said is None:
            raise
        sys.exit(_complain(f"{said}; what was finished is kept, the same command goes on", 1))


def tell_workers(devices: DeviceSettings) -> None:
    """Says which of several workers this is, where it is one.

    Raises:
        InputError: it should be one, but is not told which.
    """
    if devices.is_multi_worker:
        print(tf_config.read(), file=sys.stderr)


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """For the block in which a program imports what takes seconds, and sets it up.

    It shows nothing of what TensorFlow says there, and a signal ends it at once. Where the user has
    no home folder, TensorFlow is given another one: it would make one called `~`.
    """
    if os.path.expanduser("~") == "~":  # noqa: PTH111 - pathlib raises an error
        os.environ["HOME"] = tempfile.gettempdir()
    with leaving(sys.argv[0]), quiet():
        yield


@contextlib.contextmanager
def _plain_warnings() -> Iterator[None]:
    """Inside, a warning of the library is a line for a user."""
    # the stream of now: tests replace it
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("warning: %(message)s"))
    logger = logging.getLogger("absl")
    before, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


def define_path(name: str, meaning: str, flag_values: flags.FlagValues = flags.FLAGS) -> None:
    """Defines a flag of a program's own that is a path; its default is None."""
    # as one of the program, which help lists
    flags.DEFINE(_Path(name), name, None, meaning, flag_values, module_name=sys.argv[0])


def define_paths(name: str, meaning: str, flag_values: flags.FlagValues = flags.FLAGS) -> None:
    """Defines a flag of a program's own that is some paths; its default is none."""
    flags.DEFINE_multi(
        _Paths(name),
        flags.ArgumentSerializer(),
        name,
        None,
        meaning,
        flag_values,
        module_name=sys.argv[0],
    )


def paths(name: str, flag_values: flags.FlagValues = flags.FLAGS) -> list[pathlib.Path]:
    """The paths of such a flag, in the order in which they were given."""
    return [pathlib.Path(path) for some in flag_values[name].value or () for path in some]


def define_switch(name: str, meaning: str, flag_values: flags.FlagValues = flags.FLAGS) -> None:
    """Defines a flag of a program's own that is off by default."""
    flags.DEFINE_bool(name, False, meaning, flag_values, module_name=sys.argv[0])


def help_text(description: str, config_class: type, flag_values: flags.FlagValues) -> str:
    """What a program does, and every flag with its default, meaning, unit and range."""
    parts = {"General": [field.name for field in settings(config_class)]}
    for owner in sections(config_class).values():
        title = (owner.__doc__ or "").partition("\n")[0].rstrip(".")
        parts[title] = [field.name for field in settings(owner)]
    known = {name for names in parts.values() for name in names}
    own = flag_values.flags_by_module_dict().get(sys.argv[0], [])
    parts["General"] += [flag.name for flag in own if flag.name not in known]
    lines = [_as_called(description.strip()), ""]
    for title, names in parts.items():
        lines += [f"{title}:", *(_explained(flag_values[name]) for name in names), ""]
    lines.append("A file of flags, one on each line: --flagfile=FILE; later flags override it.")
    lines.append("One that comes with the package: --preset=NAME; --preset=list shows them.")
    return "\n".join(lines)


def _as_called(description: str) -> str:
    """The description with programs called as this one was: installed, or in a checkout."""
    is_installed = pathlib.Path(sys.argv[0]).name.startswith("goldnas-")
    return description if is_installed else description.replace("goldnas-", "bin/")


def _explained(flag: flags.Flag) -> str:
    default = flag.default_as_str.strip("'") if flag.default is not None else "none"
    if flag.boolean:
        head = f"  --[no]{flag.name} (default {default})"
    else:
        head = f"  --{flag.name}={flag.name.upper()} (default {default or 'none'})"
    # absl says of some flags that they may be repeated, with spaces before it
    meaning = " ".join(flag.help.split())
    text = textwrap.fill(meaning, 92, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return f"{head}\n{text}"


def _parse(flag_values: flags.FlagValues, arguments: Sequence[str], argument: str | None) -> None:
    # flags may follow the argument
    flag_values.set_gnu_getopt(True)
    try:
        _, *rest = flag_values([sys.argv[0], *arguments])
        while argument and rest:
            flag_values[argument].parse(rest.pop(0))
    except (flags.Error, OSError) as error:
        # absl begins some messages with a prefix of its own
        raise InputError(str(error).splitlines()[0].removeprefix("ERROR:: ")) from error
    if rest:
        raise InputError(f"arguments: expected flags only; received {rest[0]!r}")


def _complain(message: str, code: int) -> int:
    print(f"{sys.argv[0]}: {message}", file=sys.stderr)
    return code


def _values(owner: type, flag_values: flags.FlagValues) -> dict:
    values = {}
    for field in settings(owner):
        value = flag_values[field.name].value
        if tuple in kinds(field):
            # a flag that may be repeated has what each of them names
            parts = ([part] if isinstance(part, str) else part for part in value or ())
            value = tuple(itertools.chain.from_iterable(parts))
        values[field.name] = value
    return values


class _Path(flags.ArgumentParser):
    """A path on this machine; `~` is put in its place."""

    def __init__(self, name: str):
        super().__init__()
        self._name = name

    def parse(self, argument: str) -> Any:
        return str(local_path(argument, self._name)) if argument else argument


class _Paths(_Path):
    """A path that is there, commas and all, or several with commas between them."""

    def parse(self, argument: str) -> Any:
        whole = super().parse(argument)
        if pathlib.Path(whole).exists():
            return [whole]
        return [super(_Paths, self).parse(part) for part in argument.split(",")]


def _define_one(field: dataclasses.Field, default: Any, flag_values: flags.FlagValues) -> None:
    allowed = describe_range(field)
    text = field.metadata["meaning"] + (f" [{allowed}]" if allowed else "")
    kind = next(kind for kind in kinds(field) if kind is not type(None))
    if field.metadata["is_path"]:
        # help shows a default as it was given
        serializer = flags.ArgumentSerializer()
        if kind is tuple:
            parser = _Paths(field.name)
            flags.DEFINE_multi(
                parser, serializer, field.name, default or None, text, flag_values=flag_values
            )
        else:
            parser = _Path(field.name)
            flags.DEFINE(parser, field.name, default, text, flag_values, serializer=serializer)
        return
    define_flag = {
        bool: flags.DEFINE_bool,
        int: flags.DEFINE_integer,
        float: flags.DEFINE_float,
        tuple: flags.DEFINE_list,
        str: flags.DEFINE_string,
    }[kind]
    if kind is tuple:
        default = list(default)
    define_flag(field.name, default, text, flag_values=flag_values)
