"""Flags from settings, and errors as one line with the right exit code.

Programs in `bin/` define their flags from the configuration's dataclasses, so that each setting is
described once; the library never reads a flag.
"""

import dataclasses
import sys
from collections.abc import Callable

from absl import flags

from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.setting import describe_range, kinds, settings


def define(config_class: type, flag_values: flags.FlagValues) -> None:
    """Defines a flag for every setting of a configuration and of its sections.

    Args:
        config_class: a dataclass whose fields are settings, or dataclasses of settings.
        flag_values: where the flags are defined.
    """
    for owner in (config_class, *_sections(config_class).values()):
        for field in settings(owner):
            _define_one(field, flag_values)


def read(config_class: type, flag_values: flags.FlagValues):
    """The configuration that the flags describe.

    Raises:
        InputError: a value out of its range.
    """
    sections = {
        name: section(**_values(section, flag_values))
        for name, section in _sections(config_class).items()
    }
    return config_class(**sections, **_values(config_class, flag_values))


def run(main: Callable[[list[str]], None], flag_values: flags.FlagValues = flags.FLAGS) -> None:
    """Runs a program: exit code 0, or 2 for bad input, 1 for what else goes wrong.

    An interrupted program has saved its state; it says how to go on, and exits with 130 (SIGINT) or
    143 (SIGTERM).

    Args:
        main: gets the arguments that are no flags.
        flag_values: parsed from the command line.
    """
    # here, so that a bad flag is told without waiting for TensorFlow
    try:
        rest = flag_values(sys.argv)
    except (flags.Error, OSError) as error:
        sys.exit(_complain(str(error).splitlines()[0], 2))
    from goldnas_tf.interrupt import Interrupted

    try:
        if len(rest) > 1:
            raise InputError(f"expected flags only; received the argument {rest[1]!r}")
        main(rest)
    except InputError as error:
        sys.exit(_complain(str(error), 2))
    except TrainingError as error:
        sys.exit(_complain(str(error), 1))
    except Interrupted as interrupted:
        _complain(f"{interrupted}; the state is saved, the same command goes on from here", 0)
        sys.exit(128 + interrupted.signum)


def _complain(message: str, code: int) -> int:
    print(f"{sys.argv[0]}: {message}", file=sys.stderr)
    return code


def _sections(config_class: type) -> dict[str, type]:
    return {
        field.name: field.type
        for field in dataclasses.fields(config_class)
        if dataclasses.is_dataclass(field.type)
    }


def _values(owner: type, flag_values: flags.FlagValues) -> dict:
    values = {}
    for field in settings(owner):
        value = flag_values[field.name].value
        values[field.name] = tuple(value) if tuple in kinds(field) else value
    return values


def _define_one(field: dataclasses.Field, flag_values: flags.FlagValues) -> None:
    allowed = describe_range(field)
    text = field.metadata["meaning"] + (f" [{allowed}]" if allowed else "")
    kind = next(kind for kind in kinds(field) if kind is not type(None))
    if kind is bool:
        define_flag = flags.DEFINE_bool
    elif kind is int:
        define_flag = flags.DEFINE_integer
    elif kind is float:
        define_flag = flags.DEFINE_float
    elif kind is tuple:
        define_flag = flags.DEFINE_list
    else:
        define_flag = flags.DEFINE_string
    default = list(field.default) if kind is tuple else field.default
    define_flag(field.name, default, text, flag_values=flag_values)
