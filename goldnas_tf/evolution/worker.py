"""What a process of `pool.py` does: short trainings of candidates, long ones of the front.

TensorFlow is imported once the process knows its device and threads.
"""

import contextlib
import io
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
import traceback
import typing
from multiprocessing.connection import Connection

from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.evolution.setup import Seat, Setup

if typing.TYPE_CHECKING:
    from goldnas_tf.data import ImageData


def serve(connection: Connection, seat: Seat) -> None:
    """Does tasks until its process is ended; the target of the process.

    First of all it is sent the `Setup`, whose images load TensorFlow. A task is the name of a
    method of `trials.Trials` and its arguments. The answer is what it returned and None, or None
    and why it failed: a line, or an `OSError`.
    """
    # signals are for the parent, which ends its processes; without it they end themselves
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _print_to(seat.log)
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(seat.threads))
    if seat.gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = seat.gpu
        # there may be more processes than GPUs
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    setup = connection.recv()
    from goldnas_tf.data.splits import blaming
    from goldnas_tf.evolution import trials
    from goldnas_tf.runtime import devices

    devices.prepare(setup.config.devices)
    data = _loaded(setup)
    does = trials.Trials(setup, data)
    connection.send("ready")
    while True:
        try:
            name, *arguments = connection.recv()
        except EOFError:
            return
        try:
            with blaming(data.splits):
                result = getattr(does, name)(*arguments)
            connection.send((result, None))
        except OSError as error:
            # a full disk is no fault of the network
            connection.send((None, OSError(error.errno, error.strerror, error.filename)))
        except Exception as error:
            traceback.print_exc()
            connection.send((None, _told(error)))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)


def _print_to(log: str) -> None:
    """Sends all that is printed, by TensorFlow's C++ too, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(io.UnsupportedOperation):
            os.dup2(descriptor, stream.fileno())
    os.close(descriptor)


def _loaded(setup: Setup) -> "ImageData":
    if setup.images is not None:
        return setup.images
    from goldnas_tf import data

    loaded = data.load(setup.config.data)
    if loaded.describe() != setup.described:
        raise InputError(
            f"config.data: expected the images of the run, {setup.described['name']}, because "
            f"streamed ones are loaded by every process; received {loaded.name} or another part "
            "of it"
        )
    return loaded


def _told(error: Exception) -> str:
    """Why a trial failed, in a line."""
    if isinstance(error, TrainingError | InputError):
        return str(error)
    if type(error).__name__ == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return "out of memory"
    first = str(error).strip().splitlines()[:1]
    return f"{type(error).__name__}: {''.join(first)}"[:200]
