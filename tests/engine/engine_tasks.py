"""What the processes of these tests do: they import it, so that it stands in a file of its own."""

import os
import random
import signal
import time

import numpy as np
from distributed import worker

from goldnas_tf.errors import TrainingError

VALUES = np.arange(1000)


class Argument:
    """Of a task; the file of its class is loaded by whoever unpickles it."""


class Work:
    """Tasks that end in every way there is."""

    def __init__(self, setup):
        self.values = setup["values"]
        self.folder = setup.get("folder")

    def total(self, count):
        return int(self.values[:count].sum())

    def name_of(self, argument):
        return type(argument).__name__

    def process(self):
        return os.getpid()

    def sleep(self):
        time.sleep(60)

    def wait(self, name):
        """Says that it is there, and waits for a file."""
        (self.folder / f"{name}_in_{os.getpid()}").touch()
        while not (self.folder / "go").exists():
            time.sleep(0.02)
        return name

    def eat(self):
        self.eaten = np.ones(100_000_000)
        time.sleep(60)

    def die(self):
        os.kill(os.getpid(), signal.SIGSEGV)

    def fail(self):
        raise TrainingError("the loss is not finite")

    def is_writable(self):
        return self.values.flags.writeable

    def is_undisturbed(self):
        """Whether random numbers are the same after Dask drew some."""
        random.seed(3)
        before = random.getstate()
        worker.benchmark_memory(["1 kiB"], "1 ms")
        return random.getstate() == before

    def fill(self):
        raise OSError(28, "No space left on device", "weights/n001.npz")
