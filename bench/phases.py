"""A whole search of the digits, by phase: by the paper's rule, whose time nobody sets."""

import collections
import json
import pathlib
import subprocess
import tempfile
import time

from bench import search


def measure(preset: str = "digits_paper", flags: tuple[str, ...] = ()) -> list[dict]:
    """Runs `bin/search` and adds up where its time went.

    Args:
        preset: name of the file of flags.
        flags: more flags.

    Returns:
        A row for each phase, the longest first; what the epochs' lines do not tell (start-up, and
        what comes after the last epoch) is one of them.
    """
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        search.run(preset, pathlib.Path(folder), flags, subprocess.DEVNULL)
        whole = time.perf_counter() - started
        lines = (pathlib.Path(folder) / "metrics.jsonl").read_text().splitlines()
    seconds: dict[str, float] = collections.defaultdict(float)
    for line in lines:
        for phase, taken in json.loads(line)["seconds"].items():
            seconds[phase] += taken
    seconds["start-up, end"] = whole - sum(seconds.values())
    return [
        {"phase": phase, "seconds": part, "share": part / whole}
        for phase, part in sorted(seconds.items(), key=lambda item: -item[1])
    ]
