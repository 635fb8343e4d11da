"""Programs run in copies of one process that has imported TensorFlow already.

To import it takes longer than most of what tests let a program do. A copy is a process of its own:
it ends, is stopped, and says what it says as one that was started anew.
"""

import contextlib
import multiprocessing
import os
import pathlib
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from multiprocessing import forkserver

_HERE = pathlib.Path(__file__).resolve().parent
_COPIES = multiprocessing.get_context("forkserver")
_COPIES.set_forkserver_preload(["warm_imports"])
_STARTING = threading.Lock()


class Running:
    """A program that was started.

    Attributes:
        pid: of its process.
    """

    def __init__(self, command, folder, environment):
        """Starts it.

        Args:
            command: path of a Python program, and its arguments.
            folder: where it works.
            environment: all variables that it has.
        """
        self._command = command
        self._said = tempfile.TemporaryDirectory()
        for name in ("1", "2"):
            # one that is killed at once has not written to them
            (pathlib.Path(self._said.name) / name).touch()
        _ensure_running()
        self._process = _COPIES.Process(
            target=_run, args=(command, folder, environment, self._said.name)
        )
        self._process.start()
        self.pid = self._process.pid

    def poll(self):
        """The exit code, as of `subprocess.Popen`; None: it still runs."""
        return self._process.exitcode

    def send_signal(self, signum):
        """Sends it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def wait(self):
        """Waits for its end, and gives what it returned and said."""
        self._process.join()
        said = [(pathlib.Path(self._said.name) / name).read_text() for name in ("1", "2")]
        self._said.cleanup()
        return subprocess.CompletedProcess(self._command, self.poll(), *said)


def _ensure_running():
    """Starts the process that is copied, which finds its imports on PYTHONPATH alone."""
    with _STARTING:
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = f"{_HERE}{os.pathsep}{_HERE.parent}"
        try:
            forkserver.ensure_running()
        finally:
            del os.environ["PYTHONPATH"]
            if before is not None:
                os.environ["PYTHONPATH"] = before


def _run(command, folder, environment, said):
    # one that could not be imported is passed over in silence
    if "warm_imports" not in sys.modules:
        raise RuntimeError("expected warm_imports to be imported; see what importing it says")
    os.environ.clear()
    os.environ.update(environment)
    # found out in another environment
    tempfile.tempdir = None
    os.chdir(folder)
    for descriptor in (1, 2):
        file = pathlib.Path(said) / str(descriptor)
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    # as in a process that a shell has started
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = command
    sys.path[0] = str(pathlib.Path(command[0]).parent)
    runpy.run_path(command[0], run_name="__main__")
