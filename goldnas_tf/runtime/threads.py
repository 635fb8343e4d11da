"""How many threads compute, and where: a latency means nothing without them."""

import os

import tensorflow as tf


def use(count: int) -> None:
    """Sets how many threads TensorFlow and LiteRT compute with.

    It has to come before TensorFlow's first operation.

    Args:
        count: side by side, within an operation and over operations; 0 is one for each core.
    """
    tf.config.threading.set_intra_op_parallelism_threads(count or _cores())
    tf.config.threading.set_inter_op_parallelism_threads(count or _cores())


def count() -> int:
    """How many threads compute side by side; TensorFlow's own choice is one for each core."""
    within = tf.config.threading.get_intra_op_parallelism_threads()
    over = tf.config.threading.get_inter_op_parallelism_threads()
    return max(within or _cores(), over or _cores())


def device() -> str:
    """What TensorFlow computes on: the name of the first GPU, or "CPU"."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "CPU"
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU")


def _cores() -> int:
    return len(os.sched_getaffinity(0))
