"""What the processes of an engine do: they get ready once, and do one task after the other."""

import contextlib
import dataclasses
import io
import os
import pathlib
import pickle
import platform
import random
import sys
import traceback
import typing
from collections.abc import Iterable, Mapping

from goldnas_tf.engine.shared import Shared
from goldnas_tf.errors import InputError, TrainingError, first_line
from goldnas_tf.runs.run_folder import versions


class Work(typing.Protocol):
    """What is done in the processes of a run: made once in each, its methods are the tasks."""

    def __call__(self, setup: typing.Any) -> typing.Any:
        """Makes the object whose methods are called.

        Args:
            setup: what every process is given.
        """


@dataclasses.dataclass(frozen=True)
class Job:
    """What all tasks of a run have in common.

    Attributes:
        key: of the run, by which Dask knows it as one of its clients.
        begin: what makes the object whose methods are called (`Work`), and what it is made from.
            To get it loads TensorFlow, which is for a process that knows its threads and its log.
        logs: folder for what the processes print.
        versions: of the packages that results depend on, by their names.
    """

    key: str
    begin: Shared
    logs: pathlib.Path
    versions: Mapping[str, str]


Failure = str | OSError | InputError
"""A line; or what no task is to be blamed for, as a full disk or images that cannot be read."""

_DASK_PACKAGES = ("dask", "distributed", "tornado")

_ready: dict[str, typing.Any] = {}


def get_ready(job: Job, name: str, threads: int) -> str | None:
    """Loads all that tasks of a run need, once in a process, which is for that run alone from then.

    Args:
        job: the run.
        name: of the process, for its log.
        threads: that it may use.

    Returns:
        The key of the run that it is for, if that is another one.

    Raises:
        InputError: versions differ, or what every process is given cannot be used here.
        OSError: it cannot be read here.
    """
    if _ready:
        (owner,) = _ready
        return None if owner == job.key else owner
    with contextlib.suppress(PermissionError):
        # signals of a terminal are for the parent, which ends its processes
        os.setsid()
    _print_to(job.logs / f"{name}.log")
    _draw_apart()
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(threads))
    check_versions(job.versions)
    work, setup = job.begin.get()
    _ready[job.key] = work(setup)
    return None


def check_versions(wanted: Mapping[str, str]) -> None:
    """Checks that results will be those of the machine that the run was started on.

    Args:
        wanted: versions there, by package.

    Raises:
        InputError: there are others here.
    """
    there = versions()
    differing = [name for name in wanted if there.get(name) != wanted[name]]
    if differing:
        raise InputError(
            f"cluster: expected {_listed(wanted, differing)}, as where the run was started; "
            f"received {_listed(there, differing)} on {platform.node()}; install the same there"
        )


def _listed(found: Mapping[str, str], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {found.get(name, 'missing')}" for name in names)


def do(key: str, call: bytes) -> tuple[typing.Any, Failure | None]:
    """Does a task.

    Args:
        key: of the run.
        call: the method and its arguments, pickled.

    Returns:
        What it returned and None, or None and why it failed: a line, or what is no fault of it.
    """
    try:
        name, *arguments = pickle.loads(call)
        return getattr(_ready[key], name)(*arguments), None
    except OSError as error:
        return None, OSError(error.errno, error.strerror, error.filename)
    except InputError as error:
        return None, error
    except Exception as error:
        traceback.print_exc()
        return None, _told(error)


def _draw_apart() -> None:
    """Leaves Python's random numbers, which Keras takes its seeds from, to the tasks.

    Dask draws from them in threads of its own, for probes of its speed and pauses before it tries
    again: results would depend on the moment.
    """
    apart = random.Random()
    for name, module in list(sys.modules.items()):
        package = name.partition(".")[0]
        if package in _DASK_PACKAGES and getattr(module, "random", None) is random:
            vars(module)["random"] = apart


def _print_to(log: pathlib.Path) -> None:
    """Sends all that is printed, by TensorFlow's C++ too, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(io.UnsupportedOperation):
            os.dup2(descriptor, stream.fileno())
    os.close(descriptor)


def _told(error: Exception) -> str:
    """Why a task failed, in a line."""
    if isinstance(error, TrainingError):
        return str(error)
    if type(error).__name__ == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return "out of memory"
    return f"{type(error).__name__}: {first_line(error)}"[:200]
