"""Presets: files of flags that come with the package, found by name.

In a checkout they are in flags/; an installed package has them inside.
"""

import pathlib
from collections.abc import Sequence

from goldnas_tf.errors import InputError, close_to

_PACKAGE = pathlib.Path(__file__).parents[1]
_FLAG = "--preset"


def folder() -> pathlib.Path:
    """Where the presets are."""
    inside = _PACKAGE / "presets"
    return inside if inside.is_dir() else _PACKAGE.parent / "flags"


def names() -> list[str]:
    """The names of all presets."""
    return sorted(file.stem for file in folder().glob("*.flags"))


def table() -> str:
    """Every preset with the first line of its header."""
    width = max(map(len, names()))
    return "\n".join(f"{name:{width}}  {_summary(name)}" for name in names())


def resolve(arguments: Sequence[str]) -> list[str] | None:
    """Arguments with `--flagfile` for every `--preset`; None where the presets are to be listed.

    Raises:
        InputError: there is no such preset.
    """
    waiting, resolved = list(arguments), []
    while waiting:
        argument = waiting.pop(0)
        if argument == _FLAG and waiting:
            argument = f"{_FLAG}={waiting.pop(0)}"
        flag, _, name = argument.partition("=")
        if flag not in (_FLAG, _FLAG[1:]):
            resolved.append(argument)
        elif name == "list":
            return None
        else:
            resolved.append(f"--flagfile={_file(name)}")
    return resolved


def _file(name: str) -> pathlib.Path:
    if name not in names():
        offer = close_to(name, names()) or "--preset=list shows them"
        raise InputError(f"preset: expected the name of one; received {name!r}, {offer}")
    return folder() / f"{name}.flags"


def _summary(name: str) -> str:
    return _file(name).read_text().splitlines()[0].lstrip("# ")
