"""Taking a point: a copy of the running network is settled, measured and exported.

With a constant learning rate the accuracy of a running network swings by several points from one
epoch to the next. So a copy is trained a little longer, at a learning rate that falls to zero,
before it is measured on the validation split. The search itself goes on from the unsettled weights.

Where gates are binary, the copy is the most probable network, and its gates are open for good.
"""

from collections.abc import Callable, Mapping

from goldnas_tf.pareto import Point
from goldnas_tf.runs.archive import Archive
from goldnas_tf.searching import discretisation
from goldnas_tf.searching.config import PointSettings
from goldnas_tf.searching.gated_learner import GatedLearner
from goldnas_tf.searching.state import SearchState
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.run import EpochRun
from goldnas_tf.training.settling import settle


def point_name(epoch: int) -> str:
    """Name of the point that is taken after an epoch."""
    return f"e{epoch:03d}"


def take(
    run: EpochRun,
    learner: GatedLearner,
    archive: Archive,
    settings: PointSettings,
    state: SearchState,
    after_step: Callable[[], None],
) -> Point:
    """Settles, measures and exports the learner's network, and adds it to the run's points.

    Args:
        run: gives images and clock, and writes the network.
        learner: a rebuilt one, without masked operators; its state is as before afterwards.
        archive: where the point goes.
        settings: how long it is settled.
        state: of the search, in which a point is pending.
        after_step: called after each settling step; may raise to interrupt.
    """
    before, alive = learner.state(), learner.genotype
    # what the gates themselves say: below, open ones are set to 1
    strengths = learner.strengths()
    epoch, reason = state.epoch, state.pending
    assert reason is not None
    facts = {"epoch": epoch, "reason": reason, "settle_epochs": settings.settle_epochs}
    if alive.space.shared:
        with run.clock("evaluation"):
            gap = discretisation.measure(learner, run.feed, epoch)
        facts["discretisation"] = gap._asdict()
    genotype = alive.without(learner.closed())
    if learner.recipe.form.gate_gradient != "sigmoid":
        learner.mask(genotype)
        learner.open_gates()
    what = f"settling the network of epoch {epoch}"
    settle(learner, run.feed, settings.settle_epochs, epoch, what, run.clock, after_step)
    name = point_name(epoch)
    path = f"pareto/{name}"
    metrics = run.publish(
        learner, GenotypeBlueprint(genotype), archive.path / path, facts, strengths
    )
    costs = {resource: metrics[resource] for resource in run.meter.names}
    point = Point(name, path, costs, metrics["val_accuracy"], epoch, reason)
    with run.clock("export"):
        archive.add(point)
    learner.load(before)
    learner.mask(alive)
    return point


def the_one(archive: Archive, most: Mapping[str, float]) -> str:
    """A line that names the best point within all limits.

    Args:
        archive: of the points.
        most: what a network may use at most, by resource.
    """
    within = [
        point
        for point in archive.points
        if all(point.costs[name] <= limit for name, limit in most.items())
    ]
    if not within:
        return "no point is within all limits"
    best = max(within, key=lambda point: (point.finished, point.val_accuracy, -point.macs))
    return (
        f"this is the one, the best within all limits: {best.name}, validation accuracy "
        f"{best.val_accuracy:.2%} -> {archive.path / best.path}"
    )
