"""The end of an evolution: its front is trained longer and becomes the points of the run."""

import dataclasses
import pathlib
import statistics
from typing import Any

from goldnas_tf.engine.engine import Bounds, Engine
from goldnas_tf.errors import TrainingError
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.plan_picture import draw_plan
from goldnas_tf.evolution.records import Records
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.files import atomic
from goldnas_tf.pareto import Point
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.train_config import train_config
from goldnas_tf.training.trainings import task


def train_front(
    chosen: list[Candidate],
    config: EvolveConfig,
    assembly: Assembly,
    records: Records,
    archive: Archive,
    team: Engine,
    journal: Journal,
    signals: Interrupts,
) -> None:
    """Trains networks for as long as `bin/train` does, and exports them as points.

    Points of a front that was the last one before `generations` grew stay points: they were trained
    to the end like the others, and are marked by what came of that.

    Args:
        chosen: the networks of the front; those that are points already are left alone.
        config: of the evolution.
        assembly: what their genes mean.
        records: of the run.
        archive: where the points go.
        team: trains them.
        journal: told of each.
        signals: end it; the trainings go on when the run is resumed.

    Raises:
        TrainingError: there is no point, as no network could be trained.
    """
    todo = {one.name: one for one in chosen if not archive.has(one.name)}
    if not todo:
        return
    number = len(records.history)
    training = train_config(config, config.seed)
    journal.say(f"training {len(todo)} networks of the front for {training.training.epochs} epochs")
    folders = {name: archive.path / "pareto" / name for name in todo}
    tasks = [
        task(
            name,
            GenotypeBlueprint(assembly.genotype(one.genes)),
            training,
            archive.path / "training" / name,
            destination=folders[name],
        )
        for name, one in todo.items()
    ]
    failures = []
    for name, outcome in team.run(tasks, Bounds(), signals):
        if outcome.result is None:
            failures.append(str(outcome.failure))
            journal.say(f"{name} could not be trained: {outcome.failure}")
            continue
        plan = assembly.plan(todo[name].genes)
        atomic.write_json(folders[name] / "assembly.json", plan)
        draw_plan(plan, assembly.genotype(todo[name].genes), folders[name] / "network.png")
        point = _point(todo[name], outcome.result, folders[name].relative_to(archive.path))
        archive.add(point)
        journal.say(
            f"point {name}: validation accuracy {point.val_accuracy:.2%} with "
            f"{point.params:,} parameters -> {folders[name]}"
        )
        journal.picture(number, f"networks/{name}", folders[name] / "network.png")
    if not archive.points:
        raise TrainingError(
            f"none of {len(todo)} networks of the front could be trained: "
            f"{statistics.mode(failures)}; the same command tries them again"
        )
    journal.picture(number, "pareto", archive.path / "pareto.png")


def _point(one: Candidate, metrics: dict[str, Any], path: pathlib.Path) -> Point:
    return dataclasses.replace(
        one.point(),
        path=str(path),
        val_accuracy=metrics["val_accuracy"],
        test_accuracy=metrics["test_accuracy"],
        finished=True,
    )
