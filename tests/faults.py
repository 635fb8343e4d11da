"""Faults on purpose, each with what is promised: `soak.py` tries them often, tests a few times.

A fault that breaks its promise is an `AssertionError` that says how.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
from processes import ROOT, TINY_SEARCH, Program, metrics

from goldnas_tf import pareto
from goldnas_tf.architecture import blocks
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.errors import InputError
from goldnas_tf.files import json_lines
from goldnas_tf.resources.latency import LatencyTable
from goldnas_tf.runs import run_folder

SEARCH = ("--max_epochs=6",)
TRAIN_FLAGS = (
    "--dataset=digits",
    "--train_images=120",
    "--batch_size=24",
    "--epochs=6",
    "--ema_decay=0.9",
)
# what says when it was made, or what others do
_NOT_COMPARED = ("tensorboard", ".lock", "workers", "report.html")
_FLAKY = ("images_per_second", "seconds", "used")


class Run:
    """A run that faults happen to, and what comes of it without them.

    Args:
        program: that is run.
        flags: of it.
        folder: for its work folders.
    """

    def __init__(self, program, flags, folder):
        self.program, self.flags, self._folder = program, flags, folder
        self.whole = folder / "whole"
        began = time.monotonic()
        self._check(program.run(self.whole, *flags))
        self.seconds = time.monotonic() - began

    def anew(self):
        """A work folder that is not there yet."""
        workdir = self._folder / "hit"
        shutil.rmtree(workdir, ignore_errors=True)
        return workdir

    def start(self, workdir):
        return self.program.start(f"--workdir={workdir}", *self.flags)

    def finish(self, workdir):
        """The same command goes on, to the result of a run that nothing happened to."""
        ended = self.program.run(workdir, *self.flags)
        self._check(ended)
        self.assert_same(workdir)
        return ended

    def _check(self, ended):
        assert ended.returncode == 0, ended.stderr

    def assert_same(self, workdir):
        """To the last bit, and no file more or less."""
        there, wanted = _files(workdir), _files(self.whole)
        differing = sorted({*there} ^ {*wanted})
        assert there == wanted, differing
        for file in _files(self.whole):
            one, other = (_content(folder / file) for folder in (workdir, self.whole))
            assert one == other, f"{file} is another one"


def _files(workdir):
    # a run that was stopped within an epoch has one of there before the last
    folders = [sorted(folder.iterdir()) for folder in workdir.rglob("checkpoints")]
    older = {checkpoint for folder in folders for checkpoint in folder[:-1]}
    return sorted(
        str(path.relative_to(workdir))
        for path in workdir.rglob("*")
        if path.is_file()
        and not set(path.relative_to(workdir).parts) & set(_NOT_COMPARED)
        and path.parent not in older
    )


def _content(file):
    """What a file says, without what says when it was made."""
    if file.suffix == ".json":
        return _timeless(json.loads(file.read_text()))
    if file.name == "metrics.jsonl":
        return metrics(file.parent)
    if file.suffix == ".jsonl":
        return [_timeless(json.loads(line)) for line in file.read_text().splitlines()]
    if file.suffix == ".npz":
        with np.load(file) as stored:
            return {name: stored[name].tobytes() for name in stored.files}
    # of the others the names are compared: TensorFlow and Keras write times and numbers into them
    return None


def _timeless(values):
    if not isinstance(values, dict):
        return values
    return {k: v for k, v in values.items() if k not in (*_FLAKY, "digest")}


def kill(run, rng, times):
    """SIGKILL at random moments, also while it writes or resumes."""
    workdir, left = run.anew(), times
    while left:
        process = run.start(workdir)
        moment = 0.9 * rng.random() * run.seconds
        until = time.monotonic() + moment
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            left -= 1
        ended = process.wait()
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        if ended.returncode == 0:
            run.assert_same(workdir)
            workdir = run.anew()
    run.finish(workdir)
    return times


def stop(run, rng, times):
    """SIGTERM or SIGINT, once, or twice in a row."""
    for _ in range(times):
        workdir = run.anew()
        signum, twice = rng.choice((signal.SIGTERM, signal.SIGINT)), rng.random() < 0.5
        process = run.start(workdir)
        time.sleep(rng.random() * run.seconds)
        process.send_signal(signum)
        if twice:
            time.sleep(rng.random() * 0.05)
            process.send_signal(signum)
        ended = process.wait()
        # it may have been over, or the second one has ended it at once
        allowed = {0, 128 + signum, -signum} if twice else {0, 128 + signum}
        assert ended.returncode in allowed, (ended.returncode, ended.stderr)
        assert "Traceback" not in ended.stderr, ended.stderr
        if ended.returncode == 128 + signum and not twice:
            last = ended.stderr.splitlines()[-1]
            assert "the same command goes on" in last or "nothing is left half written" in last
        run.finish(workdir)
    return times


@contextlib.contextmanager
def small_disk(path, size):
    """A file system of so many bytes; None where none may be mounted."""
    path.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill_disk(run, rng, times, folder):
    """A disk without room at some write; once there is some, the same command goes on."""
    needed = sum(file.stat().st_size for file in run.whole.rglob("*") if file.is_file())
    done = 0
    for _ in range(times):
        size = int(needed * rng.uniform(0.05, 1.0)) // 4096 * 4096
        with small_disk(folder / "disk", size) as disk:
            if disk is None:
                return done
            workdir = disk / "run"
            ended = run.start(workdir).wait()
            if ended.returncode:
                assert ended.returncode in (1, 2), ended.stderr
                last = ended.stderr.splitlines()[-1]
                assert "No space left" in last, ended.stderr
                assert "Traceback" not in ended.stderr, ended.stderr
            more = ["mount", "-o", f"remount,size={4 * needed}", str(disk)]
            subprocess.run(more, check=True, capture_output=True)
            run.finish(workdir)
        done += 1
    return done


def damage(content, rng):
    """A file that was hit: cut off, a bit flipped, emptied, or mixed up."""
    kind = rng.choice(("cut", "flip", "empty", "drop", "repeat", "zero"))
    if kind == "empty" or not content:
        return b""
    at = rng.randrange(len(content))
    many = rng.randint(1, max(1, len(content) // 4))
    return {
        "cut": content[:at],
        "flip": content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :],
        "drop": content[:at] + content[at + many :],
        "repeat": content[: at + many] + content[at:],
        "zero": content[:at] + b"\0" * min(many, len(content) - at) + content[at + many :],
    }[kind]


def damage_checkpoints(run, rng, times, stopped):
    """The newest checkpoint damaged: the one before it; all of them: a line, nothing overwritten.

    Args:
        run: the run.
        rng: decides what is hit.
        times: how often.
        stopped: a work folder of it with two checkpoints, that was stopped on its way.
    """
    for number in range(times):
        workdir = run.anew()
        shutil.copytree(stopped, workdir)
        checkpoints = sorted((workdir / "checkpoints").iterdir())
        assert len(checkpoints) == 2, checkpoints
        hit = checkpoints if number % 2 else checkpoints[-1:]
        for checkpoint in hit:
            file = checkpoint / rng.choice(("state.json", "arrays.npz"))
            before, changed = file.read_bytes(), None
            while changed in (None, before):
                changed = damage(before, rng)
            file.write_bytes(changed)
        before = {file: file.read_bytes() for file in workdir.rglob("*") if file.is_file()}
        ended = run.program.run(workdir, *run.flags)
        if len(hit) == 1:
            assert ended.returncode == 0, ended.stderr
            assert "the one before it is taken" in ended.stderr
            run.assert_same(workdir)
        else:
            assert ended.returncode == 2, ended.stderr
            assert len(ended.stderr.splitlines()) == 1, ended.stderr
            kept = {f: f.read_bytes() for f in before if f.is_file() and f.name != ".lock"}
            assert kept == {f: content for f, content in before.items() if f.name != ".lock"}
    return times


def together(run, rng, times):
    """A second process in the folder of a run that goes on."""
    for _ in range(times):
        workdir = run.anew()
        first = run.start(workdir)
        while first.poll() is None and not (workdir / "config.json").exists():
            time.sleep(0.005)
        time.sleep(rng.random() * 0.3 * run.seconds)
        second = run.start(workdir).wait()
        if first.poll() is None:
            assert second.returncode == 2, second.stderr
            (line,) = second.stderr.splitlines()
            assert "another process is at work in" in line
        ended = first.wait()
        assert ended.returncode == 0, ended.stderr
        run.assert_same(workdir)
    return times


def move(run, rng, times):
    """A stopped run that is moved, in a folder whose files are a year older."""
    for number in range(times):
        workdir = run.anew()
        process = run.start(workdir)
        time.sleep((0.3 + 0.6 * rng.random()) * run.seconds)
        process.send_signal(signal.SIGTERM)
        process.wait()
        if not workdir.exists():
            continue
        moved = workdir.with_name(f"moved_{number}")
        workdir.rename(moved)
        then = time.time() + 365 * 86400
        for path in moved.rglob("*"):
            # as they are where the clock was set back since
            os.utime(path, (then, then))
        run.finish(moved)
        shutil.rmtree(moved)
    return times


def mutate(readers, rng, times):
    """Files of JSON damaged: a line for the user, or what stands there is what was written.

    Args:
        readers: of each file the function that reads it.
        rng: decides what is hit.
        times: how often, over all of them.
    """
    contents = {file: file.read_bytes() for file in readers}
    right = {file: repr(read(file)) for file, read in readers.items()}
    files = list(readers)
    for number in range(times):
        file = files[number % len(files)]
        file.write_bytes(damage(contents[file], rng))
        try:
            found = repr(readers[file](file))
        except InputError as error:
            assert len(str(error).splitlines()) == 1, error
            assert str(file.name) in str(error), error
        else:
            # lines that grow have no digest: those that are whole are what they are
            assert file.suffix == ".jsonl" or found == right[file], (file, file.read_bytes())
        finally:
            file.write_bytes(contents[file])
    return times


def search_run(folder):
    """A search of the smallest kind, with points and finished ones."""
    flags = (*SEARCH, "--finish_points=1", "--epochs=1", "--teacher_weight=0")
    return Run(TINY_SEARCH, flags, folder)


def train_run(folder, genotype):
    """A training of a network."""
    return Run(Program("train", *TRAIN_FLAGS, f"--network={genotype}"), (), folder)


def readers(run, folder):
    """Copies of the files that runs leave, and what reads each."""
    golden = ROOT / "tests" / "golden" / "0.1"
    (point, *_) = sorted((run.whole / "pareto").iterdir())
    of = {
        run.whole / "config.json": run_folder.KIND.read,
        run.whole / "metrics.jsonl": json_lines.finished,
        run.whole / "pareto.json": pareto.KIND.read,
        point / "genotype.json": Genotype.load,
    }
    found = {}
    for file, read in of.items():
        found[folder / file.name] = read
        shutil.copy(file, folder)
    # as this revision writes them
    blocks.save(blocks.load(golden / "blocks"), folder)
    LatencyTable.load(golden / "latency" / "latency.json").save(folder / "latency.json")
    return found | {
        folder / "blocks.json": blocks.load,
        folder / "latency.json": lambda file: LatencyTable.load(file).to_json(),
    }
