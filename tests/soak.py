"""Faults on purpose, many of each, for about half an hour: `make soak`.

    make soak                                # all, and the table of docs/reliability.md
    make soak ARGS="--only kill --seed 3"    # one kind, other moments

A fault that breaks its promise is told at once, with what it left, and the rest goes on; the exit
code says whether there was one.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback
import typing

import fault_runs
import faults
import golden_runs
import memory
from processes import ROOT, Program

from goldnas_tf.display import columns


def _evolution(folder):
    blocks = ROOT / "tests" / "golden" / "0.1" / "blocks"
    flags = [flag for flag in golden_runs.EVOLVE.flags if not flag.startswith("--blocks")]
    program = Program("evolve", *flags, f"--blocks={blocks}", "--generations=2")
    return fault_runs.Run(program, (), folder)


RUNS = {
    "search": fault_runs.search_run,
    "replicas": fault_runs.replicas_run,
    "train": fault_runs.train_run,
    "files": fault_runs.file_run,
    "evolve": _evolution,
}
"""What makes each of the runs that faults happen to, in a folder."""


class Kind(typing.NamedTuple):
    """A kind of fault: what happens, what is promised, how often, and what does it."""

    name: str
    fault: str
    promise: str
    times: int
    do: typing.Callable[["Soak", random.Random, int], int]


class Soak:
    """The runs that a kind of fault happens to, each made when it is first asked for.

    Args:
        folder: for all that is written.
    """

    def __init__(self, folder):
        self.folder, self._runs = folder, {}

    def run(self, name):
        """One of `RUNS`."""
        if name not in self._runs:
            folder = self.folder / name
            folder.mkdir()
            self._runs[name] = RUNS[name](folder)
        return self._runs[name]

    def stopped(self):
        """A search that was killed on its way, with two checkpoints."""
        workdir = self.folder / "stopped"
        if not workdir.exists():
            run = self.run("search")
            run.program.stop_when(workdir, 9, 3, *run.flags)
        return workdir


KINDS = (
    Kind(
        "kill",
        "SIGKILL of a search at a random moment, also while it writes or resumes",
        "the same result to the last bit, no file left over",
        60,
        lambda soak, rng, times: faults.kill(soak.run("search"), rng, times),
    ),
    Kind(
        "kill-train",
        "the same of a training",
        "the same",
        20,
        lambda soak, rng, times: faults.kill(soak.run("train"), rng, times),
    ),
    Kind(
        "kill-evolve",
        "the same of an evolution, whose processes go with it",
        "the same",
        20,
        lambda soak, rng, times: faults.kill(soak.run("evolve"), rng, times),
    ),
    Kind(
        "kill-export",
        "the same of an export",
        "what stands there is whole; the next one clears the rest away",
        10,
        lambda soak, rng, times: faults.kill_exports(
            Program("export", f"--network={fault_runs.GENOTYPE}", "--name=digits"),
            rng,
            times,
            soak.folder,
        ),
    ),
    Kind(
        "stop",
        "SIGTERM or SIGINT of a search, half of them twice in a row",
        "a line that says how to go on; the second ends it at once; the same result",
        20,
        lambda soak, rng, times: faults.stop(soak.run("search"), rng, times),
    ),
    Kind(
        "disk",
        "a disk that is full at some write of a search (tmpfs)",
        "a line with the file, exit code 1; once there is room the same result",
        15,
        lambda soak, rng, times: faults.fill_disk(
            soak.run("search"), rng, times, soak.folder / "disks"
        ),
    ),
    Kind(
        "read-only",
        "the folders of a training are read-only from some moment on",
        "a line with the file, exit code 1; once they are not the same result",
        10,
        lambda soak, rng, times: faults.write_protect(soak.run("train"), rng, times),
    ),
    Kind(
        "loss",
        "a weight of a search is no number any more from some step on",
        "a line, exit code 1; the last good checkpoint is kept: without it the same result",
        15,
        lambda soak, rng, times: faults.break_steps(
            soak.run("search"), rng, times, "weights", "the loss is not finite at step"
        ),
    ),
    Kind(
        "replica",
        "one of the two replicas of a training fails at some step",
        "a line with what failed, exit code 1; without it the same result",
        10,
        lambda soak, rng, times: faults.break_steps(
            soak.run("replicas"), rng, times, "replica", "the device is gone"
        ),
    ),
    Kind(
        "images",
        "an image is gone, cut off, none, or not to be read, between two passes over files",
        "a line that names it, exit code 2; once it is back the same result",
        12,
        lambda soak, rng, times: faults.lose_images(*soak.run("files"), rng, times),
    ),
    Kind(
        "checkpoint",
        "newest checkpoint cut off, flipped, empty, mixed up; every other time both",
        "said, and the one before it is taken; of none left a line, nothing overwritten",
        30,
        lambda soak, rng, times: faults.damage_checkpoints(
            soak.run("search"), rng, times, soak.stopped()
        ),
    ),
    Kind(
        "files",
        "config.json, metrics.jsonl, pareto.json, genotype, blocks, table of latencies damaged",
        "a line; never another value",
        10_000,
        lambda soak, rng, times: faults.mutate(
            fault_runs.readers(soak.run("search"), soak.folder), rng, times
        ),
    ),
    Kind(
        "together",
        "a second process in the folder of a run that goes on",
        "a line and exit code 2; the first one comes to the same result",
        3,
        lambda soak, rng, times: faults.together(soak.run("search"), rng, times),
    ),
    Kind(
        "moved",
        "the folder of a stopped run is moved, its files a year ahead of the clock",
        "the same result",
        3,
        lambda soak, rng, times: faults.move(soak.run("search"), rng, times),
    ),
    Kind(
        "memory-rebuilds",
        "50 rebuilds",
        "resident memory flat within 5% after the first ten",
        1,
        lambda soak, rng, times: memory.grow("rebuilds", 50),
    ),
    Kind(
        "memory-points",
        "50 points exported",
        "the same",
        1,
        lambda soak, rng, times: memory.grow("points", 50),
    ),
    Kind(
        "memory-trials",
        "200 trials of an evolution, in one process",
        "the same",
        1,
        lambda soak, rng, times: memory.grow("trials", 200),
    ),
)


def attempt(kind, folder, options):
    """Tries a kind of fault, and gives what there is to tell of it."""
    times, began, broken = max(1, round(kind.times * options.share)), time.monotonic(), ""
    print(f"{kind.name}: {times} times ...", file=sys.stderr, flush=True)
    folder = folder / kind.name
    folder.mkdir()
    try:
        done = kind.do(Soak(folder), random.Random(f"{kind.name} {options.seed}"), times)
    except Exception as error:
        traceback.print_exc()
        done, broken = times, str(error).strip().splitlines()[0][:200]
        kept = ROOT / "runs" / "soak" / kind.name
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder, kept)
        print(f"what it left is in {kept}", file=sys.stderr)
    seconds = round(time.monotonic() - began)
    print(f"{kind.name}: {seconds} seconds", file=sys.stderr, flush=True)
    return {
        "name": kind.name,
        "fault": kind.fault,
        "promise": kind.promise,
        "tried": done,
        "broken": broken,
        "seconds": seconds,
    }


def main():
    """Tries all, side by side where there are cores, prints a table and writes runs/soak.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=[kind.name for kind in KINDS])
    parser.add_argument("--seed", type=int, default=0, help="of moments and of what is hit")
    parser.add_argument("--share", type=float, default=1.0, help="of how often each is tried")
    options = parser.parse_args()
    kinds = [kind for kind in KINDS if not options.only or kind.name in options.only]
    cores = len(os.sched_getaffinity(0))
    with (
        tempfile.TemporaryDirectory() as folder,
        concurrent.futures.ThreadPoolExecutor(cores) as threads,
    ):
        tries = [threads.submit(attempt, kind, pathlib.Path(folder), options) for kind in kinds]
        rows = [one.result() for one in tries]
    file = ROOT / "runs" / "soak.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(rows, indent=1) + "\n")
    shown = [[row["fault"], str(row["tried"]), row["broken"] or "nothing"] for row in rows]
    print(*columns.lines([["fault", "tried", "lost"], *shown], left=("fault", "lost")), sep="\n")
    sys.exit(any(row["broken"] for row in rows))


if __name__ == "__main__":
    main()
