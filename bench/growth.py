"""How the cost of a step grows with cells, channels, images and batch."""

from bench.contest import contest
from bench.shapes import Shape

BASE = Shape(16, 8, 32)
VARIED = {
    "cells": (4, 16),
    "channels": (8, 32),
    "batch": (8, 128),
    "side": (16, 64),
}


def measure(turns: int) -> list[dict]:
    """Times the full step with one size changed at a time.

    Args:
        turns: of each shape.

    Returns:
        A row for each shape: its step and peak memory, and the step over that of `BASE`.
    """
    shapes = {"base": BASE}
    for name, values in VARIED.items():
        shapes |= {f"{name} {value}": BASE._replace(**{name: value}) for value in values}
    timings = contest({label: ("goldnas_tf", shape, 1.0) for label, shape in shapes.items()}, turns)
    return [
        {
            "changed": label,
            "step_ms": 1e3 * timing.median,
            "spread": timing.spread,
            "of_base": 1 / timing.ratio(timings["base"]),
            "peak_memory_gb": timing.peak_memory / 1e9,
            "first_step_s": timing.first_step,
        }
        for label, timing in timings.items()
    ]
