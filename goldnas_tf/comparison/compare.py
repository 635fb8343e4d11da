"""Trains the networks of every family and says which are better.

Every training has a run folder of its own, so that a comparison resumes, and one with more seeds,
points or searches trains only what is missing.
"""

import gc
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

from goldnas_tf.comparison import shown
from goldnas_tf.comparison.model_blueprint import ModelBlueprint, read_rival
from goldnas_tf.comparison.picture import draw_comparison
from goldnas_tf.comparison.result import Result
from goldnas_tf.comparison.searched import Searched, check_alike
from goldnas_tf.comparison.settings import FOUND, CompareConfig
from goldnas_tf.comparison.table import comparison_table
from goldnas_tf.comparison.tasks import Say, Task, planned
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.data import ImageData
from goldnas_tf.display.terminal import Progress
from goldnas_tf.engine.process import Bounds
from goldnas_tf.errors import InputError, TrainingError
from goldnas_tf.files import atomic
from goldnas_tf.page import document
from goldnas_tf.runs.interrupt import Interrupted, interrupts
from goldnas_tf.training import small_images, trainings
from goldnas_tf.training.blueprint import GenotypeBlueprint
from goldnas_tf.training.train_config import train_config
from goldnas_tf.training.train_loop import train
from goldnas_tf.training.trainings import Trainings

FOLDER = "compare"
"""Of the comparisons of a search, in its work folder."""


def compare(
    searches: Sequence[Searched],
    config: CompareConfig,
    data: ImageData,
    workdir: pathlib.Path | None,
    say: Say,
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
    rivals = _checked(searches, config, data)
    found = []
    if settings.equal_time:
        found = [one for search in searches for one in _as_found(search, settings.split)]
    tasks = planned(searches, config, rivals, say)
    home = workdir or searches[0].path / FOLDER
    several = workdir is not None and len(searches) > 1
    folders = [
        task.folder(workdir or task.run.path / FOLDER, settings.equal_time, several)
        for task in tasks
    ]
    start, runs = searches[0].start[settings.cost], {one.name: one.path for one in searches}
    done: dict[int, Trained] = {}

    def write(going_on: bool = False) -> Result:
        # in their order, whichever ended first
        trained = [*found, *(done[index] for index in sorted(done))]
        result = Result(config.to_json(), start, trained, runs, len(found) + len(tasks))
        result.write(home)
        shown.write(home, going_on)
        return result

    if config.engine.is_this_process:
        outcomes = _here(tasks, folders, config, data, say, progress)
    else:
        outcomes = _elsewhere(tasks, folders, config, data, home, say)
    try:
        for index, metrics in outcomes:
            done[index] = _trained(tasks[index], metrics, settings.split)
            if len(done) < len(tasks):
                write(going_on=True)
    except (Interrupted, KeyboardInterrupt):
        # a second signal is an exception of Python's
        if found or done:
            write()
        raise
    result = write()
    picture = home / f"{result.name}.png"
    draw_comparison(result.trained, settings.cost, start, picture, settings.equal_time)
    say(comparison_table(result.trained, settings.cost, start, settings.equal_time))
    say(f"{result.name}.json, {picture.name} and {document.NAME} are in {home}")
    return list(result.trained)


def _checked(
    searches: Sequence[Searched], config: CompareConfig, data: ImageData
) -> dict[str, ModelBlueprint]:
    """The networks of the user, by name, once all is known to go together."""
    check_alike(searches)
    trainings.check(config, config.engine, data)
    if config.comparison.split == "test" and data.test is None:
        raise InputError(
            f"split: expected one that {data.name} has; received test; compare on validation"
        )
    for search in searches:
        GenotypeBlueprint(search.genotype(search.points[0])).check_fits(data)
    rivals = {pathlib.Path(path).stem: read_rival(path) for path in config.comparison.rivals}
    for rival in rivals.values():
        rival.check_fits(data)
        if config.training.small_share:
            small_images.check_fits("small_share", rival, config)
    return rivals


def _here(
    tasks: Sequence[Task],
    folders: Sequence[pathlib.Path],
    config: CompareConfig,
    data: ImageData,
    say: Say,
    progress: Progress | None,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The trainings one after the other, by their numbers from 0, and what came of each."""
    several = len({task.run.name for task in tasks}) > 1
    with interrupts() as signals:
        for index, (task, folder) in enumerate(zip(tasks, folders, strict=True)):
            say(f"training {index + 1} of {len(tasks)}: {task.told(several)}")
            metrics = train(
                task.blueprint,
                train_config(config, task.seed),
                data,
                folder,
                progress=progress,
                seconds=task.seconds,
                signals=signals,
            )
            # traced functions hold their model in reference cycles
            gc.collect()
            yield index, metrics
            # one that came when the training was over
            signals.check()


def _elsewhere(
    tasks: Sequence[Task],
    folders: Sequence[pathlib.Path],
    config: CompareConfig,
    data: ImageData,
    home: pathlib.Path,
    say: Say,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The same in other processes, side by side, as they end."""
    several = len({task.run.name for task in tasks}) > 1
    todo = [
        trainings.task(
            str(index), task.blueprint, train_config(config, task.seed), folder, task.seconds
        )
        for index, (task, folder) in enumerate(zip(tasks, folders, strict=True))
    ]
    setup = trainings.Setup.of(config, data)
    atomic.clear(home)
    with interrupts() as signals, trainings.engine(Trainings, setup, config.engine, home) as engine:
        say(f"{len(todo)} trainings, {engine.count} at a time")
        for number, (name, outcome) in enumerate(engine.run(todo, Bounds(), signals), 1):
            task, folder = tasks[int(name)], folders[int(name)]
            if outcome.failure:
                raise TrainingError(f"{task.told(several)}: {outcome.failure}")
            accuracy = f"validation accuracy {outcome.result['val_accuracy']:.2%}"
            say(f"trained {number} of {len(todo)}: {task.told(several)}, {accuracy} -> {folder}")
            yield int(name), outcome.result


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


def _trained(task: Task, metrics: dict[str, Any], split: str) -> Trained:
    """What came of a training."""
    split = "val" if split == "validation" else "test"
    costs = {name: metrics[name] for name in task.run.start}
    accuracies = metrics["val_accuracy"], metrics[f"{split}_accuracy"]
    return Trained(task.run.name, task.point, task.family, task.seed, costs, *accuracies)
