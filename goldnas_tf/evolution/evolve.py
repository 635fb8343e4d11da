"""The evolution: networks are put together from blocks, tried for a short time, and chosen from.

It reads top to bottom: propose a generation, try what is new in it, learn, record; at the end the
front is trained longer, measured on the test split once, and exported like the points of a search.
Reference: "Enhanced Gradient for Differentiable Architecture Search" (arXiv 2103.12529), network
level, as far as it is known to us.
"""

import dataclasses
import functools
import hashlib
import json
import math
import pathlib
from collections.abc import Mapping, Sequence

from goldnas_tf import pareto
from goldnas_tf.architecture.blocks import Block
from goldnas_tf.data import ImageData
from goldnas_tf.data.sending import SentImages
from goldnas_tf.display.terminal import Progress, points_table
from goldnas_tf.engine.engine import Engine
from goldnas_tf.evolution import algorithms, candidate, generations, preconditions, shown, trials
from goldnas_tf.evolution.assembly import Assembly
from goldnas_tf.evolution.finals import train_front
from goldnas_tf.evolution.front import front
from goldnas_tf.evolution.records import Records
from goldnas_tf.evolution.settings import EvolveConfig
from goldnas_tf.evolution.setup import Setup
from goldnas_tf.page.live import LivePage
from goldnas_tf.pareto import Point
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.runs.archive import Archive
from goldnas_tf.runs.interrupt import Interrupts
from goldnas_tf.runs.journal import Journal
from goldnas_tf.runs.run import Run
from goldnas_tf.training.trainings import engine


def evolve(
    config: EvolveConfig,
    blocks: Sequence[Block],
    data: ImageData,
    workdir: str | pathlib.Path,
    progress: Progress | None = None,
    inputs: Mapping[str, str] | None = None,
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
        inputs: where the blocks were found, as `{"blocks": "runs/blocks"}`; written down for those
            who do it again.

    Returns:
        The points, the costliest first; those on the front are marked `non_dominated`.

    Raises:
        InputError: limits that no network meets, or settings that do not fit the data or the
            folder; nothing was written.
        TrainingError: no network of the first generation could be trained, or none of the front.
        Interrupted: SIGINT or SIGTERM came; what was tried is saved.
    """
    return Evolution(config, blocks, data, workdir, progress, inputs).go()


class Evolution(Run):
    """One evolution: what stays the same from generation to generation.

    Args:
        config: all settings.
        blocks: the library.
        data: the images.
        workdir: the run folder.
        progress: where progress is shown.
        inputs: where the blocks were found, by flag.
    """

    config: EvolveConfig

    def __init__(
        self,
        config: EvolveConfig,
        blocks: Sequence[Block],
        data: ImageData,
        workdir: str | pathlib.Path,
        progress: Progress | None,
        inputs: Mapping[str, str] | None = None,
    ):
        super().__init__(config, data, progress)
        settings, classes = config.evolution, len(data.class_names)
        self.settings = settings
        self.assembly = Assembly(tuple(blocks), config.assembly, data.image_shape, classes)
        preconditions.check(config, data, self.assembly)
        images = SentImages.of(data, config.data)
        make = algorithms.MAKERS[settings.algorithm]
        self.algorithm = make(self.assembly, settings, config.seed)
        self.open_folder(workdir, inputs, data=data.describe(), blocks=_named(blocks))
        path = self.folder.path
        self.page = LivePage(functools.partial(shown.write, path))
        self.archive = Archive(path, None, settings.objectives, self.page.renew_now)
        self.records = Records(path, self.assembly, settings)
        self.setup = Setup(config, images, path.absolute())

    def run(self, signals: Interrupts) -> list[Point]:
        """Runs to the end."""
        settings, records, algorithm = self.settings, self.records, self.algorithm
        recorded = len(self.folder.metrics())
        team = engine(trials.Trials, self.setup, self.config.engine, self.folder.path)
        with self.journal(recorded, unit="generation") as journal, team:
            self._begin(journal, team)
            while not records.is_over and (proposed := algorithm.propose()):
                plan = records.plan(proposed)
                if plan.number <= recorded and records.untried(plan):
                    # the end of the trials had cut it short, before `generations` grew
                    recorded = plan.number - 1
                    journal.drop_after(recorded)
                with self.clock("trials"):
                    generations.try_new(plan, records, self.setup, team, journal, signals)
                generation = records.close(plan)
                aims = [one.aims(settings.objectives) for one in generation]
                algorithm.learn(aims, [one.excess(settings.most) for one in generation])
                if plan.number > recorded:
                    path = self.folder.path
                    generations.record(plan.number, records, settings, path, journal)
                    self.page.renew()
            self._finish(team, journal, signals)
        self.page.end()
        journal.time(self.clock.seconds)
        journal.say(self._table())
        return self.archive.points

    def stopped(self) -> None:
        """See `Run`: the page says no longer that the evolution goes on."""
        if self.records:
            self.page.end()

    def _begin(self, journal: Journal, team: Engine) -> None:
        """Says what is evolved, within which limits, and whether the run goes on."""
        limits = ", ".join(
            f"at most {limit:,} {RESOURCES[name].unit}"
            for name, limit in self.settings.most.items()
        )
        journal.say(
            f"{self.data.title}: {len(self.assembly.blocks)} blocks, 10^"
            f"{math.log10(math.prod(self.assembly.sizes)):.0f} ways to put them together, "
            f"{limits or 'no limits'}; {self.settings.most_trials} trials, {team.count} at a time"
        )
        if self.records:
            journal.say(f"resumed: {len(self.records)} networks were tried before")
        journal.say_growth()

    def _finish(self, team: Engine, journal: Journal, signals: Interrupts) -> None:
        """Trains the front to its end."""
        trials, settings = self.records.trials, self.settings
        if len(trials) < settings.most_trials:
            journal.say(f"nothing new is found after {len(trials)} networks")
        found = front(trials, settings)
        if not found:
            journal.say("no network was trained within the limits")
        with self.clock("the front"):
            train_front(
                pareto.evenly(found, settings.final_points),
                self.config,
                self.assembly,
                self.records,
                self.archive,
                team,
                journal,
                signals,
            )

    def _table(self) -> str:
        where = f"{generations.PICTURE} and {candidate.FILE} are in {self.folder.path}"
        if not self.archive.points:
            return where
        objectives = self.settings.objectives
        table = points_table(
            self.archive.points, self.archive.path, costs=objectives, when="generation"
        )
        return f"{table}\n{where}"


def _named(blocks: Sequence[Block]) -> str:
    """The names of the blocks, with a digest of all that they are."""
    values = json.dumps([dataclasses.asdict(block) for block in blocks])
    names = ",".join(block.name for block in blocks)
    return f"{names} ({hashlib.sha256(values.encode()).hexdigest()[:12]})"
