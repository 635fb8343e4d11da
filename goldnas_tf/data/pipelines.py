"""How a `tf.data` pipeline of ours runs."""

import tensorflow as tf


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The same dataset, of a pipeline that keeps the threads it starts with: one for each core.

    To tune it brings nothing here. It takes longer to begin, a quarter of a second where images are
    decoded, and where cores are few the thread that tunes takes seconds to end: each training
    and each measurement waits for it.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
