"""What an evolution refuses before anything is written or trained."""

from goldnas_tf.data import ImageData, training_batches
from goldnas_tf.errors import InputError
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.resources.resources import COUNTED, RESOURCES
from goldnas_tf.runtime import devices
from goldnas_tf.runtime.devices import check_devices
from goldnas_tf.training import trainings


def check(config: EvolveConfig, data: ImageData, assembly: Assembly) -> None:
    """Checks that networks can meet the limits, and processes train them on the images.

    Raises:
        InputError: they cannot.
    """
    _check_limits(assembly, config.evolution.most)
    # what the processes would refuse; each has one GPU at most
    replicas = config.devices.logical_cpus() or 1
    check_devices(config.devices, devices.gpus(), replicas, config.optimizer.batch_size)
    training_batches(data, config.optimizer.batch_size, config.augmentation, config.seed)
    trainings.check(config, config.engine, data)


def _check_limits(assembly: Assembly, limits: dict[str, float]) -> None:
    for name in [name for name in COUNTED if name in limits]:
        least = assembly.smallest(name)
        if least > limits[name]:
            raise InputError(
                f"max_{name}: expected at least the {least:,} {RESOURCES[name].unit} of the "
                f"smallest network of these blocks; received {limits[name]:,}; allow more, or "
                "smaller widths"
            )
