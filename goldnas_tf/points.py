"""Taking a point: a copy of the running network is settled, measured and exported.

With a constant learning rate the accuracy of a running network swings by several points from one
epoch to the next. So a copy is trained a little longer, at a learning rate that falls to zero,
before it is measured on the validation split. The search itself goes on from the unsettled weights.
"""

import functools
from collections.abc import Callable

from goldnas_tf import costs, export
from goldnas_tf.annealing import annealed
from goldnas_tf.archive import Archive
from goldnas_tf.clock import Clock
from goldnas_tf.data import ImageData
from goldnas_tf.pareto import Point
from goldnas_tf.report.drawing import draw_network
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import METRICS, Learner
from goldnas_tf.training.steps import train
from goldnas_tf.training.sums import Sums


def point_name(epoch: int) -> str:
    """Name of the point that is taken after an epoch."""
    return f"e{epoch:03d}"


def take(
    learner: Learner,
    feed: Feed,
    data: ImageData,
    archive: Archive,
    settle_epochs: int,
    epoch: int,
    reason: str,
    after_step: Callable[[], None],
    clock: Clock,
) -> Point:
    """Settles, measures and exports the learner's network, and adds it to the run's points.

    Args:
        learner: a rebuilt one, without masked operators; its state is as before afterwards.
        feed: settled on its training images, measured on its validation images.
        data: names the classes.
        archive: where the point goes.
        settle_epochs: passes over the training images that settle it.
        epoch: after which it is taken.
        reason: one of `pareto.REASONS`.
        after_step: called after each settling step; may raise to interrupt.
        clock: told where the time goes.
    """
    before = learner.state()
    settle(learner, feed, settle_epochs, epoch, after_step, clock)
    with clock("evaluation"):
        accuracy = learner.accuracy(feed.validation)
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
        "settle_epochs": settle_epochs,
    }
    strengths = learner.strengths()
    with clock("export"):
        export.export(
            archive.path / point.path,
            export.plain_copy(genotype, learner.recipe.form, learner.state()),
            genotype,
            data.class_names,
            metrics,
            draw=lambda path: draw_network(genotype, path, strengths),
        )
        archive.add(point)
    learner.load(before)
    return point


def settle(
    learner: Learner,
    feed: Feed,
    epochs: int,
    number: int,
    after_step: Callable[[], None],
    clock: Clock,
) -> None:
    """Trains without the resource term while the learning rates fall to zero by a half cosine.

    Args:
        learner: is changed in place.
        feed: of training images.
        epochs: passes over them.
        number: of the point; decides the order of the images.
        after_step: called after each step.
        clock: told where the time goes.

    Raises:
        TrainingError: the loss is not finite.
    """
    steps = epochs * feed.pass_steps
    sums = Sums((0.0,) * len(METRICS), 0, f"settling the network of epoch {number}")
    rate = functools.partial(annealed, steps)
    stream = feed.apart(number, steps)
    for _ in train(learner, stream, range(steps), sums, clock, rate=rate, phase="settling"):
        after_step()
    learner.anneal(1.0)
