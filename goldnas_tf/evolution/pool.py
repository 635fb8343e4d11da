"""A pool of processes that try networks side by side, each trial within its bounds.

A process that breaks a bound, or dies, takes its trial with it and nothing else: another one takes
its place. No TensorFlow here; the processes load it (`worker.py`).
"""

import collections
import contextlib
import dataclasses
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import time
import typing
from collections.abc import Iterable, Iterator, Sequence

import psutil

from goldnas_tf.errors import TrainingError
from goldnas_tf.evolution import worker
from goldnas_tf.evolution.setup import Seat, Setup
from goldnas_tf.runs.interrupt import Interrupts

_LOOK_SECONDS = 0.2
_START_SECONDS = 600
# TensorFlow keeps a little of every network that it has traced
_TRIALS_OF_A_PROCESS = 25


class Outcome(typing.NamedTuple):
    """What came of a trial: what was returned, or why it failed; and the seconds it took."""

    result: dict[str, typing.Any] | None
    failure: str | None
    seconds: float


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Of one trial; None is no bound.

    Attributes:
        minutes: from its start.
        gigabytes: resident memory of its process.
    """

    minutes: float | None = None
    gigabytes: float | None = None


class Pool:
    """A fixed number of processes; a context manager, at whose end they are gone.

    Args:
        setup: what every process is given at its start.
        gpus: names of the GPUs (`visible_gpus`); processes take them in turn.
        count: of processes; 0 is one for each GPU, or one for each core where there is none.
        logs: folder for what the processes print.
    """

    def __init__(self, setup: Setup, gpus: Sequence[str], count: int, logs: pathlib.Path):
        self._setup = setup
        self._gpus = gpus
        self._logs = logs
        self.count = count or len(gpus) or len(os.sched_getaffinity(0))
        self._processes: dict[int, _Process] = {}

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.stop()

    def run(
        self, tasks: Iterable[tuple[str, tuple[object, ...]]], bounds: Bounds, signals: Interrupts
    ) -> Iterator[tuple[str, Outcome]]:
        """Does tasks, as many at a time as there are processes.

        Args:
            tasks: of each its name, and the method of `trials.Trials` with its arguments.
            bounds: of each.
            signals: ends everything when one has come.

        Yields:
            The name and the outcome of each task, as they end.

        Raises:
            Interrupted: a signal came.
            TrainingError: a process did not get ready.
            OSError: a process could not read or write a file.
        """
        waiting = collections.deque(tasks)
        while waiting or self._busy():
            signals.check()
            for index in range(self.count):
                if waiting and (process := self._free(index, len(waiting))):
                    process.begin(*waiting.popleft())
            connections = [process.connection for _, process in self._busy()]
            multiprocessing.connection.wait(connections, _LOOK_SECONDS)
            for index, process in self._busy():
                outcome = process.outcome(bounds)
                if outcome:
                    # a signal to all processes looks like the end of one
                    signals.check()
                    name, process.task = process.task, ""
                    if process.is_spent:
                        self._end(index)
                    yield name, outcome

    def _busy(self) -> list[tuple[int, "_Process"]]:
        """The processes that have a task, by their numbers."""
        return [(index, p) for index, p in self._processes.items() if p.task]

    def _free(self, index: int, waiting: int) -> "_Process | None":
        """A process that is ready for a task; starts it where it is needed."""
        process = self._processes.get(index)
        if process and not process.task and not process.is_alive():
            self._end(index)
            process = None
        if process is None:
            idle = sum(not other.task for other in self._processes.values())
            if idle >= waiting:
                return None
            gpu = self._gpus[index % len(self._gpus)] if self._gpus else None
            process = _Process(self._setup, index, self.count, gpu, self._logs)
            self._processes[index] = process
        return process if not process.task and process.is_ready() else None

    def _end(self, index: int) -> None:
        self._processes.pop(index).stop()


class _Process:
    """One process, and the trial that it is at."""

    def __init__(self, setup: Setup, index: int, count: int, gpu: str | None, logs: pathlib.Path):
        logs.mkdir(parents=True, exist_ok=True)
        self._log = logs / f"worker_{index}.log"
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        seat = Seat(gpu, max(1, len(os.sched_getaffinity(0)) // count), str(self._log))
        self._process = context.Process(target=worker.serve, args=(theirs, seat), daemon=True)
        self._process.start()
        theirs.close()
        with contextlib.suppress(OSError):
            self.connection.send(setup)
        self.task = ""
        self._ready = False
        self._since = time.monotonic()
        self._trials = 0
        self._dead = False

    def is_alive(self) -> bool:
        """Whether it can be given a task, or will be; one that died at its start is an error."""
        return self._process.is_alive() or not self._ready

    def is_ready(self) -> bool:
        """Whether it has loaded all that it needs."""
        if self._ready:
            return True
        if self.connection.poll():
            try:
                self.connection.recv()
                self._ready = True
            except (EOFError, OSError) as error:
                raise TrainingError(
                    f"a process that tries networks ended before it was ready; {self._log} says why"
                ) from error
        elif time.monotonic() - self._since > _START_SECONDS:
            raise TrainingError(
                f"a process that tries networks is not ready after {_START_SECONDS} seconds; "
                f"{self._log} says how far it came"
            )
        else:
            # what waits for it looks again soon
            time.sleep(_LOOK_SECONDS / 10)
        return self._ready

    def begin(self, name: str, call: tuple[object, ...]) -> None:
        """Starts a trial."""
        self.task, self._since = name, time.monotonic()
        self._trials += 1
        # where it has just died, the outcome tells
        with contextlib.suppress(OSError):
            self.connection.send(call)

    def outcome(self, bounds: Bounds) -> Outcome | None:
        """What came of the trial, None while it goes on within its bounds."""
        seconds = time.monotonic() - self._since
        try:
            answer = self.connection.recv() if self.connection.poll() else None
        except (EOFError, OSError):
            self._dead = True
            return Outcome(None, f"its process ended; {self._log.name} says why", seconds)
        if answer:
            result, failure = answer
            if isinstance(failure, OSError):
                raise failure
            return Outcome(result, failure, seconds)
        broken = None
        if bounds.minutes and seconds > 60 * bounds.minutes:
            broken = f"it took more than {bounds.minutes:g} minutes"
        elif bounds.gigabytes and self._memory() > 1e9 * bounds.gigabytes:
            broken = f"its process took more than {bounds.gigabytes:g} GB of memory"
        if broken:
            self._dead = True
            return Outcome(None, broken, seconds)
        return None

    def _memory(self) -> int:
        """Resident bytes; 0 once it has ended."""
        try:
            return psutil.Process(self._process.pid).memory_info().rss
        except psutil.NoSuchProcess:
            return 0

    @property
    def is_spent(self) -> bool:
        """Whether another process is to take its place."""
        return self._dead or self._trials >= _TRIALS_OF_A_PROCESS

    def stop(self) -> None:
        """Ends it, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def visible_gpus(count: int) -> list[str]:
    """Names of the GPUs that this process sees, for CUDA_VISIBLE_DEVICES of another one.

    Args:
        count: how many TensorFlow sees.
    """
    listed = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = [name.strip() for name in listed.split(",") if name.strip()]
    return names[:count] or [str(index) for index in range(count)]
