"""Trains the networks of every family and says which are better.

Every training has a run folder of its own, so that a comparison resumes, and one with more seeds,
points or searches trains only what is missing.
"""

import dataclasses
import gc
import pathlib
from collections.abc import Callable, Iterator, Sequence

from goldnas_tf.comparison import shown
from goldnas_tf.comparison.families import members
from goldnas_tf.comparison.model_blueprint import ModelBlueprint, read_rival
from goldnas_tf.comparison.picture import draw_comparison
from goldnas_tf.comparison.result import EQUAL_TIME, Result
from goldnas_tf.comparison.searched import Searched, check_alike
from goldnas_tf.comparison.settings import FOUND, RIVALS, CompareConfig, ComparisonSettings
from goldnas_tf.comparison.table import comparison_table
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress
from goldnas_tf.errors import InputError
from goldnas_tf.page import document
from goldnas_tf.pareto import Point
from goldnas_tf.runs.interrupt import Interrupted
from goldnas_tf.training import small_images
from goldnas_tf.training.blueprint import Blueprint, GenotypeBlueprint
from goldnas_tf.training.train_config import train_config
from goldnas_tf.training.train_loop import train

FOLDER = "compare"
"""Of the comparisons of a search, in its work folder."""


@dataclasses.dataclass(frozen=True)
class _Task:
    """A training of a comparison.

    Attributes:
        run: the search that the network is compared with.
        point: whose cost it has; of a user's network its name.
        family: of the network.
        seed: of the training.
        blueprint: of the network.
        seconds: that the training takes; 0 where it takes `epochs`.
    """

    run: Searched
    point: str
    family: str
    seed: int
    blueprint: Blueprint
    seconds: float = 0.0


def compare(
    searches: Sequence[Searched],
    config: CompareConfig,
    data: ImageData,
    workdir: pathlib.Path | None,
    say: Callable[[str], None],
    progress: Progress | None = None,
) -> list[Trained]:
    """Trains what is not trained yet, and writes a file and a picture of what came of it.

    Args:
        searches: one, or several of the same space that differ in their seeds.
        config: what is compared, and how it is trained.
        data: the images of the searches.
        workdir: gets the file and the picture, and a run folder for each training, as
            `e042/random_0`, below `equal_time` where time is equal, and there below the name of its
            search where there are several. None: the folder `compare` of the first search, and each
            search holds its own trainings.
        say: prints a line.
        progress: where the trainings show theirs; default: the standard error stream.

    Returns:
        All trained networks.

    Raises:
        InputError: images of another shape, no test images, searches that do not go together, a
            network of a user that is no classifier of these images.
    """
    settings = config.comparison
    check_alike(searches)
    if settings.split == "test" and data.test is None:
        raise InputError(
            f"split: expected one that {data.name} has; received test; compare on validation"
        )
    for search in searches:
        GenotypeBlueprint(search.genotype(search.points[0])).check_fits(data)
    rivals = {pathlib.Path(path).stem: read_rival(path) for path in settings.rivals}
    for rival in rivals.values():
        rival.check_fits(data)
        if config.training.small_share:
            small_images.check_fits("small_share", rival, config)
    if settings.equal_time:
        trained = [one for search in searches for one in _as_found(search, settings.split)]
        tasks = [task for search in searches for task in _equal_time(search, config, rivals, say)]
    else:
        trained = []
        tasks = list(_equal_cost(searches, config, rivals, say))
    home = workdir or searches[0].path / FOLDER
    start, runs = searches[0].start[settings.cost], {one.name: one.path for one in searches}
    # what was trained grows in it
    result = Result(config.to_json(), start, trained, runs, len(trained) + len(tasks))

    def record(going_on: bool = False) -> None:
        result.write(home)
        shown.write(home, going_on)

    try:
        for number, task in enumerate(tasks, 1):
            of_run = f"{task.run.name}, " if len(searches) > 1 else ""
            say(
                f"training {number} of {len(tasks)}: {of_run}{task.point}, {task.family}, "
                f"seed {task.seed}"
            )
            folder = _folder(task, workdir, settings.equal_time, len(searches) > 1)
            trained.append(_trained(task, config, data, folder, progress))
            if not result.is_whole:
                record(going_on=True)
    except (Interrupted, KeyboardInterrupt):
        # between two trainings a signal is an exception of Python's
        if trained:
            record()
        raise
    record()
    picture = home / f"{result.name}.png"
    draw_comparison(trained, settings.cost, start, picture, settings.equal_time)
    say(comparison_table(trained, settings.cost, start, settings.equal_time))
    say(f"{result.name}.json, {picture.name} and {document.NAME} are in {home}")
    return trained


def _folder(
    task: _Task, workdir: pathlib.Path | None, equal_time: bool, several: bool
) -> pathlib.Path:
    """The run folder of a training that is for a search, perhaps one of several."""
    folder = workdir or task.run.path / FOLDER
    if equal_time:
        folder /= EQUAL_TIME
    if workdir and several:
        folder /= task.run.name
    return folder / task.point / f"{task.family}_{task.seed}"


def _equal_cost(
    searches: Sequence[Searched],
    config: CompareConfig,
    rivals: dict[str, ModelBlueprint],
    say: Callable[[str], None],
) -> Iterator[_Task]:
    """All families trained alike from scratch, several times."""
    settings = config.comparison
    seeds = range(config.seed, config.seed + settings.seeds)
    networks = [
        (search, point.name, family, blueprints)
        for search in searches
        for point in search.points
        for family in settings.families
        if (blueprints := _members(family, search, point, settings, seeds, say))
    ]
    for search in searches:
        for name, rival in rivals.items():
            networks.append((search, name, RIVALS, dict.fromkeys(seeds, rival)))
    # seed by seed: a comparison that is stopped early has all families
    for seed in seeds:
        for search, point, family, blueprints in networks:
            yield _Task(search, point, family, seed, blueprints[seed])


def _equal_time(
    search: Searched,
    config: CompareConfig,
    rivals: dict[str, ModelBlueprint],
    say: Callable[[str], None],
) -> Iterator[_Task]:
    """Every family but the found one, each in the time that the search took for all."""
    if not search.seconds:
        raise InputError(
            f"equal_time: expected a search that has written down how long it took; {search.path} "
            "has not"
        )
    settings, seed = config.comparison, search.seed
    for family in settings.families:
        for point in search.points if family != FOUND else ():
            blueprints = _members(family, search, point, settings, [seed], say)
            seconds = search.seconds / len(search.points)
            if blueprints:
                yield _Task(search, point.name, family, seed, blueprints[seed], seconds)
    for name, rival in rivals.items():
        yield _Task(search, name, RIVALS, seed, rival, search.seconds / len(rivals))


def _members(
    family: str,
    search: Searched,
    point: Point,
    settings: ComparisonSettings,
    seeds: Sequence[int],
    say: Callable[[str], None],
) -> dict[int, Blueprint]:
    """The networks of a family at the cost of a point, by seed.

    Where there are none, as random ones of the smallest cost of a space, a point that nobody has
    asked for goes without.
    """
    try:
        return members(family, search.genotype(point), settings.cost, seeds)
    except InputError as error:
        if point.name in settings.points:
            raise
        say(f"{point.name} goes without {family}: {error}")
        return {}


def _as_found(search: Searched, split: str) -> Iterator[Trained]:
    """The finished points of a search."""
    for point in search.points:
        accuracy = point.test_accuracy if split == "test" else point.val_accuracy
        if accuracy is None:
            raise InputError(
                f"split: expected one that the points of {search.path} were measured on; received "
                f"{split}"
            )
        yield Trained(
            search.name, point.name, FOUND, search.seed, point.costs, point.val_accuracy, accuracy
        )


def _trained(
    task: _Task,
    config: CompareConfig,
    data: ImageData,
    folder: pathlib.Path,
    progress: Progress | None,
) -> Trained:
    """What came of a training, once it is done."""
    training, seconds = train_config(config, task.seed), task.seconds
    metrics = train(task.blueprint, training, data, folder, progress=progress, seconds=seconds)
    # traced functions hold their model in reference cycles
    gc.collect()
    split = "val" if config.comparison.split == "validation" else "test"
    costs = {name: metrics[name] for name in task.run.start}
    accuracies = metrics["val_accuracy"], metrics[f"{split}_accuracy"]
    return Trained(task.run.name, task.point, task.family, task.seed, costs, *accuracies)
