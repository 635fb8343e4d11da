"""The evolution: networks are put together from blocks, tried for a short time, and chosen from.

It reads top to bottom: propose a generation, try what is new in it, learn, record; at the end the
front is trained longer, measured on the test split once, and exported like the points of a search.
Reference: "Enhanced Gradient for Differentiable Architecture Search" (arXiv 2103.12529), network
level, as far as it is known to us.
"""

import contextlib
import dataclasses
import hashlib
import json
import math
import pathlib
import statistics
from collections.abc import Sequence

import tensorflow as tf

from goldnas_tf import pareto
from goldnas_tf.architecture.blocks import Block
from goldnas_tf.architecture.resources import COUNTED, RESOURCES
from goldnas_tf.data import ImageData, training_batches
from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.evolution import algorithms, candidate, warm_start
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.finals import train_front
from goldnas_tf.evolution.front import front, reference, volumes
from goldnas_tf.evolution.picture import draw_evolution
from goldnas_tf.evolution.pool import Bounds, Pool, visible_gpus
from goldnas_tf.evolution.records import Generation, Records
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.evolution.setup import Setup
from goldnas_tf.pareto import Point
from goldnas_tf.report.terminal import Progress, points_table
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.clock import Clock
from goldnas_tf.runs.interrupt import Interrupts, interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run_folder import RunFolder
from goldnas_tf.runtime.backend import require_tensorflow
from goldnas_tf.runtime.devices import check_devices

PICTURE = "evolution.png"


def evolve(
    config: EvolveConfig,
    blocks: Sequence[Block],
    data: ImageData,
    workdir: str | pathlib.Path,
    progress: Progress | None = None,
) -> list[Point]:
    """Evolves networks, or goes on with the evolution that the same configuration left.

    It starts processes of its own: a script that calls it guards its main part by
    `if __name__ == "__main__"`.

    Args:
        config: all settings; those that say how far an evolution goes may have grown.
        blocks: the library, from small to large (`goldnas_tf.load_blocks`).
        data: networks are trained on its training images, chosen by its validation images, and
            those of the final front measured on its test images once.
        workdir: the run folder; made if it is missing.
        progress: where progress is shown; default: the standard error stream.

    Returns:
        The points, the costliest first; those on the front are marked `non_dominated`.

    Raises:
        InputError: limits that no network meets, or settings that do not fit the data or the
            folder; nothing was written.
        TrainingError: no network of the first generation could be trained.
        Interrupted: SIGINT or SIGTERM came; what was tried is saved.
    """
    run = Evolution(config, blocks, data, workdir, progress or Progress())
    with interrupts() as signals:
        return run.run(signals)


class Evolution:
    """One evolution: what stays the same from generation to generation.

    Args:
        config: all settings.
        blocks: the library.
        data: the images.
        workdir: the run folder.
        progress: where progress is shown.
    """

    def __init__(self, config, blocks, data, workdir, progress):
        require_tensorflow()
        self.config, self.settings = config, config.evolution
        self.data, self.progress = data, progress
        classes = len(data.class_names)
        self.assembly = Assembly(tuple(blocks), config.assembly, data.image_shape, classes)
        _check_limits(self.assembly, self.settings.limits)
        make = algorithms.MAKERS[self.settings.algorithm]
        self.algorithm = make(self.assembly, self.settings, config.seed)
        # what the processes would refuse; each has one GPU at most
        self.gpus = len(tf.config.list_physical_devices("GPU"))
        replicas = config.devices.logical_cpus() or 1
        check_devices(config.devices, self.gpus, replicas, config.optimizer.batch_size)
        training_batches(data, config.optimizer.batch_size, config.augmentation, config.seed)
        held = all(isinstance(split, ArraySplit) for split in data.splits)
        if not held and data.source != config.data:
            raise InputError(
                f"data: expected the images of config.data, {config.data.dataset}, as streamed ones "
                f"are loaded by every process; received {data.name}"
            )
        described = {"data": data.describe(), "blocks": _named(blocks)}
        self.folder = RunFolder.open(workdir, config, described)
        self.archive = Archive(self.folder.path, None, self.settings.objectives)
        self.records = Records(self.folder.path, self.assembly, self.settings)
        self.setup = Setup(config, data if held else None, data.describe(), self.folder.path)

    def run(self, signals: Interrupts) -> list[Point]:
        """Runs to the end."""
        settings, records, algorithm = self.settings, self.records, self.algorithm
        recorded = self.folder.count_metrics()
        journal = Journal(self.folder, self.progress, recorded, unit="generation")
        gpus = visible_gpus(self.gpus)
        logs = self.folder.path / "workers"
        clock = Clock()
        team = Pool(self.setup, gpus, settings.workers, logs)
        with contextlib.closing(journal), team, clock("the rest"):
            self._begin(journal, team)
            while not records.is_over:
                proposed = algorithm.propose()
                if not proposed:
                    break
                plan = records.plan(proposed)
                if plan.number <= recorded and records.untried(plan):
                    # the end of the budget had cut it short, before `generations` grew
                    recorded = plan.number - 1
                    journal.drop_after(recorded)
                with clock("trials"):
                    self._try(plan, team, journal, signals)
                generation = records.close(plan)
                aims = [one.aims(settings.objectives) for one in generation]
                algorithm.learn(aims, [one.excess(settings.limits) for one in generation])
                if plan.number > recorded:
                    self._record(plan.number, journal)
            if len(records.trials) < settings.budget:
                journal.say(f"nothing new is found after {len(records.trials)} networks")
            found = front(records.trials, settings)
            if not found:
                journal.say("no network was trained within the limits")
            with clock("the front"):
                train_front(
                    pareto.evenly(found, settings.final_points),
                    self.config.training.epochs,
                    self.assembly,
                    records,
                    self.archive,
                    team,
                    journal,
                    signals,
                )
        journal.time(clock.seconds)
        journal.say(self._table())
        return self.archive.points

    def _begin(self, journal: Journal, team: Pool) -> None:
        """Says what is evolved, within which limits, and whether the run goes on."""
        limits = ", ".join(
            f"at most {limit:,} {RESOURCES[name].unit}"
            for name, limit in self.settings.limits.items()
        )
        journal.say(
            f"{self.data.title}: {len(self.assembly.blocks)} blocks, 10^"
            f"{math.log10(math.prod(self.assembly.sizes)):.0f} ways to put them together, "
            f"{limits or 'no limits'}; {self.settings.budget} trials, {team.count} at a time"
        )
        if self.records:
            journal.say(f"resumed: {len(self.records)} networks were tried before")
        journal.say_growth()

    def _try(self, plan: Generation, team: Pool, journal: Journal, signals: Interrupts) -> None:
        """Trains what is new in a generation."""
        settings, untried = self.settings, self.records.untried(plan)
        if not untried:
            # a resumed run is on its way to where it stopped
            return
        donors = warm_start.best_donors(self.records.tried)
        self._forget_weights({name for name, _ in donors.values()} | set(plan.new))
        tasks = [
            (name, ("judge", name, genotype, warm_start.sources(genotype, donors)))
            for name, genotype in untried.items()
        ]
        bounds = Bounds(settings.candidate_minutes, settings.candidate_gigabytes)
        with journal.bar(plan.number, len(plan.new), len(untried)) as bar:
            for name, outcome in team.run(tasks, bounds, signals):
                values = outcome.result or {"failure": outcome.failure}
                known = plan.known[untried[name]]
                self.records.add(known.tried(values, round(outcome.seconds, 3)))
                if outcome.failure:
                    journal.say(f"{name} is out: {outcome.failure}")
                bar.step()

    def _forget_weights(self, names: set[str]) -> None:
        """Deletes the weights of all other networks: none can start from them any more."""
        # with what a killed process was about to write
        for file in (self.folder.path / "weights").glob("*"):
            if file.name.removesuffix(".npz") not in names:
                file.unlink()

    def _record(self, number: int, journal: Journal) -> None:
        """Writes down the generation that ended, and draws the picture anew."""
        settings, history, trials = self.settings, self.records.history, self.records.trials
        now = [one for one in trials if one.generation == number]
        found = front(trials, settings)
        if not found:
            self._check_any(trials)
        least = {
            f"least_{cost}": min((one.costs[cost] for one in found), default=None)
            for cost in settings.objectives
        }
        values = {
            "generation": number,
            "trained": len(trials),
            "failed": sum(one.failure is not None for one in now),
            "front": len(found),
            "val_accuracy": max((one.val_accuracy for one in found), default=None),
            **least,
            "hypervolume": volumes(trials, settings, reference(history, settings))[-1],
            "seconds": {"trials": round(sum(one.seconds for one in now), 3)},
        }
        shown = ("val_accuracy", "trained", "failed", "front", "hypervolume")
        path = self.folder.path / PICTURE
        draw_evolution(history, settings, path)
        journal.epoch(values, {name: values[name] for name in shown})
        journal.picture(number, "evolution", path)

    def _check_any(self, trials: Sequence[Candidate]) -> None:
        """Ends the run where no network could be trained: something is wrong with all of them."""
        if any(one.val_accuracy is not None for one in trials):
            return
        reasons = [one.failure for one in trials if one.failure]
        if reasons:
            raise TrainingError(
                f"none of {len(trials)} networks could be trained: {statistics.mode(reasons)}; see "
                f"{self.folder.path / candidate.FILE}"
            )
        quickest = min(one.costs["latency_ms"] for one in trials)
        raise InputError(
            f"max_latency_ms of {self.settings.max_latency_ms:g} was met by none of {len(trials)} "
            f"networks, the quickest takes {quickest:.3g} ms; allow more, or smaller widths"
        )

    def _table(self) -> str:
        where = f"{PICTURE} and {candidate.FILE} are in {self.folder.path}"
        if not self.archive.points:
            return where
        objectives = self.settings.objectives
        table = points_table(
            self.archive.points, self.archive.path, costs=objectives, when="generation"
        )
        return f"{table}\n{where}"


def _check_limits(assembly: Assembly, limits: dict[str, float]) -> None:
    """Refuses limits that no network meets, before anything is trained."""
    for name in [name for name in COUNTED if name in limits]:
        least = assembly.smallest(name)
        if least > limits[name]:
            raise InputError(
                f"max_{name}: expected at least the {least:,} {RESOURCES[name].unit} of the smallest "
                f"network of these blocks; received {limits[name]:,}; allow more, or smaller widths"
            )


def _named(blocks: Sequence[Block]) -> str:
    """The names of the blocks, with a digest of all that they are."""
    values = json.dumps([dataclasses.asdict(block) for block in blocks])
    names = ",".join(block.name for block in blocks)
    return f"{names} ({hashlib.sha256(values.encode()).hexdigest()[:12]})"
