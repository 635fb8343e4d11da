"""A cluster of Dask: a scheduler and machines, which are processes with folders of their own."""

import contextlib
import json
import subprocess
import sys
import time

import psutil
from processes import environment


class Cluster:
    """A context manager, at whose end all of it is gone.

    Args:
        folder: for what it writes.
        paths: more folders that its processes import from.

    Attributes:
        address: of the scheduler.
    """

    def __init__(self, folder, paths=()):
        self._folder, self._file = folder, folder / "scheduler.json"
        python = [environment()["PYTHONPATH"], *map(str, paths)]
        self._environment = environment() | {"PYTHONPATH": ":".join(python)}
        self._processes = {}

    def __enter__(self):
        options = ("--host=127.0.0.1", "--port=0", "--no-dashboard", "--no-show")
        self._start("dask_scheduler", "scheduler", *options, f"--scheduler-file={self._file}")
        while not self._file.exists() or not self._file.read_text():
            time.sleep(0.02)
        self.address = json.loads(self._file.read_text())["address"]
        return self

    def __exit__(self, *_):
        for name in list(self._processes):
            self.lose(name)

    def add(self, name):
        """Starts a machine that does one task at a time."""
        folder = self._folder / name
        folder.mkdir()
        options = ("--host=127.0.0.1", "--nworkers=1", "--nthreads=1", "--no-dashboard")
        files = (f"--scheduler-file={self._file}", f"--local-directory={folder}")
        self._start("dask_worker", name, *options, *files, f"--name={name}")

    def lose(self, name):
        """Ends a machine at once, with all of its processes."""
        process = self._processes.pop(name)
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in (process, *psutil.Process(process.pid).children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
        process.wait()

    @property
    def names(self):
        """Of what still runs."""
        return [name for name, process in self._processes.items() if process.poll() is None]

    def _start(self, program, name, *options):
        with (self._folder / f"{name}.log").open("w") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *options],
                env=self._environment,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
