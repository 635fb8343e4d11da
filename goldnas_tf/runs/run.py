"""What every run is: a configuration, images, a folder that one process has, and a way to stop."""

import abc
import contextlib
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from goldnas_tf.data import ImageData
from goldnas_tf.data.splits import blaming
from goldnas_tf.display.terminal import Progress
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.interrupt import Interrupted, Interrupts, interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run_folder import RunFolder
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.settings.configuration import RunConfiguration


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
        self.config, self.data, self.progress = config, data, progress or Progress()
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
        self.folder = RunFolder.open(workdir, self.config, described, inputs)

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
        with interrupts() as signals:
            try:
                return self.run(signals)
            except Interrupted:
                self.stopped()
                raise

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
