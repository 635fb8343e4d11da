"""A program in which something goes wrong that nobody can bring about from outside.

    hurt.py HOW STEP PROGRAM ARGUMENTS...

HOW is "weights" (one of them is no number any more), "replica" (the last one fails) or "streamed"
(no images are held in memory). The first two happen at a training step of the process, from 1 on.
"""

import pathlib
import runpy
import sys


def _hurt_weights(at):
    from goldnas_tf.training.learner import Learner

    steps, step = iter(range(1, 1_000_000)), Learner.step

    def hurt(self, *batch):
        if next(steps) == at:
            weight = self.model.trainable_variables[0]
            weight.assign(weight + float("nan"))
        return step(self, *batch)

    Learner.step = hurt


def _hurt_replica(at):
    import tensorflow as tf

    from goldnas_tf.training.learner import Learner

    steps, entropy = iter(range(1, 1_000_000)), Learner._mean_entropy

    def fail(labels, replica, last):
        if replica == last and next(steps) == at:
            raise RuntimeError("the device is gone")
        return labels

    def hurt(self, labels, logits):
        context = tf.distribute.get_replica_context()
        place = [context.replica_id_in_sync_group, context.num_replicas_in_sync - 1]
        seen = tf.numpy_function(fail, [labels, *place], labels.dtype)
        return entropy(self, tf.ensure_shape(seen, labels.shape), logits)

    Learner._mean_entropy = hurt


def _stream(_):
    from goldnas_tf.data import splits

    splits.IN_MEMORY_BYTES = 1


if __name__ == "__main__":
    _, how, at, *sys.argv = sys.argv
    {"weights": _hurt_weights, "replica": _hurt_replica, "streamed": _stream}[how](int(at))
    sys.path[0] = str(pathlib.Path(sys.argv[0]).parent)
    runpy.run_path(sys.argv[0], run_name="__main__")
