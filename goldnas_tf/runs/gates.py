"""The gates of a network as a search left them, beside the network: what its drawings show."""

import pathlib
from collections.abc import Mapping
from typing import Any

from goldnas_tf.architecture.places import Gate, Group, Place
from goldnas_tf.files.kinds import Kind

FILE = "gates.json"
KIND = Kind("the gates of a network", schema=1)


def write(folder: pathlib.Path, strengths: Mapping[Gate, float]) -> None:
    """Writes strengths in [0, 1]: operators by their places, channels by their groups."""
    lines: dict[str, list[list[Any]]] = {"operators": [], "groups": []}
    for gate, strength in strengths.items():
        kind = "groups" if isinstance(gate, Group) else "operators"
        lines[kind].append([*gate, round(float(strength), 4)])
    KIND.write(folder / FILE, lines)


def read(folder: pathlib.Path) -> dict[Gate, float] | None:
    """The strengths of the gates of a network; None where no search wrote them.

    Raises:
        InputError: the file is damaged.
    """
    file = folder / FILE
    return KIND.read(file, _parse) if file.is_file() else None


def _parse(values: Mapping[str, Any]) -> dict[Gate, float]:
    operators: dict[Gate, float] = {
        Place(int(cell), int(node), int(source), str(op)): float(strength)
        for cell, node, source, op, strength in values["operators"]
    }
    groups: dict[Gate, float] = {
        Group(int(cell), int(number)): float(strength)
        for cell, number, strength in values["groups"]
    }
    return operators | groups
