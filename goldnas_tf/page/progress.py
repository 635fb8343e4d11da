"""How a run went, of the lines of metrics that it has written."""

import math
import pathlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goldnas_tf.files import json_lines
from goldnas_tf.page.content import Panel
from goldnas_tf.runs import run_folder


def lines(folder: pathlib.Path) -> list[dict[str, Any]]:
    """The lines of the metrics.jsonl in a run folder; the run may be writing it."""
    return json_lines.finished(folder / run_folder.METRICS)


def seconds(lines: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Where the time went, over lines of metrics; the longest first."""
    sums: dict[str, float] = {}
    for line in lines:
        for phase, time in (line.get("seconds") or {}).items():
            sums[phase] = sums.get(phase, 0.0) + (time or 0.0)
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def column(lines: Sequence[Mapping[str, Any]], name: str, scale: float = 1.0) -> list[float | None]:
    """What lines of metrics say of one thing."""
    values = [line.get(name) for line in lines]
    return [
        None if value is None or not math.isfinite(value) else scale * value for value in values
    ]


def losses(lines: Sequence[Mapping[str, Any]]) -> Panel:
    """The loss and, where something is priced besides it, the cross-entropy alone."""
    both = {"loss": column(lines, "loss"), "cross-entropy": column(lines, "cross_entropy")}
    if both["loss"] == both["cross-entropy"]:
        del both["cross-entropy"]
    return Panel("loss", both)


def accuracies(lines: Sequence[Mapping[str, Any]]) -> Panel:
    """On training and validation images."""
    return Panel(
        "accuracy, %",
        {
            "training": column(lines, "train_accuracy", 100),
            "validation": column(lines, "val_accuracy", 100),
        },
    )
