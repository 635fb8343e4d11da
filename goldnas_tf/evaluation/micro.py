"""How much RAM a LiteRT file takes of a microcontroller: TensorFlow Lite Micro is asked."""

import importlib.util
import pathlib
import re
import subprocess
import sys

_LARGEST = 64 * 2**20
"""Bytes of the arena that it may take from: more than any microcontroller has."""

_PATIENCE = 120
"""Seconds after which a process that does not end counts as failed."""

_PROGRAM = """
import sys
from tflite_micro.python.tflite_micro import runtime
runtime.Interpreter.from_file(sys.argv[1], arena_size=int(sys.argv[2])).print_allocations()
"""


def arena_bytes(path: pathlib.Path) -> int | None:
    """The arena that a network runs in.

    Args:
        path: a LiteRT file.

    Returns:
        Bytes, those of the maps and those of the interpreter's books; None where the package
        tflite-micro is not installed, or an operator of the network is none of its own.
    """
    if importlib.util.find_spec("tflite_micro") is None:
        return None
    try:
        # what it finds wrong ends its process, and what it tells goes past Python
        ran = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(path), str(_LARGEST)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    found = re.search(r"Arena allocation total (\d+) bytes", ran.stderr + ran.stdout)
    return int(found[1]) if found and not ran.returncode else None
