"""Points of a run, which of them are not dominated, and the volume that they dominate.

Plain data, no TensorFlow. May import `files` and `errors`.
"""

from goldnas_tf.pareto.points import (
    FILE,
    KIND,
    REASONS,
    Point,
    PointsOfRun,
    dominates,
    evenly,
    from_json,
    mark,
    read,
    to_json,
)

__all__ = [
    "FILE",
    "KIND",
    "REASONS",
    "Point",
    "PointsOfRun",
    "dominates",
    "evenly",
    "from_json",
    "mark",
    "read",
    "to_json",
]
