"""What a process of `workers.py` does: short trainings of candidates, long ones of the front.

TensorFlow is imported once the process knows its device and threads.
"""

import contextlib
import dataclasses
import io
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import sys
import threading
import traceback
from multiprocessing.connection import Connection

from goldnas_tf.data.settings import DataSettings
from goldnas_tf.errors import TrainingError
from goldnas_tf.evolution.settings import EvolveConfig


@dataclasses.dataclass(frozen=True)
class Setup:
    """What every process needs.

    Attributes:
        config: all settings.
        images: of the run; `DataSettings` where each process is to load them itself.
        workdir: the run folder.
    """

    config: EvolveConfig
    images: object
    workdir: pathlib.Path

    def weights(self, name: str) -> pathlib.Path:
        """The file with the weights of a candidate."""
        return self.workdir / "weights" / f"{name}.npz"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a process computes, and where it prints.

    Attributes:
        gpu: number of its GPU, or None.
        threads: that it may use.
        log: path of the file for what it prints.
    """

    gpu: int | None
    threads: int
    log: str


def serve(connection: Connection, place: Place) -> None:
    """Does tasks until its process is ended; the target of the process.

    First of all it is sent the `Setup`, whose images load TensorFlow. A task is the name of a
    method of `trials.Bench` and its arguments. The answer is what it returned and None, or None and
    why it failed.
    """
    # Ctrl-C is for the parent, which ends its processes; without it they end themselves
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _print_to(place.log)
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(place.threads))
    if place.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = str(place.gpu)
    setup = connection.recv()
    from goldnas_tf.evolution import trials
    from goldnas_tf.training import runtime

    runtime.prepare(setup.config.devices)
    bench = trials.Bench(setup, _loaded(setup.images))
    connection.send("ready")
    while True:
        try:
            name, *arguments = connection.recv()
        except EOFError:
            return
        try:
            connection.send((getattr(bench, name)(*arguments), None))
        except Exception as error:
            traceback.print_exc()
            connection.send((None, _told(error)))


def _end_with_parent() -> None:
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _print_to(log: str) -> None:
    """Sends all that is printed, by TensorFlow's C++ too, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(io.UnsupportedOperation):
            os.dup2(descriptor, stream.fileno())
    os.close(descriptor)


def _loaded(images):
    if not isinstance(images, DataSettings):
        return images
    from goldnas_tf import data

    return data.load(images)


def _told(error: Exception) -> str:
    """Why a trial failed, in a line."""
    if isinstance(error, TrainingError):
        return str(error)
    if type(error).__name__ == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return "out of memory"
    first = str(error).strip().splitlines()[:1]
    return f"{type(error).__name__}: {''.join(first)}"[:200]
