"""A process that does training steps when it is told to, so that several can take turns.

    python -m bench.contender NAME CHANNELS CELLS BATCH SHARE

It prints "ready" after its first step; then, for each number that it reads, does so many steps and
prints the seconds they took; at the end of the input, its peak memory in bytes.
"""

import importlib
import resource
import sys
import time

from bench.shapes import Shape, genotype

NAMES = ("goldnas_tf", "torch eager", "torch.compile", "matrix product")
MATRIX = 2048


def make(name: str, shape: Shape, share: float):
    """The function that does one whole step and waits for its end."""
    if name == "goldnas_tf":
        return _ours(shape, share)
    if name == "matrix product":
        return _matrix_product()
    return _torch(shape, name.removeprefix("torch").strip(" ."))


def _ours(shape, share):
    runtime = importlib.import_module("goldnas_tf.training.runtime")
    runtime.prepare()
    learner, batch = make_learner(shape, share)
    return lambda: learner.step(*batch, 1e-4).numpy()


def make_learner(shape, share):
    """A learner at that share of the operators, and a batch of random images for it."""
    import tensorflow as tf

    from goldnas_tf import costs
    from goldnas_tf.config import OptimizerSettings
    from goldnas_tf.training.learner import Learner, Recipe

    space = shape.space
    recipe = Recipe(
        OptimizerSettings(batch_size=shape.batch), costs.relative(space, "macs"), mu=1.0
    )
    learner = Learner(genotype(space, share), recipe)
    images = tf.random.uniform((shape.batch, *space.image_shape), 0, 256, tf.int32)
    labels = tf.random.uniform((shape.batch,), 0, space.classes, tf.int32)
    return learner, (tf.cast(images, tf.uint8), labels)


def _torch(shape, kind):
    import torch

    from bench.torch_supernet import CLASSES, Trainer

    trainer = Trainer(shape.cells, shape.channels, kind)
    images = torch.rand(shape.batch, 3, 32, 32) * 2 - 1
    labels = torch.randint(0, CLASSES, (shape.batch,))
    return lambda: trainer.step(images, labels)


def _matrix_product():
    import numpy as np

    left, right = np.random.default_rng(0).standard_normal((2, MATRIX, MATRIX)).astype(np.float32)
    return lambda: left @ right


def main(name, channels, cells, batch, share):
    """Serves turns until the input ends."""
    step = make(name, Shape(int(channels), int(cells), int(batch)), float(share))
    step()
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - started, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
