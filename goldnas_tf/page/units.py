"""The units that a page has costs in, so that its numbers are short and can be typed."""

import dataclasses
from collections.abc import Iterable

from goldnas_tf.resources.resources import RESOURCES

# least cost of an axis for each: a network of 6K multiply-adds is in thousands
_STEPS = ((1e9, "G"), (1e6, "M"), (1e3, "K"))
# where the symbol has the unit in it
_NAMES = {"flash_bytes": "flash", "ram_bytes": "RAM", "latency_ms": "latency"}


@dataclasses.dataclass(frozen=True)
class Unit:
    """The unit of a resource on a page.

    Attributes:
        resource: its name.
        scale: of the unit, in those of the resource.
        prefix: of the unit: "", "K", "M" or "G".
    """

    resource: str
    scale: float
    prefix: str

    @classmethod
    def fitting(cls, resource: str, costs: Iterable[float]) -> "Unit":
        """The largest unit in which the middle one of some costs is at least 1."""
        every = sorted(costs)
        middle = every[len(every) // 2] if every else 0
        if RESOURCES[resource].is_whole:
            for scale, prefix in _STEPS:
                if middle >= scale:
                    return cls(resource, scale, prefix)
        return cls(resource, 1.0, "")

    @property
    def name(self) -> str:
        """What there is so much of."""
        return _NAMES.get(self.resource) or RESOURCES[self.resource].unit

    @property
    def symbol(self) -> str:
        """What stands behind an amount: "M", "KB", "ms"."""
        is_whole = RESOURCES[self.resource].is_whole
        return self.prefix + RESOURCES[self.resource].suffix if is_whole else " ms"

    @property
    def title(self) -> str:
        """What an axis of it is called."""
        title = RESOURCES[self.resource].title
        return f"{title}, {self.symbol}" if self.prefix else title

    def of(self, cost: float) -> float:
        """A cost in this unit."""
        return cost / self.scale
