"""The evolution: networks are put together from blocks, tried for a short time, and chosen from.

It reads top to bottom: propose a generation, try what is new in it, learn, record; at the end the
front is trained longer, measured on the test split once, and exported like the points of a search.

What was tried is the whole state of a run (`candidates.jsonl`). A run that resumes proposes the
same networks again, from the same seed, and finds those it has tried.
Reference: "Enhanced Gradient for Differentiable Architecture Search" (arXiv 2103.12529), network
level, as far as it is known to us.
"""

import contextlib
import dataclasses
import functools
import json
import pathlib
import statistics
from collections.abc import Sequence

import tensorflow as tf

from goldnas_tf import atomic, costs, pareto
from goldnas_tf.archive import Archive
from goldnas_tf.backend import require_tensorflow
from goldnas_tf.blocks import Block
from goldnas_tf.data import ImageData
from goldnas_tf.data.splits import ArraySplit
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.evolution import algorithms, candidate, warm_start
from goldnas_tf.evolution.assembly import Assembly, Genes
from goldnas_tf.evolution.candidate import Candidate
from goldnas_tf.evolution.front import front, reference, volumes
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.evolution.worker import Setup
from goldnas_tf.evolution.workers import Bounds, Workers
from goldnas_tf.genotype import Genotype
from goldnas_tf.interrupt import Interrupts, interrupts
from goldnas_tf.journal import Journal
from goldnas_tf.pareto import Point
from goldnas_tf.report.evolution import draw_evolution, draw_plan
from goldnas_tf.report.terminal import Progress, points_table
from goldnas_tf.run_folder import RunFolder

PICTURE = "evolution.png"
_IDLE_GENERATIONS = 20


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
        config: all settings.
        blocks: the library, from small to large (`goldnas_tf.blocks.load`).
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
        self.config, self.settings, self.progress = config, config.evolution, progress
        classes = len(data.class_names)
        self.assembly = Assembly(tuple(blocks), config.assembly, data.image_shape, classes)
        self._check_limits()
        described = {
            "data": data.describe(),
            # as JSON has it: there are no tuples
            "blocks": json.loads(json.dumps([dataclasses.asdict(block) for block in blocks])),
        }
        self.folder = RunFolder.open(workdir, config.to_json(), described)
        self.archive = Archive(self.folder.path, None, self.settings.objectives)
        held = all(isinstance(split, ArraySplit | None) for split in _splits(data))
        self.setup = Setup(config, data if held else config.data, self.folder.path)
        self.tried = {self.genotype(one.genes): one for one in candidate.read(self.folder.path)}
        self.data = data

    def _check_limits(self) -> None:
        """Refuses limits that no network meets, before anything is trained."""
        for name, limit in self.settings.limits.items():
            if name == "latency_ms":
                continue
            least = self.assembly.smallest(name)
            if least > limit:
                raise InputError(
                    f"max_{name} of {limit:,} cannot be met: the smallest network of these blocks "
                    f"has {least:,} {pareto.COSTS[name]}; allow more, or smaller widths"
                )

    @functools.cache  # noqa: B019 - an evolution lives as long as its process
    def genotype(self, genes: Genes) -> Genotype:
        """The network of some genes."""
        return self.assembly.genotype(genes)

    def run(self, signals: Interrupts) -> list[Point]:
        """Runs to the end."""
        settings = self.settings
        make = algorithms.MAKERS[settings.algorithm]
        algorithm = make(self.assembly, settings, self.config.seed, self._within_limits)
        recorded = self.folder.count_metrics()
        journal = Journal(self.folder, self.progress, recorded, unit="generation")
        gpus = len(tf.config.list_physical_devices("GPU"))
        logs = self.folder.path / "workers"
        history: list[list[Candidate]] = []
        with contextlib.closing(journal), Workers(self.setup, gpus, settings.workers, logs) as team:
            self._begin(journal, team)
            while self._left(history) and not _is_stuck(history):
                proposed = algorithm.propose()
                if not proposed:
                    break
                generation = self._try(proposed, history, team, journal, signals)
                aims = [one.aims(settings.objectives) for one in generation]
                algorithm.learn(aims, [one.excess(settings.limits) for one in generation])
                history.append(generation)
                if len(history) > recorded:
                    self._record(history, journal)
            self._check_any(history)
            self._train_front(history, team, journal, signals)
        journal.say(self._table())
        return self.archive.points

    def _begin(self, journal: Journal, team: Workers) -> None:
        number = 1
        for size in self.assembly.sizes:
            number *= size
        limits = ", ".join(
            f"at most {limit:,} {pareto.COSTS[name]}"
            for name, limit in self.settings.limits.items()
        )
        journal.say(
            f"{self.data.name}: {len(self.assembly.blocks)} blocks, {number:.1e} ways to put them "
            f"together, {limits or 'no limits'}; {self.settings.budget} trials, {team.count} at a "
            "time"
        )
        if self.tried:
            journal.say(f"resumed: {len(self.tried)} networks were tried before")

    def _within_limits(self, genotype: Genotype) -> bool:
        """Whether a network is within the limits that are known without building it."""
        cost = costs.total(genotype, gated=False)._asdict()
        limits = self.settings.limits.items()
        return all(cost.get(name, 0) <= limit for name, limit in limits)

    def _left(self, history: Sequence[Sequence[Candidate]]) -> int:
        """How many networks may still be tried."""
        return self.settings.budget - len(trials(history))

    def _try(self, proposed, history, team, journal, signals) -> list[Candidate]:
        """What comes of a generation; only what is new and within the limits is trained."""
        number = len(history) + 1
        earlier = trials(history)
        left = self.settings.budget - len(earlier)
        named: dict[Genotype, Candidate] = {self.genotype(one.genes): one for one in earlier}
        results: list[Genotype] = []
        new: dict[str, Genotype] = {}
        for genes in proposed:
            genotype = self.genotype(genes)
            if genotype not in named:
                cost = costs.total(genotype, gated=False)
                name = f"n{len(earlier) + len(new) + 1:03d}"
                if self._within_limits(genotype):
                    if len(new) == left:
                        break
                    new[name] = genotype
                else:
                    name = ""
                named[genotype] = Candidate(name, genes, number, *cost)
            results.append(genotype)
        self._train_new(new, named, earlier, team, journal, signals)
        return [self.tried.get(genotype, named[genotype]) for genotype in results]

    def _train_new(self, new, named, earlier, team, journal, signals) -> None:
        """Trains the new networks of a generation, but for those that a killed run has trained."""
        settings = self.settings
        feasible = [one for one in earlier if one.is_feasible(settings.limits)]
        pool = [(one.name, one.val_accuracy, self.genotype(one.genes)) for one in feasible]
        self._forget_weights({*warm_start.useful(pool), *new})
        names = [name for name, genotype in new.items() if genotype not in self.tried]
        tasks = [
            (name, ("judge", name, new[name], warm_start.donors(new[name], pool))) for name in names
        ]
        bounds = Bounds(settings.candidate_minutes, settings.candidate_gigabytes)
        generation = next((named[new[name]].generation for name in names), 0)
        with journal.bar(generation, len(new), len(names)) as bar:
            for name, outcome in team.run(tasks, bounds, signals):
                values = outcome.result or {"failure": outcome.failure}
                one = dataclasses.replace(
                    named[new[name]], **values, seconds=round(outcome.seconds, 3)
                )
                self.tried[new[name]] = one
                candidate.append(one, self.folder.path)
                if one.failure:
                    journal.say(f"{name} is out: {one.failure}")
                bar.step()

    def _forget_weights(self, names: set[str]) -> None:
        """Deletes the weights that no network can start from any more."""
        for file in (self.folder.path / "weights").glob("*.npz"):
            if file.stem not in names:
                file.unlink()

    def _record(self, history: Sequence[Sequence[Candidate]], journal: Journal) -> None:
        """Writes down the generation that ended, and draws the picture anew."""
        self._check_any(history)
        settings = self.settings
        tried = trials(history)
        now = [one for one in tried if one.generation == len(history)]
        found = front(tried, settings)
        values = {
            "generation": len(history),
            "trained": len(tried),
            "failed": sum(one.failure is not None for one in now),
            "front": len(found),
            "val_accuracy": max((one.val_accuracy for one in found), default=None),
            **{f"least_{c}": min(getattr(o, c) for o in found) for c in settings.objectives},
            "hypervolume": volumes(tried, settings, reference(history, settings))[-1],
            "seconds": {"trials": round(sum(one.seconds for one in now), 3)},
        }
        shown = ("val_accuracy", "trained", "failed", "front", "hypervolume")
        path = self.folder.path / PICTURE
        draw_evolution(history, settings, path)
        journal.epoch(values, {name: values[name] for name in shown})
        journal.picture(len(history), "evolution", path)

    def _check_any(self, history: Sequence[Sequence[Candidate]]) -> None:
        tried = trials(history)
        if not any(one.val_accuracy is not None for one in tried):
            reasons = statistics.mode(str(one.failure) for one in tried) if tried else "none fits"
            raise TrainingError(
                f"none of {len(tried)} networks could be trained: {reasons}; see "
                f"{self.folder.path / candidate.FILE}"
            )

    def _train_front(self, history, team, journal, signals) -> None:
        """Trains networks of the front longer, and makes them the points of the run."""
        found = front(trials(history), self.settings)
        chosen = {one.name: one for one in pareto.evenly(found, self.settings.final_points)}
        tasks = [
            (name, ("train", name, self.genotype(one.genes), self._folder(name)))
            for name, one in chosen.items()
            if not self.archive.has(name)
        ]
        if tasks:
            epochs = self.config.training.epochs
            journal.say(f"training {len(tasks)} networks of the front for {epochs} epochs")
        for name, outcome in team.run(tasks, Bounds(), signals):
            if outcome.failure:
                journal.say(f"{name} could not be trained: {outcome.failure}")
                continue
            point = self._add_point(chosen[name], outcome.result)
            journal.say(
                f"point {name}: validation accuracy {point.val_accuracy:.2%} with "
                f"{point.params:,} parameters -> {self.folder.path / point.path}"
            )
            journal.picture(len(history), f"networks/{name}", self._folder(name) / "network.png")
        if tasks:
            journal.picture(len(history), "pareto", self.folder.path / "pareto.png")

    def _folder(self, name: str) -> pathlib.Path:
        return self.folder.path / "pareto" / name

    def _add_point(self, one: Candidate, metrics: dict) -> Point:
        plan = self.assembly.plan(one.genes)
        folder = self._folder(one.name)
        atomic.write_json(folder / "assembly.json", plan)
        draw_plan(plan, self.genotype(one.genes), folder / "network.png")
        point = Point(
            one.name,
            f"pareto/{one.name}",
            one.macs,
            one.params,
            metrics["val_accuracy"],
            one.generation,
            "evolved",
            test_accuracy=metrics["test_accuracy"],
            latency_ms=one.latency_ms,
        )
        self.archive.add(point)
        return point

    def _table(self) -> str:
        where = f"{PICTURE} and {candidate.FILE} are in {self.folder.path}"
        if not self.archive.points:
            return where
        table = points_table(
            self.archive.points, self.archive.path, None, self.settings.objectives, "generation"
        )
        return f"{table}\n{where}"


def trials(history: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """All networks that were tried, each once, in the order in which they were proposed."""
    every = (one for generation in history for one in generation if one.name)
    return list({one.name: one for one in every}.values())


def _is_stuck(history: Sequence[Sequence[Candidate]]) -> bool:
    """Whether nothing new was tried for many generations."""
    newest = max((one.generation for one in trials(history)), default=0)
    return len(history) - newest >= _IDLE_GENERATIONS


def _splits(data: ImageData):
    return data.train, data.validation, data.test
