"""A process that does training steps when it is told to, so that several can take turns.

    python -m bench.contender NAME SHARE CHANNELS CELLS BATCH SIDE GROUPS NODES

It prints "ready" after its first step; then, for each number that it reads, does so many steps and
prints the seconds they took; at the end of the input, its peak memory in bytes.
"""

import resource
import sys
import time
import typing
from collections.abc import Callable, Collection

from bench.shapes import Shape, genotype

if typing.TYPE_CHECKING:
    from goldnas_tf.searching.gated_learner import GatedLearner

MATRIX = 4096


def make(name: str, shape: Shape, share: float) -> Callable[[], object]:
    """The function that does one whole step and waits for its end.

    Args:
        name: "goldnas_tf", with "xla" and "bfloat16" behind it where wanted; "torch eager",
            "torch compile"; or "product", of two square matrices of side `MATRIX`.
        shape: of the supernet and the batch.
        share: of the operators' multiply-adds that is left; for goldnas_tf alone.
    """
    program, *options = name.split()
    if program == "product":
        return _product()
    return _torch(shape, *options) if program == "torch" else _ours(shape, share, options)


def _ours(shape: Shape, share: float, options: Collection[str]) -> Callable[[], object]:
    from goldnas_tf.runtime import devices

    devices.prepare()
    learner, batch = make_learner(
        shape, share, "mixed_bfloat16" if "bfloat16" in options else "float32", "xla" in options
    )
    return lambda: learner.step(*batch, 1e-4).numpy()


def make_learner(
    shape: Shape, share: float = 1.0, precision: str = "float32", xla: bool = False
) -> tuple["GatedLearner", tuple[typing.Any, typing.Any]]:
    """A learner at that share of the operators, and a batch of random images for it."""
    import tensorflow as tf

    from goldnas_tf.networks.network import Form
    from goldnas_tf.searching.gated_learner import GatedLearner
    from goldnas_tf.settings.sections import OptimizerSettings
    from goldnas_tf.training.learner import Recipe

    space = shape.space
    recipe = Recipe(
        OptimizerSettings(batch_size=shape.batch),
        mu=1.0,
        form=Form(precision=precision),
        xla=xla,
    )
    learner = GatedLearner(genotype(space, share), recipe)
    images = tf.random.uniform((shape.batch, *space.image_shape), 0, 256, tf.int32)
    labels = tf.random.uniform((shape.batch,), 0, space.classes, tf.int32)
    return learner, (tf.cast(images, tf.uint8), labels)


def _torch(shape: Shape, kind: str) -> Callable[[], object]:
    import torch

    from bench.torch_supernet import CLASSES, Trainer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    trainer = Trainer(shape.cells, shape.channels, kind, device)
    images = torch.rand(shape.batch, 3, *shape.space.image_shape[:2], device=device) * 2 - 1
    labels = torch.randint(0, CLASSES, (shape.batch,), device=device)
    return lambda: trainer.step(images, labels)


def _product() -> Callable[[], object]:
    import tensorflow as tf

    left, right = tf.random.normal((2, MATRIX, MATRIX))
    return lambda: tf.matmul(left, right)[0, 0].numpy()


def peak_memory() -> int:
    """Most memory used so far, in bytes: of the GPU where there is one, else of the process."""
    if "torch" in sys.modules:
        import torch

        if torch.cuda.is_available():
            return torch.cuda.max_memory_allocated()
    elif "tensorflow" in sys.modules:
        import tensorflow as tf

        if tf.config.list_logical_devices("GPU"):
            return tf.config.experimental.get_memory_info("GPU:0")["peak"]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(name: str, share: str, *shape: str) -> None:
    """Serves turns until the input ends."""
    step = make(name, Shape(*map(int, shape)), float(share))
    step()
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - started, flush=True)
    print(peak_memory(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
