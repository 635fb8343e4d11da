"""What an evolution refuses before anything is written or trained."""

import tensorflow as tf

from goldnas_tf.data import ImageData, training_batches
from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.errors import InputError
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.resources.resources import COUNTED, RESOURCES
from goldnas_tf.runtime.devices import check_devices


def check(config: EvolveConfig, data: ImageData, assembly: Assembly) -> None:
    """Checks that networks can meet the limits, and processes train them on the images.

    Raises:
        InputError: they cannot.
    """
    _check_limits(assembly, config.evolution.most)
    # what the processes would refuse; each has one GPU at most
    replicas = config.devices.logical_cpus() or 1
    check_devices(config.devices, gpus(), replicas, config.optimizer.batch_size)
    training_batches(data, config.optimizer.batch_size, config.augmentation, config.seed)
    if not are_held(data) and data.source != config.data:
        raise InputError(
            f"data: expected the images of config.data, {config.data.dataset}, as streamed ones "
            f"are loaded by every process; received {data.name}"
        )


def gpus() -> int:
    """How many GPUs there are."""
    return len(tf.config.list_physical_devices("GPU"))


def are_held(data: ImageData) -> bool:
    """Whether the images are in memory, so that processes can be given them."""
    return all(isinstance(split, ArraySplit) for split in data.splits)


def _check_limits(assembly: Assembly, limits: dict[str, float]) -> None:
    for name in [name for name in COUNTED if name in limits]:
        least = assembly.smallest(name)
        if least > limits[name]:
            raise InputError(
                f"max_{name}: expected at least the {least:,} {RESOURCES[name].unit} of the "
                f"smallest network of these blocks; received {limits[name]:,}; allow more, or "
                "smaller widths"
            )
