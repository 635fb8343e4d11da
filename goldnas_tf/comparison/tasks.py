"""The trainings of a comparison: which network, for which point, with which seed, for how long."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Sequence

from goldnas_tf.comparison.families import members
from goldnas_tf.comparison.model_blueprint import ModelBlueprint
from goldnas_tf.comparison.result import EQUAL_TIME
from goldnas_tf.comparison.searched import Searched
from goldnas_tf.comparison.settings import FOUND, RIVALS, CompareConfig, ComparisonSettings
from goldnas_tf.errors import InputError
from goldnas_tf.pareto import Point
from goldnas_tf.training.blueprint import Blueprint

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Task:
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

    def told(self, several: bool) -> str:
        """What it is, in a few words; with the name of its search where there are several."""
        of_run = f"{self.run.name}, " if several else ""
        return f"{of_run}{self.point}, {self.family}, seed {self.seed}"

    def folder(self, home: pathlib.Path, equal_time: bool, several: bool) -> pathlib.Path:
        """The run folder of the training.

        Args:
            home: of the comparison.
            equal_time: whether time is equal, or cost.
            several: whether trainings for several searches are there.
        """
        if equal_time:
            home /= EQUAL_TIME
        if several:
            home /= self.run.name
        return home / self.point / f"{self.family}_{self.seed}"


def planned(
    searches: Sequence[Searched],
    config: CompareConfig,
    rivals: dict[str, ModelBlueprint],
    say: Say,
) -> list[Task]:
    """All trainings of a comparison.

    Args:
        searches: that are compared.
        config: of the comparison.
        rivals: networks of a user, by name.
        say: prints a line.

    Raises:
        InputError: a search that does not say how long it took, where time is equal; no network of
            a family at the cost of a point that was asked for.
    """
    if config.comparison.equal_time:
        return [task for search in searches for task in _equal_time(search, config, rivals, say)]
    return list(_equal_cost(searches, config, rivals, say))


def _equal_cost(
    searches: Sequence[Searched],
    config: CompareConfig,
    rivals: dict[str, ModelBlueprint],
    say: Say,
) -> Iterator[Task]:
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
            yield Task(search, point, family, seed, blueprints[seed])


def _equal_time(
    search: Searched,
    config: CompareConfig,
    rivals: dict[str, ModelBlueprint],
    say: Say,
) -> Iterator[Task]:
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
                yield Task(search, point.name, family, seed, blueprints[seed], seconds)
    for name, rival in rivals.items():
        yield Task(search, name, RIVALS, seed, rival, search.seconds / len(rivals))


def _members(
    family: str,
    search: Searched,
    point: Point,
    settings: ComparisonSettings,
    seeds: Sequence[int],
    say: Say,
) -> dict[int, Blueprint]:
    """The networks of a family at the cost of a point, by seed.

    Where there are none, as random ones of the smallest cost of a space, a point that nobody has
    asked for goes without.
    """
    try:
        return members(family, search.genotype(point), settings.cost, seeds)
    except InputError as error:
        if settings.points:
            raise
        say(f"{point.name} goes without {family}: {error}")
        return {}
