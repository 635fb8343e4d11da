"""What the page of a comparison shows: the fronts of all families, and what follows of them."""

import dataclasses
import pathlib
import statistics
from collections.abc import Iterator, Mapping, Sequence

from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.result import NAMES, Result
from goldnas_tf.comparison.settings import FOUND, CompareConfig
from goldnas_tf.comparison.table import comparison_table, groups
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.errors import InputError
from goldnas_tf.page import configured, document, found
from goldnas_tf.page.content import Content, Mark, Network, Standing
from goldnas_tf.pareto import dominates
from goldnas_tf.settings.configuration import RunConfiguration


def write(folder: pathlib.Path, going_on: bool = False) -> None:
    """Writes the page into the folder of a comparison; arguments as of `contents`."""
    document.renew(lambda: contents(folder, going_on), folder / document.NAME)


def contents(folder: pathlib.Path, going_on: bool = False) -> list[Content]:
    """What is known of the comparisons in a folder: of equal cost, of equal time, or both.

    Args:
        folder: of them.
        going_on: whether one that is not whole is at work.

    Raises:
        InputError: there is none, or a file is damaged.
    """
    files = [folder / f"{name}.json" for name in NAMES]
    there = [_content(Result.read(file), folder, going_on) for file in files if file.is_file()]
    if not there:
        raise InputError(f"RUN: expected the folder of a comparison; received {folder}")
    return there


def _content(result: Result, folder: pathlib.Path, going_on: bool) -> Content:
    rows = configured.rows(CompareConfig, result.settings)
    networks = _networks(result)
    alike = "in the time that the search took" if result.equal_time else "at equal cost"
    told = comparison_table(result.trained, result.cost, result.start, result.equal_time)
    runs = [str(path) for path in result.runs.values()]
    families = len(verdict.families(result.trained))
    trained = f"{len(result.trained)} networks of {families} families"
    if not result.is_whole:
        trained = (
            f"{len(result.trained)} of {result.planned} networks so far, of {families} families"
        )
    of = ", ".join(dict.fromkeys(one.run for one in result.trained))
    return Content(
        "comparison",
        f"of {of}{' at equal time' if result.equal_time else ''}",
        (f"{trained}, {alike}.",),
        going_on=going_on and not result.is_whole,
        marks=list(_marks(result, networks)),
        costs=(result.cost,),
        networks=list(networks.values()),
        settings=rows,
        command=configured.command("goldnas-compare", folder, rows, *runs) if runs else "",
        tables=(("Verdict" if result.is_whole else "Verdict, so far", told),),
    )


def _networks(result: Result) -> dict[tuple[str, str], Network]:
    """Found networks whose searches are where they were, by the names of search and point."""
    networks: dict[tuple[str, str], Network] = {}
    for one in verdict.of_family(result.trained, FOUND):
        run = result.runs.get(one.run)
        place = run / "pareto" / one.point if run else None
        if run and place and (place / "metrics.json").is_file():
            config = configured.configuration(run)
            images = configured.images(
                config, configured.rows(RunConfiguration, config["settings"])
            )
            title = f"{one.point} of {one.run}"
            network = found.network(place, one.run, one.point, title, images)
            networks[one.run, one.point] = network
    return networks


def _marks(result: Result, networks: Mapping[tuple[str, str], Network]) -> Iterator[Mark]:
    """A mark for each family at each cost: the mean of its trainings, and their spread."""
    split = str(result.settings["comparison"]["split"])
    means = [(*group, _mean(group[2])) for group in groups(result.trained)]
    for label, family, members, mean in means:
        others = [other for _, its, _, other in means if its == family]
        beaten = any(dominates(other, mean, (result.cost,)) for other in others)
        spread = verdict.spread([one.accuracy for one in members])
        # a mean of several searches is no network
        places = {(one.run, one.point) for one in members if family == FOUND}
        shown = networks.get(places.pop()) if len(places) == 1 else None
        yield Mark(
            label,
            family,
            mean.costs,
            {"validation": mean.val_accuracy, split: mean.accuracy},
            {split: spread} if len(members) > 1 else {},
            Standing.DOMINATED if beaten else Standing.FRONT,
            shown.key if shown else "",
        )


def _mean(members: Sequence[Trained]) -> Trained:
    """One network for several."""
    names = members[0].costs
    return dataclasses.replace(
        members[0],
        costs={name: statistics.fmean(one.costs[name] for one in members) for name in names},
        val_accuracy=statistics.fmean(one.val_accuracy for one in members),
        accuracy=statistics.fmean(one.accuracy for one in members),
    )
