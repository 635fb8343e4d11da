"""Taking a point: a copy of the running network is settled, measured and exported.

With a constant learning rate the accuracy of a running network swings by several points from one
epoch to the next. So a copy is trained a little longer, at a learning rate that falls to zero,
before it is measured on the validation split. The search itself goes on from the unsettled weights.
"""

import math
from collections.abc import Callable, Iterable

from goldnas_tf import costs, export
from goldnas_tf.clock import Clock
from goldnas_tf.config import SearchConfig
from goldnas_tf.data import ImageData, steps_per_pass, training_batches
from goldnas_tf.pareto import Point
from goldnas_tf.report.drawing import draw_network
from goldnas_tf.run_folder import RunFolder
from goldnas_tf.training.learner import METRICS, Learner
from goldnas_tf.training.runtime import distribute
from goldnas_tf.training.sums import Sums


def point_name(epoch: int) -> str:
    """Name of the point that is taken after an epoch."""
    return f"e{epoch:03d}"


def take(
    learner: Learner,
    data: ImageData,
    config: SearchConfig,
    folder: RunFolder,
    epoch: int,
    reason: str,
    validation: Iterable,
    after_step: Callable[[], None],
    clock: Clock,
) -> Point:
    """Settles, measures and exports the learner's network, and adds it to the run's points.

    Args:
        learner: a rebuilt one, without masked operators; its state is as before afterwards.
        data: settled on the training images, measured on the validation images.
        config: of the run.
        folder: where the point goes.
        epoch: after which it is taken.
        reason: one of `pareto.REASONS`.
        validation: batches to measure on.
        after_step: called after each settling step; may raise to interrupt.
        clock: told where the time goes.
    """
    before = learner.state()
    settle(learner, data, config, epoch, after_step, clock)
    with clock("evaluation"):
        accuracy = learner.accuracy(validation)
    genotype, cost = learner.genotype, costs.total(learner.genotype)
    name = point_name(epoch)
    point = Point(name, f"pareto/{name}", cost.macs, cost.params, accuracy, epoch, reason)
    metrics = {
        "macs": cost.macs,
        "params": cost.params,
        "operators": len(genotype.places),
        "val_accuracy": accuracy,
        "val_images": data.validation.size,
        "epoch": epoch,
        "reason": reason,
        "settle_epochs": config.points.settle_epochs,
    }
    strengths = learner.strengths()
    with clock("export"):
        export.export(
            folder.path / point.path,
            export.plain_copy(genotype, learner.recipe.form, learner.state()),
            genotype,
            data.class_names,
            metrics,
            draw=lambda path: draw_network(genotype, path, strengths),
        )
        folder.add_point(point)
    learner.load(before)
    return point


def settle_steps(config: SearchConfig, data: ImageData) -> int:
    """How many steps settle a point."""
    return config.points.settle_epochs * steps_per_pass(data, config.optimizer.batch_size)


def settle(
    learner: Learner,
    data: ImageData,
    config: SearchConfig,
    epoch: int,
    after_step: Callable[[], None],
    clock: Clock,
) -> None:
    """Trains without the resource term while the learning rates fall to zero by a half cosine.

    Args:
        learner: is changed in place.
        data: whose training images are passed over `settle_epochs` times.
        config: of the run.
        epoch: decides the order of the images.
        after_step: called after each step.
        clock: told where the time goes.

    Raises:
        TrainingError: the loss is not finite.
    """
    settings = config.optimizer
    steps = settle_steps(config, data)
    # far from the seeds of the search's own stream, which are the run's
    seed = (config.seed + 1) * 1_000_003 + epoch
    batches = training_batches(data, settings.batch_size, config.augmentation, seed)
    stream = iter(distribute(learner.recipe.strategy, batches.take(steps)))
    sums = Sums((0.0,) * len(METRICS), 0, f"settling the network of epoch {epoch}")
    for step, (images, labels) in enumerate(stream):
        learner.anneal(0.5 * (1 + math.cos(math.pi * step / steps)))
        with clock("settling" if learner.step_is_traced else "tracing"):
            sums.add(learner.step(images, labels, 0.0))
        after_step()
    sums.total()
    learner.anneal(1.0)
