"""Taking a point: a copy of the running network is settled, measured and exported.

With a constant learning rate the accuracy of a running network swings by several points from one
epoch to the next. So a copy is trained a little longer, at a learning rate that falls to zero,
before it is measured on the validation split. The search itself goes on from the unsettled weights.

Where gates are binary, the copy is the most probable network, and its gates are open for good.
"""

from collections.abc import Callable

from goldnas_tf.architecture import resources
from goldnas_tf.data import ImageData
from goldnas_tf.networks.carrying import alone
from goldnas_tf.pareto import Point
from goldnas_tf.report.drawing import draw_network
from goldnas_tf.runs import export
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.clock import Clock
from goldnas_tf.searching import discretisation
from goldnas_tf.searching.config import PointSettings
from goldnas_tf.training.feed import Feed
from goldnas_tf.training.learner import Learner
from goldnas_tf.training.settling import settle


def point_name(epoch: int) -> str:
    """Name of the point that is taken after an epoch."""
    return f"e{epoch:03d}"


def take(
    learner: Learner,
    feed: Feed,
    data: ImageData,
    archive: Archive,
    settings: PointSettings,
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
        settings: how long it is settled.
        epoch: after which it is taken.
        reason: one of `pareto.REASONS`.
        after_step: called after each settling step; may raise to interrupt.
        clock: told where the time goes.
    """
    before, alive = learner.state(), learner.genotype
    # what the gates themselves say: below, open ones are set to 1
    strengths = learner.strengths()
    metrics = {"epoch": epoch, "reason": reason, "settle_epochs": settings.settle_epochs}
    if alive.space.shared:
        with clock("evaluation"):
            gap = discretisation.measure(learner, feed, epoch)
        metrics["discretisation"] = gap._asdict()
    genotype = alive.without(learner.closed())
    if learner.recipe.form.gate_gradient != "sigmoid":
        learner.mask(genotype)
        learner.open_gates()
    what = f"settling the network of epoch {epoch}"
    settle(learner, feed, settings.settle_epochs, epoch, what, clock, after_step)
    with clock("evaluation"):
        accuracy = learner.accuracy(feed.validation)
    name, costs = point_name(epoch), resources.total(genotype)
    point = Point(name, f"pareto/{name}", costs, accuracy, epoch, reason)
    metrics |= {
        **costs,
        "operators": len(genotype.places),
        "val_accuracy": accuracy,
        "val_images": data.validation.size,
    }
    with clock("export"):
        export.export(
            archive.path / point.path,
            alone(learner.model, genotype, learner.recipe.form),
            genotype,
            data.class_names,
            metrics,
            draw=lambda path: draw_network(genotype, path, strengths),
        )
        archive.add(point)
    learner.load(before)
    learner.mask(alive)
    return point
