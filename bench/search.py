"""A search as a user starts it: by a preset, in a process of its own."""

import pathlib
import subprocess
import sys
import typing
from collections.abc import Sequence

from bench.contest import ROOT


def run(
    preset: str, workdir: pathlib.Path, flags: Sequence[str], said: int | typing.IO[str]
) -> None:
    """Runs `bin/search` to its end, or goes on with it.

    Args:
        preset: name of the file of flags.
        workdir: of the run.
        flags: more flags.
        said: where what it says goes, as of `subprocess.run`.
    """
    program, file = ROOT / "bin" / "search", ROOT / "flags" / f"{preset}.flags"
    command = [sys.executable, str(program), f"--flagfile={file}", f"--workdir={workdir}", *flags]
    subprocess.run(command, check=True, cwd=ROOT, stderr=said)
