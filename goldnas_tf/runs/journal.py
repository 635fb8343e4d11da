"""Tells how a run goes: a line of metrics, a line on the terminal, a step on the TensorBoard."""

import contextlib
import pathlib
from collections.abc import Iterator, Mapping

import numpy as np

from goldnas_tf.display.tensorboard import Board
from goldnas_tf.display.terminal import EpochBar, Progress
from goldnas_tf.runs.run_folder import RunFolder

# in a line of metrics, but no curve
_NO_SCALARS = ("epoch", "generation", "seconds")


class Journal:
    """Writes every finished epoch, or generation, to all places where a person looks.

    Args:
        folder: of the run.
        progress: the terminal.
        done: finished epochs of a run that is resumed, else 0; lines after them are dropped.
        unit: what is recorded: "epoch" or "generation".
    """

    def __init__(self, folder: RunFolder, progress: Progress, done: int, unit: str = "epoch"):
        self._folder = folder
        self._progress = progress
        self._unit = unit
        self._open(done)

    def _open(self, done: int) -> None:
        self._board = Board(self._folder.path / "tensorboard", done + 1)
        self._folder.keep_metrics(done, self._unit)

    def drop_after(self, done: int) -> None:
        """Drops what was recorded after so many epochs, or generations: it is recorded anew."""
        self._board.close()
        self._open(done)

    def close(self) -> None:
        """Writes out what is pending."""
        self._board.close()

    def say(self, text: str) -> None:
        """Prints a line."""
        self._progress.say(text)

    def say_growth(self) -> None:
        """Prints which settings of a resumed run have grown, if any."""
        if self._folder.grown:
            self.say(f"the run goes further: {'; '.join(map(str, self._folder.grown))}")

    @contextlib.contextmanager
    def bar(self, epoch: int, steps: int, left: int) -> Iterator[EpochBar]:
        """The progress bar of an epoch, or of settling, with so many of its steps left to do."""
        with self._progress.epoch(epoch, steps, unit=self._unit) as bar:
            for _ in range(steps - left):
                bar.step()
            yield bar

    def epoch(
        self, values: dict, shown: Mapping, arrays: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Records what was finished.

        Args:
            values: its line in metrics.jsonl, with its number; numbers in it become curves.
            shown: what its line on the terminal says.
            arrays: whose distributions the TensorBoard shows, by name.
        """
        self._folder.add_metrics(values)
        step = values[self._unit]
        self._progress.summary(step, unit=self._unit, **shown)
        scalars = {name: value for name, value in values.items() if name not in _NO_SCALARS}
        self._board.scalars(step, **scalars)
        self._board.histograms(step, arrays or {})
        # on the disk before the checkpoint counts the epoch as recorded
        self._board.flush()

    def picture(self, step: int, name: str, path: pathlib.Path) -> None:
        """Shows a PNG file on the TensorBoard."""
        self._board.picture(step, name, path)

    def time(self, seconds: Mapping[str, float]) -> None:
        """Prints where the time went, by phase."""
        whole = sum(seconds.values())
        minutes, rest = divmod(round(whole), 60)
        shares = ", ".join(
            f"{phase} {part / whole:.0%}"
            for phase, part in sorted(seconds.items(), key=lambda item: -item[1])
        )
        self.say(f"{minutes} min {rest} s: {shares}")
