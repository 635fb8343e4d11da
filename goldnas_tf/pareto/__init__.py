"""Points of a run, which of them are not dominated, and the volume that they dominate.

Plain data, no TensorFlow. May import `errors` alone.
"""

from goldnas_tf.pareto.points import (
    COSTS,
    REASONS,
    SCHEMA,
    Point,
    dominates,
    evenly,
    from_json,
    mark,
    to_json,
)

__all__ = [
    "COSTS",
    "REASONS",
    "SCHEMA",
    "Point",
    "dominates",
    "evenly",
    "from_json",
    "mark",
    "to_json",
]
