"""What every run is: a configuration, images, a folder that one process has, and a way to stop."""

import abc
import contextlib
import errno
import io
import pathlib
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from goldnas_tf.data import ImageData
from goldnas_tf.data.splits import blaming
from goldnas_tf.display.terminal import Progress
from goldnas_tf.files.paths import local_path
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.interrupt import Interrupted, Interrupts, interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run_folder import RunFolder
from goldnas_tf.runtime import multi_worker
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.settings.configuration import RunConfiguration
from goldnas_tf.settings.units import human


class Run(abc.ABC):
    """One run: what stays the same while it goes on; its subclasses are the loops.

    Args:
        config: all settings.
        data: the images.
        progress: where progress is shown; None: the standard error stream.

    Attributes:
        clock: where the time goes.
        folder: of the run, once `open_folder` was called.

    Raises:
        InputError: Keras runs on another backend than TensorFlow.
    """

    config: RunConfiguration
    folder: RunFolder

    def __init__(self, config: RunConfiguration, data: ImageData, progress: Progress | None):
        require_tensorflow()
        self.config, self.data, self.progress = config, data, progress or _progress()
        self.clock = Clock()

    def open_folder(
        self,
        workdir: str | pathlib.Path,
        inputs: Mapping[str, str] | None = None,
        **described: object,
    ) -> None:
        """Makes the run's folder, or finds the one that the same run left.

        Args:
            workdir: the folder.
            inputs: where it was told to find what it reads besides images, by flag.
            **described: what makes it the same run besides its settings, as JSON values.

        Raises:
            InputError: the folder cannot be written, holds another run, or is in use.
        """
        own = multi_worker.own_folder(local_path(workdir, "workdir"))
        self.folder = RunFolder.open(own, self.config, described, inputs)

    @contextlib.contextmanager
    def journal(self, done: int, unit: str = "epoch") -> Iterator[Journal]:
        """The journal of a run with so many epochs, or generations, behind it.

        Where an image cannot be read meanwhile, the error says which.
        """
        journal = Journal(self.folder, self.progress, done, unit)
        with contextlib.closing(journal), self.clock("the rest"), blaming(self.data.splits):
            yield journal

    def go(self) -> Any:
        """Runs to the end, or until a signal comes.

        Raises:
            Interrupted: SIGINT or SIGTERM came; the state is saved.
        """
        with interrupts(multi_worker.Agreement()) as signals, multi_worker.losses_told():
            try:
                return self.run(signals)
            except Interrupted:
                self.stopped()
                raise
            except OSError as error:
                raise _with_room(error, self.folder.path) from error
            finally:
                multi_worker.forget_folder()

    def stopped(self) -> None:  # noqa: B027 - few have something to do then
        """Called when a signal has ended the run, whose state is saved."""

    @abc.abstractmethod
    def run(self, signals: Interrupts) -> Any:
        """Runs to the end.

        Args:
            signals: looked at where the state can be saved.

        Returns:
            What the run is for.
        """


def _progress() -> Progress:
    """Where a run tells how it goes on: one of its processes does."""
    return Progress() if multi_worker.is_chief() else Progress(io.StringIO())


def _with_room(error: OSError, folder: pathlib.Path) -> OSError:
    """An error, that says of a full disk how much room there is, and how much the run has taken."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error
    free = shutil.disk_usage(folder).free
    used = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    room = f"{human(free)}B are free, the run has {human(used)}B so far"
    return OSError(error.errno, f"{error.strerror} ({room})", error.filename or str(folder))
