"""The input pipeline: alone with full augmentation, and in front of a training step."""

import dataclasses
import statistics
import time
import typing
from collections.abc import Iterator

import numpy as np

from bench.contender import make_learner
from bench.shapes import Shape

if typing.TYPE_CHECKING:
    from goldnas_tf.data import ImageData
    from goldnas_tf.searching.gated_learner import GatedLearner
    from goldnas_tf.settings.images import AugmentationSettings

IMAGES = 50_000
SHAPE = Shape(16, 8, 96)
WARM_BATCHES = 5
STEPS = 15


def measure(turns: int, seconds: float = 3.0) -> list[dict]:
    """Counts the images that come out, and how long a step waits for them.

    Args:
        turns: of some seconds each.
        seconds: how long a turn is.

    Returns:
        A row for each augmentation.
    """
    from goldnas_tf.data import training_batches

    data = _images()
    learner, batch = make_learner(SHAPE)
    learner.step(*batch, 1e-4).numpy()
    rows = []
    for name, settings in _augmentations().items():
        batches = training_batches(data, SHAPE.batch, settings, seed=0)
        rates = []
        for _ in range(turns):
            stream = iter(batches)
            for _ in range(WARM_BATCHES):
                next(stream)
            count, started = 0, time.perf_counter()
            while time.perf_counter() - started < seconds:
                next(stream)
                count += 1
            rates.append(count * SHAPE.batch / (time.perf_counter() - started))
            del stream
        waited, stepped = _in_front_of_a_step(iter(batches), learner)
        rate = statistics.median(rates)
        rows.append(
            {
                "augmentation": name,
                "images_per_second": rate,
                "spread": (max(rates) - min(rates)) / 2 / rate,
                "of_what_a_step_eats": rate * stepped / SHAPE.batch,
                "waiting_share": waited / (waited + stepped),
            }
        )
    return rows


def _in_front_of_a_step(
    stream: Iterator[tuple[typing.Any, typing.Any]], learner: "GatedLearner"
) -> tuple[float, float]:
    """Mean seconds that one step waits and works."""
    waited = stepped = 0.0
    for _ in range(WARM_BATCHES):
        learner.step(*next(stream), 1e-4).numpy()
    for _ in range(STEPS):
        started = time.perf_counter()
        batch = next(stream)
        ready = time.perf_counter()
        learner.step(*batch, 1e-4).numpy()
        waited += ready - started
        stepped += time.perf_counter() - ready
    return waited / STEPS, stepped / STEPS


def _augmentations() -> dict[str, "AugmentationSettings"]:
    from goldnas_tf.settings.images import AugmentationSettings

    basic = AugmentationSettings(crop_padding=4, flip=True, cutout=16)
    return {
        "crop, flip, cutout": basic,
        "the same and RandAugment": dataclasses.replace(basic, policy="randaugment"),
    }


def _images() -> "ImageData":
    """As many images of the size of CIFAR-10's; what they show does not change the time."""
    import tensorflow as tf

    from goldnas_tf.data import from_datasets

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, *SHAPE.space.image_shape), np.uint8)
    labels = rng.integers(0, SHAPE.space.classes, IMAGES)
    train = tf.data.Dataset.from_tensor_slices((images, labels))
    names = [str(label) for label in range(SHAPE.space.classes)]
    return from_datasets(train, train.take(SHAPE.batch), class_names=names)
