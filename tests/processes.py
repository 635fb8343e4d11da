"""Programs, run as a user runs them: in a process of their own."""

import json
import os
import pathlib
import random
import subprocess
import sys
import time

from warm import Running

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Program:
    """A program in bin/, with the flags that its tests share."""

    def __init__(self, name, *flags):
        self.name = name
        self.flags = flags

    def command(self, *flags):
        return [sys.executable, str(ROOT / "bin" / self.name), *self.flags, *map(str, flags)]

    def run(self, workdir, *flags):
        return self.start(f"--workdir={workdir}", *flags).wait()

    def run_anew(self, workdir, *flags):
        """Runs it in a process that has imported nothing before, as users do."""
        return _finished(self.command(f"--workdir={workdir}", *flags))

    def run_in(self, folder, *flags):
        """Runs it in a folder, where it leaves what no flag puts elsewhere."""
        return self.start(*flags, folder=folder).wait()

    def start(self, *flags, folder=None, **variables):
        """Starts it in a copy of a process that has imported TensorFlow.

        Args:
            *flags: more of its own.
            folder: in which it is run.
            **variables: of its environment, besides those that all have.
        """
        _, *command = self.command(*flags)
        return Running(command, folder or pathlib.Path.cwd(), environment() | variables)

    def stop_when(self, workdir, signum, lines, *flags, folder=None):
        """Starts it, and sends a signal at some time after it has written lines of metrics.

        The time is anywhere in what it took to write the last of them, or in half a second where
        it took longer. The share is drawn alike for the same call, unless STOP_SEED is set to
        another number than 0. A test that fails prints it.

        Args:
            workdir: of the run.
            signum: the signal.
            lines: how many; or a range, from which it is drawn.
            *flags: more of the program's.
            folder: in which it is run.

        Returns:
            Exit code, and what was printed as errors.
        """
        seed = os.environ.get("STOP_SEED", "0")
        rng = random.Random(f"{seed} {self.name} {signum} {lines}")
        lines = rng.choice(lines) if isinstance(lines, range) else lines
        share = rng.random()
        print(f"{signum!r} {share:.0%} of an epoch after line {lines} of metrics, STOP_SEED={seed}")
        process = self.start(f"--workdir={workdir}", *flags, folder=folder)
        file = pathlib.Path(folder or ".", workdir, "metrics.jsonl")
        seen, since = 0, time.monotonic()
        while process.poll() is None:
            written = file.read_text().count("\n") if file.exists() else 0
            if written >= lines:
                time.sleep(share * min(time.monotonic() - since, 0.5))
                process.send_signal(signum)
                break
            if written > seen:
                seen, since = written, time.monotonic()
            time.sleep(0.005)
        ended = process.wait()
        return ended.returncode, ended.stderr


class Hurt(Program):
    """A program in which something goes wrong by itself; `hurt.py` tells what there is."""

    def __init__(self, program, how, step=0):
        super().__init__(program.name, *program.flags)
        self._how = (how, str(step))

    def command(self, *flags):
        python, *command = super().command(*flags)
        return [python, str(ROOT / "tests" / "hurt.py"), *self._how, *command]


class Unprivileged(Program):
    """A program of somebody for whom the rights of files count, as they do not for root."""

    def __init__(self, program):
        super().__init__(program.name, *program.flags)
        self.command = program.command

    def start(self, *flags, folder=None):
        prefix = ["setpriv", f"--bounding-set={_NO_RIGHTS}"] if os.geteuid() == 0 else []
        return _Anew([*prefix, *self.command(*flags)], folder)


# capabilities of root that pass over the rights of files
_NO_RIGHTS = "-dac_override,-dac_read_search"


class _Anew:
    """As `warm.Running`, of a process that has imported nothing before."""

    def __init__(self, command, folder):
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.poll, self.send_signal = self._process.poll, self._process.send_signal

    def wait(self):
        """Waits for its end, and gives what it returned and said."""
        said = self._process.communicate()
        return subprocess.CompletedProcess(self._process.args, self._process.returncode, *said)


def run_python(lines, folder):
    """Runs lines of Python in a folder; they find this package."""
    return _finished([sys.executable, "-c", lines], folder)


def environment():
    # whoever sets TensorFlow's log level sees all its notes
    values = {name: v for name, v in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return {**values, "PYTHONPATH": str(ROOT)}


def metrics(workdir):
    """The lines of metrics, without times."""
    lines = (workdir / "metrics.jsonl").read_text().splitlines()
    times = ("images_per_second", "seconds")
    return [{k: v for k, v in json.loads(line).items() if k not in times} for line in lines]


def _finished(command, folder=None):
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=environment(), check=False
    )


BY_THE_PAPER = ("--schedule=paper", "--finish_points=0")
"""Flags of a search that ends with what it found."""

SMALL_SEARCH = (
    *BY_THE_PAPER,
    "--dataset=digits",
    "--train_images=240",
    "--cells=2",
    "--channels=2",
    "--nodes=2",
    "--batch_size=24",
    "--steps_per_epoch=5",
)
"""Flags of a search in which there is something to prune."""

TINY_SEARCH = Program(
    "search",
    *BY_THE_PAPER,
    "--dataset=digits",
    "--train_images=120",
    "--cells=1",
    "--channels=2",
    "--nodes=1",
    "--batch_size=24",
    "--steps_per_epoch=3",
    "--gate_learning_rate=20",
    "--macs_targets=99%",
    "--macs_floor=0%",
    "--settle_epochs=1",
    "--rebuild_steps=3",
)
"""The smallest search that takes a point; a test says how many epochs it has."""
