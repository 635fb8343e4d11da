"""Points of a run, which of them are not dominated, and the volume that they dominate.

Plain data, no TensorFlow. May import `files` and `errors`.
"""

from goldnas_tf.pareto.points import (
    KIND,
    REASONS,
    Point,
    dominates,
    evenly,
    from_json,
    mark,
    to_json,
)

__all__ = [
    "KIND",
    "REASONS",
    "Point",
    "dominates",
    "evenly",
    "from_json",
    "mark",
    "to_json",
]
