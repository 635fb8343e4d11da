"""Tasks in processes side by side, each within its bounds: on this machine, or a cluster of Dask.

A process that breaks a bound, or dies, takes its task with it and nothing else: another one takes
its place. A machine that is lost is no fault of its tasks, which are done again elsewhere.
No TensorFlow here; the processes load it (`host.py`).
"""

import collections
import contextlib
import dataclasses
import logging
import os
import pathlib
import time
import typing
import uuid
from collections.abc import Iterable, Iterator, Sequence

import dask
import distributed

from goldnas_tf.engine import host
from goldnas_tf.engine.process import CONNECT_SECONDS, LOST, Bounds, Outcome, Process, Task, Todo
from goldnas_tf.engine.shared import Shared
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.run_folder import versions

_LOOK_SECONDS = 0.2
_START_SECONDS = 600
# of a task whose machine is lost, after the first time
_MORE_TRIES = 2
_DASK = {
    # what is done again is decided here
    "distributed.scheduler.allowed-failures": 0,
    # bounds are those of the tasks
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.comm.timeouts.connect": CONNECT_SECONDS,
    "distributed.admin.tick.limit": "1h",
}
# whoever reaches the ports of a cluster can run code in it
_LOOPBACK = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}


class Engine:
    """Processes that do tasks; a context manager, at whose end those of this machine are gone.

    Args:
        work: makes the object whose methods are the tasks, once in each process.
        setup: what it is made from.
        folder: of the run, which every process can read and write: on a cluster, shared storage.
        address: of the scheduler of a cluster that runs, as tcp://HOST:8786; "": there is none, and
            processes of this machine are started.
        count: of those; 0 is one for each GPU, or one for each core where there is none.
        gpus: names of the GPUs (`visible_gpus`); processes take them in turn.

    Raises:
        InputError: no scheduler answers at the address.
    """

    def __init__(
        self,
        work: host.Work,
        setup: typing.Any,
        folder: pathlib.Path,
        address: str = "",
        count: int = 0,
        gpus: Sequence[str] = (),
    ):
        is_here = not address
        self._closing = contextlib.ExitStack()
        self._closing.enter_context(dask.config.set(_DASK))
        if not address:
            address = self._started(count, gpus)
        self._client = self._closing.enter_context(_connected(address))
        # another process may have been started elsewhere
        logs = (folder / "workers").absolute()
        logs.mkdir(parents=True, exist_ok=True)
        # what a killed run has left of it is cleared away like other temporary files
        begin = Shared((work, setup), logs.with_name(f".setup.{uuid.uuid4().hex[:8]}"))
        self._closing.callback(begin.forget)
        self._job = host.Job(self._client.id, begin, logs, versions())
        self._address = address
        self._known: dict[str, dict[str, typing.Any]] = {}
        self._processes: dict[str, Process] = {}
        # those of this machine end anyhow
        if not is_here:
            self._closing.callback(self._leave)

    @property
    def count(self) -> int:
        """How many processes there are, at least 1."""
        return max(1, len(self._there()))

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _started(self, count: int, gpus: Sequence[str]) -> str:
        """The address of a cluster of this machine's, which ends with the engine."""
        cores = len(os.sched_getaffinity(0))
        count = count or len(gpus) or cores
        options = [
            {
                # for Dask those that tasks are done in, for us those that a task may use
                "nthreads": max(1, cores // count),
                **_LOOPBACK,
                "name": f"worker_{index}",
                "env": _environment(gpus[index % len(gpus)] if gpus else None),
                "silence_logs": logging.CRITICAL,
            }
            for index in range(count)
        ]
        cluster = distributed.SpecCluster(
            workers={
                index: {"cls": distributed.Nanny, "options": one}
                for index, one in enumerate(options)
            },
            scheduler={
                "cls": distributed.Scheduler,
                "options": {**_LOOPBACK, "port": 0, "dashboard": False},
            },
            silence_logs=logging.CRITICAL,
        )
        self._closing.enter_context(cluster)
        return str(cluster.scheduler_address)

    def _leave(self) -> None:
        """Leaves the processes of a cluster as they were: nothing else frees their devices."""
        for process in list(self._processes.values()):
            if process.is_ours:
                self._renew(process)

    def run(
        self, tasks: Iterable[Task], bounds: Bounds, signals: Interrupts
    ) -> Iterator[tuple[str, Outcome]]:
        """Does tasks, as many at a time as there are processes.

        Args:
            tasks: what is done.
            bounds: of each.
            signals: ends everything when one has come.

        Yields:
            The name and the outcome of each task, as they end.

        Raises:
            Interrupted: a signal came.
            TrainingError: no process got ready, or the scheduler has gone.
            OSError: a process could not read or write a file.
            InputError: what no task is to be blamed for, as images that cannot be read.
        """
        waiting = collections.deque(Todo(name, call) for name, call in tasks)
        idle_since = time.monotonic()
        while waiting or self._busy():
            signals.check()
            self._look()
            for process in self._processes.values():
                if waiting and process.is_free():
                    process.begin(waiting.popleft())
            if self._busy():
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > _START_SECONDS:
                raise TrainingError(
                    f"no process is ready after {_START_SECONDS} seconds; {self._job.logs} holds "
                    "what they have printed"
                )
            self._wait()
            for process in self._busy():
                outcome = process.outcome(bounds)
                if outcome is None:
                    continue
                # a signal to all processes looks like the end of one
                signals.check()
                todo, process.todo = process.todo, None
                assert todo
                if process.is_spent:
                    self._renew(process)
                if outcome.failure == LOST and todo.tries < _MORE_TRIES:
                    waiting.appendleft(dataclasses.replace(todo, tries=todo.tries + 1))
                else:
                    yield todo.name, outcome

    def _busy(self) -> list[Process]:
        """The processes that have a task."""
        return [process for process in self._processes.values() if process.todo]

    def _look(self) -> None:
        """Finds out which processes there are, and how much memory each has taken."""
        there = self._there()
        for address, process in list(self._processes.items()):
            if address not in there:
                process.is_gone = True
                if not process.todo:
                    del self._processes[address]
        for address, info in there.items():
            if address not in self._processes:
                self._processes[address] = Process(self._client, self._job, address, info)
            process = self._processes[address]
            process.memory = info["metrics"].get("memory", 0)
            if process.is_of_another_run():
                if self._is_client(process.owner):
                    process.get_ready()
                else:
                    # that run was killed
                    self._renew(process)

    def _is_client(self, key: str | None) -> bool:
        """Whether a run uses the cluster, which it does until the scheduler says otherwise."""
        try:
            # as a lambda it is sent whole: the scheduler need not know this package
            return key in self._client.run_on_scheduler(
                lambda dask_scheduler: list(dask_scheduler.clients)
            )
        except OSError:
            return True

    def _there(self) -> dict[str, dict[str, typing.Any]]:
        """What the scheduler knows of each process, by its address.

        Raises:
            TrainingError: it has gone.
        """
        if self._client.status == "closed":
            raise TrainingError(
                f"the scheduler at {self._address} has gone; start it and its workers again, and "
                "the same command goes on"
            )
        # where it is too busy to answer, `scheduler_info` says that there are no processes
        with contextlib.suppress(OSError):
            listed = self._client.sync(self._client.scheduler.identity, n_workers=-1)
            self._known = listed["workers"]
        return self._known

    def _wait(self) -> None:
        """Waits for a moment, or until a task has ended."""
        until = time.monotonic() + _LOOK_SECONDS
        # a process of another run has answered, and is at nothing of ours
        at_work = [
            one.future for one in self._processes.values() if not one.is_idle() and not one.owner
        ]
        while time.monotonic() < until and not any(future.done() for future in at_work):
            time.sleep(_LOOK_SECONDS / 20)

    def _renew(self, process: Process) -> None:
        """Puts another process in the place of one."""
        del self._processes[process.address]
        process.future.cancel()
        # one that has died is replaced by its nanny anyhow
        with contextlib.suppress(Exception):
            self._client.restart_workers([process.address], raise_for_error=False)


def check_cluster(address: str) -> None:
    """Checks that there is a cluster, before a run that needs it later.

    Args:
        address: of its scheduler; "" is none, and always there.

    Raises:
        InputError: there is none.
    """
    if address:
        _connected(address).close()


def _connected(address: str) -> distributed.Client:
    """A client of a cluster that runs."""
    try:
        return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError as error:
        raise InputError(
            "cluster: expected the address of a Dask scheduler that runs, such as "
            f"tcp://HOST:8786; received {address} ({error})"
        ) from error


def visible_gpus(count: int) -> list[str]:
    """Names of the GPUs that this process sees, for CUDA_VISIBLE_DEVICES of another one.

    Args:
        count: how many TensorFlow sees.
    """
    listed = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = [name.strip() for name in listed.split(",") if name.strip()]
    return names[:count] or [str(index) for index in range(count)]


def _environment(gpu: str | None) -> dict[str, str]:
    """Variables of a process with its GPU."""
    if gpu is None:
        return {}
    # there may be more processes than GPUs
    growth = os.environ.get("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    return {"CUDA_VISIBLE_DEVICES": gpu, "TF_FORCE_GPU_ALLOW_GROWTH": growth}
