"""What a process imports before it is copied for programs; it may start nothing of TensorFlow's."""

import os

os.environ.pop("TF_CPP_MIN_LOG_LEVEL", None)

from goldnas_tf.runtime.quiet import quiet

with quiet():
    import goldnas_tf.searching.search_loop
    import goldnas_tf.training.train_loop  # noqa: F401
