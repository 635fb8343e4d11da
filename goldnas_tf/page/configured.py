"""What the configuration of a run says: settings, images, versions, how to do it again."""

import contextlib
import dataclasses
import pathlib
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from goldnas_tf.errors import InputError
from goldnas_tf.page.content import Row
from goldnas_tf.runs import run_folder
from goldnas_tf.settings.configuration import Configuration
from goldnas_tf.settings.growth import filled
from goldnas_tf.settings.setting import sections, settings


@contextlib.contextmanager
def reading(folder: pathlib.Path) -> Iterator[None]:
    """Turns what goes wrong with the values in the files of a run into an `InputError`."""
    try:
        yield
    except InputError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"{folder}: expected a run of goldnas_tf; received damaged files or those of another "
            f"program ({type(error).__name__}: {error})"
        ) from error


def configuration(folder: pathlib.Path) -> dict[str, Any]:
    """What the config.json of a run says.

    Raises:
        InputError: there is none, or it is damaged.
    """
    return run_folder.KIND.read(folder / run_folder.CONFIG)


def rows(config_class: type[Configuration], found: Mapping[str, Any]) -> list[Row]:
    """All settings of a run, those of a section together.

    Args:
        config_class: its configuration.
        found: the settings of its config.json; those that were not there yet are what such runs
            did.
    """
    values = filled(config_class.former(), found)
    default = filled(config_class().to_json(), {})
    owners = {"general": config_class, **sections(config_class)}
    return [
        _row(name, field, values[field.name], default[field.name])
        for name, owner in owners.items()
        for field in settings(owner)
    ]


def _row(section: str, field: dataclasses.Field[Any], value: Any, default: Any) -> Row:
    name, meaning = field.name, field.metadata["meaning"]
    if value is None:
        return Row(section, name, "", meaning, "", default is None)
    if isinstance(value, bool):
        told, flag = "yes" if value else "no", f"--{'' if value else 'no'}{name}"
    else:
        told = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        flag = f"--{name}={told}"
    return Row(section, name, told, meaning, flag, value == default)


def inputs(config: Mapping[str, Any]) -> list[str]:
    """Flags for what a run has read besides images; none where it was not told by paths."""
    return [f"--{flag}={path}" for flag, path in (config.get("inputs") or {}).items()]


def command(program: str, folder: pathlib.Path, found: Iterable[Row], *more: str) -> str:
    """The command that does a run again in a folder beside its own.

    Args:
        program: as it is called.
        folder: of the run.
        found: its settings.
        *more: arguments besides.
    """
    return shlex.join([program, *more, *flags(found), f"--workdir={folder}-again"])


def flags(found: Iterable[Row], *of: str) -> list[str]:
    """The flags of settings that are not at their defaults, of some sections or of all."""
    return [row.flag for row in found if not row.is_default and (not of or row.section in of)]


def facts(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The images and the versions of a run, as its config.json has them."""
    data = config.get("data") or {}
    names = data.get("class_names") or []
    told = {
        "images": data.get("name"),
        "shape": "×".join(map(str, data.get("image_shape") or [])),
        "classes": len(names) if names else None,
        "training images": data.get("train_images"),
        "validation images": data.get("validation_images"),
    }
    known = {**told, **(config.get("versions") or {})}
    return [(what, str(value)) for what, value in known.items() if value]


def has_images(config: Mapping[str, Any]) -> bool:
    """Whether the settings of a run say which images it had: not of a data set made in Python."""
    asked, found = config["settings"]["data"]["dataset"], config["data"]["name"]
    return asked == "folder" or asked == found


def images(config: Mapping[str, Any], found: Sequence[Row]) -> list[str] | None:
    """Flags for the images of a run, which a training has to be told; None where none can."""
    return flags(found, "data", "augmentation") if has_images(config) else None
