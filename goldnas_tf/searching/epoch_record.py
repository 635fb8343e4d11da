"""What is recorded of an epoch of a search, as plain values."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import STEM, Gate
from goldnas_tf.searching.state import SearchState


def line(
    before: SearchState,
    state: SearchState,
    there: Genotype,
    built: Genotype,
    means: Mapping[str, Any],
    used: float,
    planned: float | None,
) -> dict[str, Any]:
    """The line of metrics.jsonl.

    Args:
        before: the state before the pruning.
        state: after it.
        there: the network that is used of what is alive.
        built: the network that was trained.
        means: over the steps of the epoch.
        used: by the network, of what is brought down.
        planned: what it may use of that; None where there is no plan.
    """
    cost = costs.total(there)
    return {
        "epoch": state.epoch,
        "step": state.step,
        **{name: means[name] for name in ("loss", "cross_entropy", "penalty")},
        "train_accuracy": means["train_accuracy"],
        "val_accuracy": state.accuracy,
        "lambda": before.lambda_.value,
        "pruned": len(before.genotype.members) - len(state.genotype.members),
        "alive": len(state.genotype.places),
        "groups": len(state.genotype.groups),
        "macs": cost.macs,
        "params": cost.params,
        "used": used,
        "planned": planned,
        "built_macs": costs.total(built).macs,
        "images_per_second": means["images_per_second"],
    }


def by_owner(strengths: Mapping[Gate, float]) -> dict[str, np.ndarray]:
    """The gates of each cell, and of the channels of each and of the stem, for histograms."""
    gates: dict[str, list[float]] = {}
    for gate, strength in strengths.items():
        kind = "widths" if gate.feeds.is_width else "gates"
        owner = "stem" if gate.cell == STEM else f"cell_{gate.cell}"
        gates.setdefault(f"{kind}/{owner}", []).append(strength)
    return {name: np.array(cell) for name, cell in gates.items()}
