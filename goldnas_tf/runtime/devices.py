"""How TensorFlow runs in a program of ours: devices, threads, graph passes, warnings.

`prepare` has to come before TensorFlow's first operation; programs call it, the library does not.
"""

import os
import typing
from collections.abc import Iterator

import tensorflow as tf

from goldnas_tf.errors import InputError
from goldnas_tf.runtime import multi_worker
from goldnas_tf.settings.sections import DeviceSettings


class Batches(typing.Protocol):
    """Of images and labels, as often as they are asked for; per replica where there are several."""

    def __iter__(self) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """One after the other."""


def prepare(devices: DeviceSettings | None = None) -> None:
    """Sets TensorFlow up for training graphs of many small operators.

    Args:
        devices: of the run; the strategy "cpu:N" makes N logical devices. Default: one device, or
            all GPUs.
    """
    replicas = (devices or DeviceSettings()).logical_cpus()
    if replicas:
        cpu = tf.config.list_physical_devices("CPU")[0]
        logical = [tf.config.LogicalDeviceConfiguration()] * replicas
        tf.config.set_logical_device_configuration(cpu, logical)
    # many small operators run best side by side, each on one thread; the user's choice stands
    if "TF_NUM_INTEROP_THREADS" not in os.environ:
        tf.config.threading.set_inter_op_parallelism_threads(len(os.sched_getaffinity(0)))
    if "TF_NUM_INTRAOP_THREADS" not in os.environ:
        tf.config.threading.set_intra_op_parallelism_threads(1)
    # the graph optimiser takes longer over a supernet than it ever saves on a CPU
    if not tf.config.list_physical_devices("GPU"):
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    if devices and devices.is_multi_worker:
        multi_worker.join()
    # each rebuilt network is traced once, which TensorFlow takes for a mistake
    tf.get_logger().setLevel("ERROR")


def gpus() -> int:
    """How many GPUs TensorFlow sees."""
    return len(tf.config.list_physical_devices("GPU"))


def leave_gpus() -> None:
    """Leaves the GPUs to other processes; has to come before TensorFlow's first operation."""
    tf.config.set_visible_devices([], "GPU")


def make_strategy(settings: DeviceSettings, batch_size: int) -> tf.distribute.Strategy:
    """The distribution strategy of a run.

    Args:
        settings: "one" device, "mirrored" over all GPUs, "cpu:N" over N logical CPUs (after
            `prepare`), "multi_worker" (likewise), or "auto": mirrored where there are several GPUs.
        batch_size: the global batch, a multiple of the number of replicas.

    Raises:
        InputError: no such devices, a batch that does not divide, or XLA over several replicas.
    """
    gpus = tf.config.list_logical_devices("GPU")
    cpus = settings.logical_cpus()
    if cpus:
        there = len(tf.config.list_logical_devices("CPU"))
        if there < cpus:
            raise InputError(
                f"strategy: expected as many logical CPUs as cpu:{cpus} needs; received {there}; "
                "call goldnas_tf.prepare before TensorFlow's first operation"
            )
        devices = [f"/cpu:{index}" for index in range(cpus)]
        strategy = tf.distribute.MirroredStrategy(
            devices, cross_device_ops=tf.distribute.ReductionToOneDevice()
        )
    elif settings.is_multi_worker:
        strategy = multi_worker.joined()
    elif settings.strategy == "mirrored" or (settings.strategy == "auto" and len(gpus) > 1):
        strategy = tf.distribute.MirroredStrategy()
    else:
        strategy = tf.distribute.get_strategy()
    check_devices(settings, len(gpus), strategy.num_replicas_in_sync, batch_size)
    return strategy


def check_devices(settings: DeviceSettings, gpus: int, replicas: int, batch_size: int) -> None:
    """Checks that settings fit the devices, those of another process perhaps.

    Args:
        settings: on devices.
        gpus: how many there are.
        replicas: that share a batch.
        batch_size: the global batch.

    Raises:
        InputError: no GPUs to mirror on, a batch that does not divide, or XLA over several
            replicas.
    """
    if settings.strategy == "mirrored" and not gpus:
        raise InputError(
            "strategy: expected at least one GPU for mirrored; received none; use auto"
        )
    if batch_size % replicas:
        raise InputError(
            f"batch_size: expected a multiple of the {replicas} replicas; received {batch_size}"
        )
    if settings.xla and replicas > 1:
        raise InputError(f"xla: expected one replica; received {replicas}; use noxla")


def describe_devices(strategy: tf.distribute.Strategy) -> list[str]:
    """What a strategy computes on, as "1 GPU" or "CPU (2 cores)"."""
    if (workers := multi_worker.count()) > 1:
        kind = "GPUs" if tf.config.list_logical_devices("GPU") else "CPUs"
        return [f"{strategy.num_replicas_in_sync} {kind} of {workers} workers"]
    if strategy.num_replicas_in_sync > 1:
        kinds = [device.rsplit(":", 2)[-2] for device in strategy.extended.worker_devices]
        return [f"{len(kinds)} {kinds[0]}s"]
    if tf.config.list_logical_devices("GPU"):
        return ["1 GPU"]
    return [f"CPU ({len(os.sched_getaffinity(0))} cores)"]


def distribute(strategy: tf.distribute.Strategy, batches: tf.data.Dataset) -> Batches:
    """The batches, each split over the replicas where there are several."""
    if strategy.num_replicas_in_sync == 1:
        return batches
    if multi_worker.count() > 1:
        return multi_worker.Parts(batches)
    return strategy.experimental_distribute_dataset(batches)
