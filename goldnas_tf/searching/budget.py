"""What a search brings down, where it takes points, and where it ends. Plain data."""

import typing
from collections.abc import Mapping, Sequence

from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.resources.meter import MACS, Meter, Yardstick
from goldnas_tf.searching.choosing import lightest
from goldnas_tf.searching.config import SearchConfig
from goldnas_tf.settings.limits import LIMITS
from goldnas_tf.settings.units import Amount


class Budgets(typing.NamedTuple):
    """Amounts of the full network, of the budgets (falling), and of the floor.

    Attributes:
        start: of the full network, by `yardstick`.
        targets: at which points are taken, by `axis`.
        floor: where the search ends, by `yardstick`.
        yardstick: what is brought down.
        axis: what points are taken and compared by.
    """

    start: float
    targets: tuple[float, ...]
    floor: float
    yardstick: Yardstick = MACS
    axis: Yardstick = MACS

    @classmethod
    def resolve(cls, config: SearchConfig, space: Space) -> "Budgets":
        """Reads the user's amounts against the costs of the full network.

        Where no targets are given, there are as many as points are finished, evenly over the
        logarithm of the cost, the floor included.

        Args:
            config: of a search.
            space: its full network is the start.

        Raises:
            InputError: not an amount, or not below the start; a budget below the floor; limits that
                no network of the space meets, or latencies without the table of a device.
        """
        meter, settings, full = config.target.meter, config.points, Genotype.full(space)
        limits = config.limits.most
        name, texts = settings.said_targets
        axis = _yardstick(meter, name, texts, config)
        targets = [resolve_amount(name, text, axis.of(full), axis) for text in texts]
        if limits:
            _check_limits(meter, limits, full)
            yardstick = Yardstick(meter, limits=limits)
            # the full network may be within them
            floor = min(1.0, yardstick.of(full))
        else:
            floor_name, text = settings.said_floor
            yardstick = _yardstick(meter, floor_name, [text], config)
            floor = resolve_amount(floor_name, text, yardstick.of(full), yardstick)
            if axis.resource == yardstick.resource and targets and min(targets) < floor:
                raise InputError(
                    f"{name}: expected at least {floor_name} ({yardstick.told(floor)}), where the "
                    f"search ends; received {yardstick.told(min(targets))}"
                )
        start, points = yardstick.of(full), config.points_wanted
        if not targets:
            axis = yardstick
            if floor:
                fall = floor / start
                targets = [axis.rounded(start * fall ** (k / points)) for k in range(1, points)]
        return cls(start, tuple(sorted(set(targets), reverse=True)), floor, yardstick, axis)

    def crossed(self, before: float, after: float) -> bool:
        """Whether the cost fell from above a budget to it or below."""
        return any(before > target >= after for target in self.targets)

    def passed(self, name: str, amounts: Sequence[str], full: Genotype, lowest: float) -> list[str]:
        """Those amounts that a search which was at so little can no longer cross."""
        start = self.axis.of(full)
        return [text for text in amounts if resolve_amount(name, text, start, self.axis) >= lowest]


def resolve_amount(name: str, text: str, start: float, yardstick: Yardstick = MACS) -> float:
    """An amount like "240M" or "25%" of the start.

    Args:
        name: of the setting, for the error.
        text: what the user gave.
        start: of the full network.
        yardstick: what it is an amount of.

    Raises:
        InputError: not an amount, or not below the start.
    """
    count = _amount(name, text).of(start)
    if count >= start:
        raise InputError(
            f"{name}: expected less than the {yardstick.told(start)} of the full network; "
            f"received {text} ({yardstick.told(count)})"
        )
    return count


def _amount(name: str, text: str) -> Amount:
    return Amount.parse(name, text) if name.startswith("macs") else Amount.parse_any(name, text)


def _yardstick(meter: Meter, name: str, texts: Sequence[str], config: SearchConfig) -> Yardstick:
    """That of the resource that amounts name; where they are shares alone, of what is penalised."""
    if name.startswith("macs"):
        return MACS
    named = {_amount(name, text).resource for text in texts} - {None}
    if len(named) > 1:
        raise InputError(f"{name}: expected amounts of one resource; received {', '.join(texts)}")
    return Yardstick(meter, next(iter(named), None) or config.objective.resource)


def _check_limits(meter: Meter, limits: Mapping[str, float], full: Genotype) -> None:
    """Checks each limit against the lightest network that is found of the space."""
    for name, most in limits.items():
        yardstick = Yardstick(meter, name)
        least = lightest(full, yardstick)
        if least > most:
            raise InputError(
                f"{LIMITS[name]}: expected at least the {yardstick.told(least)} of the smallest "
                f"network of this space; received {yardstick.told(most)}; allow more, or give "
                "fewer cells or channels"
            )
