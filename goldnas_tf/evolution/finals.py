"""The end of an evolution: its front is trained longer and becomes the points of the run."""

import dataclasses
import pathlib
from typing import Any

from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.plan_picture import draw_plan
from goldnas_tf.evolution.pool import Bounds, Pool
from goldnas_tf.evolution.records import Records
from goldnas_tf.files import atomic
from goldnas_tf.pareto import Point
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal


def train_front(
    chosen: list[Candidate],
    epochs: int,
    assembly: Assembly,
    records: Records,
    archive: Archive,
    team: Pool,
    journal: Journal,
    signals: Interrupts,
) -> None:
    """Trains networks for as long as `bin/train` does, and exports them as points.

    Points of a front that was the last one before `generations` grew stay points: they were trained
    to the end like the others, and are marked by what came of that.

    Args:
        chosen: the networks of the front; those that are points already are left alone.
        epochs: of their training, for what is said.
        assembly: what their genes mean.
        records: of the run.
        archive: where the points go.
        team: trains them.
        journal: told of each.
        signals: end it; the trainings go on when the run is resumed.
    """
    todo = {one.name: one for one in chosen if not archive.has(one.name)}
    if not todo:
        return
    number = len(records.history)
    journal.say(f"training {len(todo)} networks of the front for {epochs} epochs")
    folders = {name: archive.path / "pareto" / name for name in todo}
    tasks = [
        (name, ("train", name, assembly.genotype(one.genes), folders[name]))
        for name, one in todo.items()
    ]
    for name, outcome in team.run(tasks, Bounds(), signals):
        if outcome.result is None:
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
    if archive.points:
        journal.picture(number, "pareto", archive.path / "pareto.png")


def _point(one: Candidate, metrics: dict[str, Any], path: pathlib.Path) -> Point:
    return dataclasses.replace(
        one.point(),
        path=str(path),
        val_accuracy=metrics["val_accuracy"],
        test_accuracy=metrics["test_accuracy"],
        finished=True,
    )
