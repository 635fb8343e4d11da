"""A comparison of families of networks, as tables and sentences."""

import statistics
from collections.abc import Iterator, Sequence

from goldnas_tf.comparison import verdict
from goldnas_tf.comparison.settings import RIVALS
from goldnas_tf.comparison.verdict import Trained
from goldnas_tf.display import columns
from goldnas_tf.resources.resources import RESOURCES
from goldnas_tf.settings.units import human


def comparison_table(
    trained: Sequence[Trained], cost: str, start: float, equal_time: bool = False
) -> str:
    """Mean and spread of every family at every point, hypervolumes, and what follows.

    Args:
        trained: all networks; at least one that was found.
        cost: the resource that is compared over.
        start: of it, that the super-network has.
        equal_time: whether fronts of equal time are judged, or networks of equal cost.
    """
    rows = [["point", "family", "macs", "params", "of start", "accuracy", "spread", "networks"]]
    for point, family, members in groups(trained):
        accuracies = [one.accuracy for one in members]
        rows.append(
            [
                point,
                family,
                *(human(round(_mean(members, name))) for name in ("macs", "params")),
                f"{_mean(members, cost) / start:.1%}",
                f"{statistics.fmean(accuracies):.2%}",
                f"± {100 * verdict.spread(accuracies):.2f}",
                str(len(members)),
            ]
        )
    names = verdict.families(trained)
    values = {
        name: list(verdict.hypervolumes(trained, name, cost, start).values()) for name in names
    }
    areas = [["family", "hypervolume", "spread", "to random", "fronts"]]
    for name, found in values.items():
        mean = statistics.fmean(found)
        over = mean / statistics.fmean(values["random"]) - 1 if "random" in values else None
        areas.append(
            [
                name,
                f"{mean:.4f}",
                f"± {verdict.spread(found):.4f}",
                "" if over is None or name == "random" else f"{over:+.2%}",
                str(len(found)),
            ]
        )
    tables = (columns.lines(rows, {"point", "family"}), columns.lines(areas, {"family"}))
    explained = (
        f"hypervolume: mean accuracy of what a budget buys, over the logarithm of "
        f"{RESOURCES[cost].unit}"
    )
    return "\n".join(
        [*tables[0], "", *tables[1], explained, "", *_sentences(trained, cost, start, equal_time)]
    )


def _sentences(
    trained: Sequence[Trained], cost: str, start: float, equal_time: bool
) -> Iterator[str]:
    for rival in verdict.families(trained)[1:]:
        networks = verdict.paired(trained, rival)
        front = verdict.fronts(trained, rival, cost, start)
        if networks and not equal_time:
            yield verdict.accuracy_sentence(networks)
        elif front:
            yield verdict.front_sentence(front)


def _mean(members: Sequence[Trained], cost: str) -> float:
    return statistics.fmean(one.costs[cost] for one in members)


def groups(trained: Sequence[Trained]) -> Iterator[tuple[str, str, list[Trained]]]:
    """(points, family, networks); points of several searches go together by their rank."""
    ranks: dict[int, list[tuple[str, str]]] = {}
    for run in dict.fromkeys(one.run for one in trained):
        points = dict.fromkeys(
            one.point for one in trained if one.run == run and one.family != RIVALS
        )
        for rank, point in enumerate(points):
            ranks.setdefault(rank, []).append((run, point))
    places = [*ranks.values()]
    for name in dict.fromkeys(one.point for one in verdict.of_family(trained, RIVALS)):
        places.append([(one.run, name) for one in trained if one.point == name])
    for place in places:
        label = "/".join(dict.fromkeys(point for _, point in place))
        for family in verdict.families(trained):
            members = [
                one for one in verdict.of_family(trained, family) if (one.run, one.point) in place
            ]
            if members:
                yield label, family, members
