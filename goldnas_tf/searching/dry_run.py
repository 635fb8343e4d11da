"""What a search would do, as lines of `name: value`, without doing it."""

import math

from goldnas_tf.architecture import costs, memory
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.data import ImageData, steps_per_pass, training_batches
from goldnas_tf.runtime.devices import make_strategy
from goldnas_tf.searching.budget import Budgets
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.searching.fitting import fitting_space


def describe(config: SearchConfig, data: ImageData) -> str:
    """The space, its costs, an estimate of the memory, and every setting in force.

    Args:
        config: of the search.
        data: its images.

    Raises:
        InputError: what the search itself would refuse.
    """
    space = fitting_space(config, data)
    batch_size = config.optimizer.batch_size
    replicas = make_strategy(config.devices, batch_size).num_replicas_in_sync
    budgets = Budgets.resolve(config, space)
    training_batches(data, batch_size, config.augmentation, config.seed)
    full = Genotype.full(space)
    outside, inside = costs.outside_gates(full), costs.in_gates(full)
    steps = config.points.steps_per_epoch or steps_per_pass(data, batch_size)
    values = {
        "data_set": data.title,
        "image_shape": "x".join(map(str, data.image_shape)),
        "classes": len(data.class_names),
        "images_train": data.train.size,
        "images_validation": data.validation.size,
        "candidates": space.candidates,
        "log10_candidates": f"{math.log10(space.candidates):.2f}",
        "operators": len(full.places),
        "groups_of_channels": len(full.groups),
        "macs_outside_gates": outside.macs,
        "macs_in_gates": inside.macs,
        "params": costs.total(full).params,
        "floor_resolved": budgets.yardstick.told(budgets.floor),
        "targets_resolved": "; ".join(map(budgets.axis.told, budgets.targets)),
        "replicas": replicas,
        "steps_in_an_epoch": steps,
        "memory_per_step_bytes": memory.step_bytes(full, batch_size // replicas),
    }
    for section in config.to_json().values():
        values.update(section if isinstance(section, dict) else {})
    values["seed"] = config.seed
    return "\n".join(f"{name}: {_text(value)}" for name, value in values.items())


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
