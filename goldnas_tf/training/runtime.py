"""How TensorFlow runs in a program of ours: devices, threads, graph passes, warnings.

`prepare` has to come before TensorFlow's first operation; programs call it, the library does not.
"""

import os

import tensorflow as tf

from goldnas_tf.errors import InputError


def prepare(strategy: str = "auto") -> None:
    """Sets TensorFlow up for training graphs of many small operators.

    Args:
        strategy: as in `DeviceSettings`; "cpu:N" makes the N logical devices.

    Raises:
        InputError: the strategy is not known.
    """
    replicas = _logical_cpus(strategy)
    if replicas:
        cpu = tf.config.list_physical_devices("CPU")[0]
        logical = [tf.config.LogicalDeviceConfiguration()] * replicas
        tf.config.set_logical_device_configuration(cpu, logical)
    # many small operators run best side by side, each on one thread; the user's choice stands
    if "TF_NUM_INTEROP_THREADS" not in os.environ:
        tf.config.threading.set_inter_op_parallelism_threads(os.cpu_count() or 1)
    if "TF_NUM_INTRAOP_THREADS" not in os.environ:
        tf.config.threading.set_intra_op_parallelism_threads(1)
    # the graph optimiser takes longer over a supernet than it ever saves on a CPU
    if not tf.config.list_physical_devices("GPU"):
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    # each rebuilt network is traced once, which TensorFlow takes for a mistake
    tf.get_logger().setLevel("ERROR")


def make_strategy(name: str, batch_size: int) -> tf.distribute.Strategy:
    """The distribution strategy of that name.

    Args:
        name: "one" device, "mirrored" over all GPUs, "cpu:N" over N logical CPUs (after
            `prepare`), or "auto": mirrored where there are several GPUs.
        batch_size: the global batch, a multiple of the number of replicas.

    Raises:
        InputError: unknown, no such devices, or a batch that does not divide.
    """
    gpus = tf.config.list_logical_devices("GPU")
    cpus = _logical_cpus(name)
    if name == "mirrored" and not gpus:
        raise InputError("strategy mirrored needs at least one GPU; none is visible, use one")
    if cpus:
        devices = [f"/cpu:{index}" for index in range(cpus)]
        strategy = tf.distribute.MirroredStrategy(
            devices, cross_device_ops=tf.distribute.ReductionToOneDevice()
        )
    elif name == "mirrored" or (name == "auto" and len(gpus) > 1):
        strategy = tf.distribute.MirroredStrategy()
    else:
        strategy = tf.distribute.get_strategy()
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise InputError(
            f"batch_size must be a multiple of the {replicas} replicas; received {batch_size}"
        )
    return strategy


def distribute(strategy: tf.distribute.Strategy, batches: tf.data.Dataset):
    """The batches, each split over the replicas where there are several."""
    if strategy.num_replicas_in_sync == 1:
        return batches
    return strategy.experimental_distribute_dataset(batches)


def _logical_cpus(name: str) -> int:
    """N of "cpu:N", 0 for the other strategies."""
    kind, _, count = name.partition(":")
    if kind == "cpu" and count.isdecimal() and int(count) > 0:
        return int(count)
    if name not in ("auto", "one", "mirrored"):
        raise InputError(f"strategy must be auto, one, mirrored or cpu:N; received {name!r}")
    return 0
