"""Tells how a search goes: a line of metrics, a line on the terminal, a step on the TensorBoard."""

import contextlib
from collections.abc import Iterator, Mapping

import numpy as np

from goldnas_tf.genotype import Place
from goldnas_tf.pareto import Point
from goldnas_tf.report.tensorboard import Board
from goldnas_tf.report.terminal import EpochBar, Progress, points_table
from goldnas_tf.run_folder import RunFolder


class Journal:
    """Writes every finished epoch and every point to all places where a person looks.

    Args:
        folder: of the run.
        progress: the terminal.
        epochs: finished epochs of a run that is resumed, else 0; lines after them are dropped.
    """

    def __init__(self, folder: RunFolder, progress: Progress, epochs: int):
        self._folder = folder
        self._progress = progress
        self._board = Board(folder.path / "tensorboard", epochs + 1)
        folder.keep_metrics(epochs)

    def close(self) -> None:
        """Writes out what is pending."""
        self._board.close()

    def say(self, text: str) -> None:
        """Prints a line."""
        self._progress.say(text)

    @contextlib.contextmanager
    def bar(self, epoch: int, steps: int, left: int) -> Iterator[EpochBar]:
        """The progress bar of an epoch, or of settling, with so many of its steps left to do."""
        with self._progress.epoch(epoch, steps) as bar:
            for _ in range(steps - left):
                bar.step()
            yield bar

    def epoch(self, values: dict, strengths: Mapping[Place, float]) -> None:
        """Records a finished epoch.

        Args:
            values: its line in metrics.jsonl.
            strengths: σ(α) of every live operator.
        """
        self._folder.add_metrics(values)
        self._progress.summary(
            values["epoch"],
            loss=values["loss"],
            val_accuracy=values["val_accuracy"],
            lambda_=values["lambda"],
            alive=values["alive"],
            pruned=values["pruned"],
            macs=values["macs"],
            images_per_second=values["images_per_second"],
        )
        step = values["epoch"]
        scalars = {name: values[name] for name in values if name not in ("epoch", "seconds")}
        self._board.scalars(step, **scalars)
        gates: dict[str, list[float]] = {}
        for place, strength in strengths.items():
            gates.setdefault(f"gates/cell_{place.cell}", []).append(strength)
        self._board.histograms(step, {name: np.array(cell) for name, cell in gates.items()})
        # on the disk before the checkpoint counts the epoch as recorded
        self._board.flush()

    def point(self, point: Point) -> None:
        """Records a point that was just taken."""
        share = point.macs / self._folder.start_macs
        self.say(
            f"point {point.name} ({point.reason}): validation accuracy {point.val_accuracy:.2%} at "
            f"{share:.1%} of the multiply-adds -> {self._folder.path / point.path}"
        )
        self._board.picture(point.epoch, "pareto", self._folder.path / "pareto.png")
        self._board.picture(
            point.epoch, f"cells/{point.name}", self._folder.path / point.path / "cells.png"
        )

    def time(self, seconds: Mapping[str, float]) -> None:
        """Prints where the time went, by phase."""
        whole = sum(seconds.values())
        minutes, rest = divmod(round(whole), 60)
        shares = ", ".join(
            f"{phase} {part / whole:.0%}"
            for phase, part in sorted(seconds.items(), key=lambda item: -item[1])
        )
        self.say(f"{minutes} min {rest} s: {shares}")

    def table(self) -> None:
        """Prints the points and where they lie."""
        self.say(points_table(self._folder.points, self._folder.path, self._folder.start_macs))
