"""One process of a cluster: whether it is there for a run, the task it is at, and its end."""

import contextlib
import dataclasses
import pickle
import re
import socket
import time
import typing

import distributed

from goldnas_tf.engine import host
from goldnas_tf.errors import InputError

CONNECT_SECONDS = 10
# of a process that another run has
_ASK_AGAIN_SECONDS = 5
# TensorFlow keeps a little of every network that it has traced
_TASKS_OF_A_PROCESS = 25
# what is raised for a result that went before it was fetched
_LOST_WITH_ITS_PROCESS = (
    distributed.TimeoutError,
    distributed.CancelledError,
    distributed.KilledWorker,
)
LOST = "its machine was lost"


class Outcome(typing.NamedTuple):
    """What came of a task: what was returned, or why it failed; and the seconds it took."""

    result: typing.Any
    failure: str | None
    seconds: float


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Of one task; None is no bound.

    Attributes:
        minutes: from its start.
        gigabytes: resident memory of its process.
    """

    minutes: float | None = None
    gigabytes: float | None = None


Task = tuple[str, tuple[typing.Any, ...]]
"""A name, and the method with its arguments."""


@dataclasses.dataclass(frozen=True)
class Todo:
    """A task, and how often its machine was lost."""

    name: str
    call: tuple[typing.Any, ...]
    tries: int = 0


class Process:
    """One process of the cluster, and the task that it is at."""

    def __init__(
        self,
        client: distributed.Client,
        job: host.Job,
        address: str,
        info: dict[str, typing.Any],
    ):
        if not info.get("nanny"):
            raise InputError(
                "cluster: expected workers that are watched over, as `dask worker` starts them; "
                f"received {address} without a nanny"
            )
        self.address, self._nanny = address, info["nanny"]
        self._client, self._job = client, job
        self._name, self._threads = _name(info["name"]), info["nthreads"]
        self._log = job.logs / f"{self._name}.log"
        self.todo: Todo | None = None
        self.owner: str | None = None
        self.memory, self.is_gone = 0, False
        self.is_ours = self._is_dead = False
        self._tasks, self._times_asked, self._since = 0, 0, time.monotonic()
        self.get_ready()

    def get_ready(self) -> None:
        """Asks it to load what tasks need."""
        self.owner, self._asked = None, time.monotonic()
        self._times_asked += 1
        self.future = self._submit(host.get_ready, self._job, self._name, self._threads)

    def _submit(self, function: typing.Callable, *arguments: object) -> distributed.Future:
        return self._client.submit(
            function, *arguments, workers=[self.address], allow_other_workers=False, pure=False
        )

    def is_of_another_run(self) -> bool:
        """Whether it was when it was asked first, or a while ago."""
        is_due = self._times_asked == 1 or time.monotonic() - self._asked > _ASK_AGAIN_SECONDS
        return bool(self.owner) and is_due

    def is_idle(self) -> bool:
        """Whether nothing is done by it."""
        return self.is_ours and not self.todo

    def is_free(self) -> bool:
        """Whether it can be given a task.

        Raises:
            InputError, OSError: it cannot do any.
        """
        if not self.is_ours and self.future.done():
            if self.future.status == "error":
                self._check(self.future.exception())
            elif self.future.status == "finished":
                with contextlib.suppress(*_LOST_WITH_ITS_PROCESS):
                    self.owner = self.future.result(CONNECT_SECONDS)
                    self.is_ours = self.owner is None
        return self.is_idle()

    def _check(self, error: Exception) -> None:
        """Raises what kept it from getting ready, but for its end."""
        if isinstance(error, ImportError):
            raise InputError(
                "cluster: expected workers in an environment that has this package; received "
                f"{self.address}, which says {error}"
            ) from error
        if not isinstance(error, distributed.KilledWorker):
            raise error

    def begin(self, todo: Todo) -> None:
        """Starts a task."""
        self.todo, self._since = todo, time.monotonic()
        self._tasks += 1
        # a scheduler unpickles what it passes on, and would stand still while it loads TensorFlow
        self.future = self._submit(host.do, self._job.key, pickle.dumps(todo.call))

    def outcome(self, bounds: Bounds) -> Outcome | None:
        """What came of the task, None while it goes on within its bounds.

        Raises:
            InputError, OSError: what is no fault of the task.
        """
        seconds = time.monotonic() - self._since
        if self.future.status == "finished":
            answer = None
            with contextlib.suppress(*_LOST_WITH_ITS_PROCESS):
                answer = self.future.result(CONNECT_SECONDS)
            if answer:
                result, failure = answer
                if isinstance(failure, Exception):
                    self.todo = None
                    raise failure
                return Outcome(result, failure, seconds)
        # a cluster may wait for a process of this address, which never comes back
        if self.future.done() or self.is_gone:
            self._is_dead = True
            # what nobody has cancelled went with the connection to the scheduler
            if self.future.cancelled() or self._machine_is_lost():
                return Outcome(None, LOST, seconds)
            return Outcome(None, f"its process ended; {self._log.name} says why", seconds)
        broken = None
        if bounds.minutes and seconds > 60 * bounds.minutes:
            broken = f"it took more than {bounds.minutes:g} minutes"
        elif bounds.gigabytes and self.memory > 1e9 * bounds.gigabytes:
            broken = f"its process took more than {bounds.gigabytes:g} GB of memory"
        if broken:
            self._is_dead = True
            return Outcome(None, broken, seconds)
        return None

    def _machine_is_lost(self) -> bool:
        """Whether what watches over the process is gone as well."""
        place, port = self._nanny.rpartition("/")[2].rsplit(":", 1)
        try:
            socket.create_connection((place, int(port)), timeout=CONNECT_SECONDS).close()
        except OSError:
            return True
        return False

    @property
    def is_spent(self) -> bool:
        """Whether another process is to take its place."""
        return self._is_dead or self._tasks >= _TASKS_OF_A_PROCESS


def _name(given: object) -> str:
    """The name of a process, as a file may be called: it may be an address."""
    return re.sub(r"[^\w.-]+", "_", str(given))
