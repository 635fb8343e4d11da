"""Trains the networks of every family and says which are better.

Every training has a run folder of its own, so that a comparison resumes, and one with more seeds or
points trains only what is missing.
"""

import dataclasses
import gc
import json
import pathlib
from collections.abc import Callable, Sequence

from goldnas_tf import pareto
from goldnas_tf.architecture import resources
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.families import FAMILIES, members
from goldnas_tf.comparison.picture import comparison_table, draw_comparison
from goldnas_tf.comparison.settings import CompareConfig
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.data import ImageData
from goldnas_tf.errors import InputError
from goldnas_tf.files.kinds import Kind
from goldnas_tf.pareto import Point
from goldnas_tf.pareto.flat import to_flat
from goldnas_tf.report.terminal import Progress
from goldnas_tf.training.train_config import train_config
from goldnas_tf.training.train_loop import check_fits, train

KIND = Kind("a comparison", schema=1)
MOST_POINTS = 3


def read_points(run: pathlib.Path, names: Sequence[str]) -> tuple[list[Point], int]:
    """The points of a search that are compared, and the multiply-adds that it began with.

    Args:
        run: the search's work folder.
        names: of points; none: up to `MOST_POINTS` of those that are not dominated, evenly.

    Raises:
        InputError: there is no search, or no such point.
    """
    file = run / "pareto.json"
    if not file.is_file():
        raise InputError(
            f"RUN: expected the work folder of a search, with a pareto.json; received {run}"
        )
    with pareto.KIND.reading(file):
        values = json.loads(file.read_text())
        points = {point.name: point for point in pareto.from_json(values)}
        start_macs = values["start_macs"]
    unknown = [name for name in names if name not in points]
    if unknown or not points:
        raise InputError(
            f"points: expected those of {run}, {', '.join(points) or 'which has none yet'}; "
            f"received {', '.join(unknown) or 'none'}"
        )
    if start_macs is None:
        raise InputError(
            f"RUN: expected the work folder of a search; received an evolution, {run}; compare it "
            "by its --algorithm=random"
        )
    front = [point for point in points.values() if point.non_dominated]
    return [points[name] for name in names] or pareto.evenly(front, MOST_POINTS), start_macs


def compare(
    run: pathlib.Path,
    config: CompareConfig,
    data: ImageData,
    workdir: pathlib.Path,
    say: Callable[[str], None],
    progress: Progress | None = None,
) -> list[Trained]:
    """Trains what is not trained yet, and writes `comparison.json` and `comparison.png`.

    Args:
        run: the work folder of a search.
        config: what is compared, and how it is trained.
        data: the images of the search.
        workdir: holds a run folder for each training, as `e042/random_0`.
        say: prints a line.
        progress: where the trainings show theirs; default: the standard error stream.

    Returns:
        All trainings.

    Raises:
        InputError: a point that is not there, images of another shape, no test images.
    """
    settings = config.comparison
    points, start_macs = read_points(run, settings.points)
    if settings.split == "test" and data.test is None:
        raise InputError(
            f"split: expected one that {data.name} has; received test; compare on validation"
        )
    seeds = range(config.seed, config.seed + settings.seeds)
    networks = {}
    for point in points:
        found = Genotype.load(run / point.path / "genotype.json")
        check_fits(found, data)
        for family in settings.families:
            networks[point.name, family] = members(family, found, seeds)
    trained: list[Trained] = []
    total = len(networks) * len(seeds)
    # seed by seed: a comparison that is stopped early has all families
    for seed in seeds:
        for (name, family), genotypes in networks.items():
            say(f"training {len(trained) + 1} of {total}: {name}, {family}, seed {seed}")
            folder = workdir / name / f"{family}_{seed}"
            metrics = train(
                genotypes[seed], train_config(config, seed), data, folder, progress=progress
            )
            # traced functions hold their model in reference cycles
            gc.collect()
            key = "val" if settings.split == "validation" else "test"
            costs = resources.total(genotypes[seed], gated=False)
            trained.append(Trained(name, family, seed, costs, metrics[f"{key}_accuracy"]))
    _write(workdir, config, trained, start_macs)
    say(comparison_table(trained, start_macs))
    say(f"comparison.json and comparison.png are in {workdir}")
    return trained


def _write(
    workdir: pathlib.Path, config: CompareConfig, trained: Sequence[Trained], start_macs: int
) -> None:
    families = [name for name in FAMILIES if any(one.family == name for one in trained)]
    rivals = families[1:]
    KIND.write(
        workdir / "comparison.json",
        {
            "settings": config.to_json(),
            "start_macs": start_macs,
            "trained": [to_flat(one) for one in trained],
            "hypervolume": {
                family: verdict.hypervolumes(trained, family, start_macs) for family in families
            },
            "paired": [dataclasses.asdict(verdict.paired(trained, rival)) for rival in rivals],
        },
    )
    draw_comparison(trained, start_macs, workdir / "comparison.png")
