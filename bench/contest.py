"""Contenders take turns on one machine, so that what disturbs one disturbs all. No TensorFlow."""

import dataclasses
import pathlib
import statistics
import subprocess
import sys
import time

from bench.shapes import Shape

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARM_STEPS = 2
TURN_SECONDS = 2.0


@dataclasses.dataclass(frozen=True)
class Timing:
    """What one contender did.

    Attributes:
        first_step: seconds from the start of its process to the end of its first step.
        steps: seconds a step, one value for each turn.
        peak_memory: most resident memory of its process, in bytes.
    """

    first_step: float
    steps: tuple[float, ...]
    peak_memory: int

    @property
    def median(self) -> float:
        """Seconds a step, median over the turns."""
        return statistics.median(self.steps)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles of the turns, over their median."""
        low, _, high = statistics.quantiles(self.steps, n=4)
        return (high - low) / 2 / self.median

    def ratio(self, other: "Timing") -> float:
        """How many times as long the other's step takes: the median over pairs of turns."""
        return statistics.median(b / a for a, b in zip(self.steps, other.steps, strict=True))


class Contender:
    """A process that does steps when told to (`bench.contender`)."""

    def __init__(self, name: str, shape: Shape, share: float):
        arguments = map(str, (name, share, *shape))
        self._command = [sys.executable, "-m", "bench.contender", *arguments]
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin and self._process.stdout
        self._told, self._answers = self._process.stdin, self._process.stdout
        self._answer()
        self.first_step = time.perf_counter() - started

    def _answer(self) -> str:
        line = self._answers.readline().strip()
        if not line:
            raise RuntimeError(f"{self._command} ended: exit code {self._process.wait()}")
        return line

    def turn(self, steps: int) -> float:
        """Seconds a step, over so many steps."""
        self._told.write(f"{steps}\n")
        self._told.flush()
        return float(self._answer()) / steps

    def end(self) -> int:
        """Ends the process; returns its peak memory in bytes."""
        self._told.close()
        peak = int(self._answer())
        self._process.wait()
        return peak


def contest(contenders: dict[str, tuple[str, Shape, float]], turns: int) -> dict[str, Timing]:
    """Times contenders in turns, each turn some seconds long.

    Args:
        contenders: arguments of `Contender` by what the contender is called in the result.
        turns: of each, at least 2.
    """
    running = {label: Contender(*arguments) for label, arguments in contenders.items()}
    steps = {}
    for label, contender in running.items():
        contender.turn(WARM_STEPS)
        steps[label] = max(1, round(TURN_SECONDS / contender.turn(1)))
    taken: dict[str, list[float]] = {label: [] for label in running}
    for _ in range(turns):
        for label, contender in running.items():
            taken[label].append(contender.turn(steps[label]))
    return {
        label: Timing(contender.first_step, tuple(taken[label]), contender.end())
        for label, contender in running.items()
    }
