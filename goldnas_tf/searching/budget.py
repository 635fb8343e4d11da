"""Where a search takes points and where it ends, in multiply-adds. Plain data."""

import typing
from collections.abc import Sequence

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.searching.config import PointSettings
from goldnas_tf.settings.units import Amount


class Budgets(typing.NamedTuple):
    """Multiply-adds of the full network, of the budgets (falling), and of the floor."""

    start: int
    targets: tuple[int, ...]
    floor: int

    @classmethod
    def resolve(cls, settings: PointSettings, space: Space, points: int = 0) -> "Budgets":
        """Reads the user's amounts against the cost of the full network.

        Args:
            settings: the user's.
            space: its full network is the start.
            points: where no targets are given, how many there are, evenly over the logarithm of the
                cost, the floor included.

        Raises:
            InputError: not an amount, or not below the start; a budget below the floor.
        """
        start = costs.total(Genotype.full(space)).macs
        floor = resolve_amount("macs_floor", settings.macs_floor, start)
        targets = [resolve_amount("macs_targets", text, start) for text in settings.macs_targets]
        if targets and min(targets) < floor:
            raise InputError(
                f"macs_targets: expected at least macs_floor ({floor:,}), where the search ends; "
                f"received {min(targets):,}"
            )
        if not targets and floor:
            targets = [round(start * (floor / start) ** (k / points)) for k in range(1, points)]
        return cls(start, tuple(sorted(set(targets), reverse=True)), floor)

    def crossed(self, before: int, after: int) -> bool:
        """Whether the cost fell from above a budget to it or below."""
        return any(before > target >= after for target in self.targets)

    def passed(self, amounts: Sequence[str], lowest: int) -> list[str]:
        """Those amounts that a search which was at so few multiply-adds can no longer cross."""
        return [
            text for text in amounts if resolve_amount("macs_targets", text, self.start) >= lowest
        ]


def resolve_amount(name: str, text: str, start: int) -> int:
    """Multiply-adds from an amount like "240M" or "25%" of the start.

    Args:
        name: of the setting, for the error.
        text: what the user gave.
        start: multiply-adds of the full network.

    Raises:
        InputError: not an amount, or not below the start.
    """
    count = Amount.parse(name, text).of(start)
    if count >= start:
        raise InputError(
            f"{name}: expected less than the {start:,} multiply-adds of the full network; "
            f"received {text} ({count:,})"
        )
    return count
