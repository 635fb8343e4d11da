"""What networks use of everything that is known of them before they are built.

Plain data. With the table of a device latency is among it, without one it is not.
"""

import collections
import functools
from collections.abc import Callable, Mapping

from goldnas_tf.architecture import costs
from goldnas_tf.architecture.genotype import Genotype
from goldnas_tf.architecture.places import Gate, Place
from goldnas_tf.architecture.space import Space
from goldnas_tf.errors import InputError
from goldnas_tf.inference.lowering import of_genotype
from goldnas_tf.resources import resources
from goldnas_tf.resources.latency import LatencyTable
from goldnas_tf.resources.sampling import some_networks

LATENCY = "latency_ms"
_CACHED = 4096
_CHECKED = 20
"""So many random networks show whether a table is of a space."""


class Meter:
    """Knows what networks use.

    Args:
        table: of the device whose latency is known; None: of none.

    Attributes:
        names: the resources that are known.
    """

    def __init__(self, table: LatencyTable | None = None):
        self._table = table
        self.names = resources.KNOWN + ((LATENCY,) if table else ())
        # a search asks again and again for what networks would use without this or that
        self._milliseconds = functools.lru_cache(_CACHED)(self._summed)

    def known(self, genotype: Genotype, gated: bool = True) -> dict[str, float]:
        """What a network uses of all that is known, by name.

        Raises:
            InputError: the table knows nothing of one of its operations.
        """
        latency = {LATENCY: self._milliseconds(genotype)} if self._table else {}
        return resources.known(genotype, gated) | latency

    def use(self, genotype: Genotype, name: str) -> float:
        """What a network with gates uses of a resource.

        Raises:
            InputError: it is not known, or the table knows nothing of one of its operations.
        """
        if name in resources.COUNTED:
            use: float = getattr(costs.total(genotype), name)
            return use
        self.check(name)
        if name == LATENCY:
            return self._milliseconds(genotype)
        return resources.predicted(genotype, name)

    def check(self, name: str) -> None:
        """Checks that a resource is known.

        Raises:
            InputError: it is not.
        """
        if name == LATENCY and name not in self.names:
            raise InputError(
                "latency_table: expected a table of the device, for latency_ms is asked for; "
                "received none; bin/latency makes one"
            )
        if name not in self.names:
            known = ", ".join(self.names)
            raise InputError(f"resource: expected one of {known}; received {name!r}")

    def check_space(self, space: Space) -> None:
        """Checks that the table of the device is of a space, as far as random networks show.

        Raises:
            InputError: it is not.
        """
        if self._table is None:
            return
        if self._table.image != space.image_shape:
            raise InputError(
                "latency_table: expected one for images of "
                f"{'x'.join(map(str, space.image_shape))}; received one for "
                f"{'x'.join(map(str, self._table.image))}; make a table of this space with "
                "bin/latency"
            )
        for network in some_networks(space, _CHECKED):
            self._table.check(of_genotype(network))

    def _summed(self, genotype: Genotype) -> float:
        assert self._table is not None
        return self._table.milliseconds(of_genotype(genotype))


class Yardstick:
    """What a search brings down: one resource, or how far networks are from all of their limits.

    Args:
        meter: knows the resources.
        resource: that is brought down, where there are no limits.
        limits: the most that a network may use, by resource; the amount of a network is then the
            largest of use / limit, and 1 where it meets all.

    Attributes:
        resource: that is brought down; None where it is the excess over limits.
    """

    def __init__(
        self,
        meter: Meter | None = None,
        resource: str = "macs",
        limits: Mapping[str, float] | None = None,
    ):
        self._meter = meter or Meter()
        self._limits = dict(limits or {})
        self.resource = None if limits else resource
        for name in self._limits or (resource,):
            self._meter.check(name)
        self._mean = functools.lru_cache(None)(self._averaged)

    def of(self, genotype: Genotype) -> float:
        """The amount of a network with gates."""
        if self.resource:
            return self._meter.use(genotype, self.resource)
        return max(self._meter.use(genotype, name) / most for name, most in self._limits.items())

    def of_operator(self, genotype: Genotype, place: Place) -> float | None:
        """The amount of an operator with which nothing else goes; None where no sum tells it."""
        if self.resource in resources.COUNTED:
            return resources.of_operator(genotype.geometry, place, self.resource)
        return None

    def relative(self, genotype: Genotype) -> dict[Gate, float]:
        """The amount of every gate of a network over the mean of all gates of its space.

        Formula: cost = c / mean(c). Where operators have counts of their own, c is theirs
        (`resources.relative`); else it is what the network saves without the gate, at least 0.

        Args:
            genotype: the network.
        """
        if self.resource in resources.COUNTED:
            return resources.relative(genotype, self.resource)
        average = self._mean(genotype.space)
        saved = _savings(genotype, self.of)
        return {gate: amount / average if average else 0.0 for gate, amount in saved.items()}

    def _averaged(self, space: Space) -> float:
        saved = _savings(Genotype.full(space), self.of).values()
        return sum(saved) / len(saved)

    @property
    def _is_whole(self) -> bool:
        return self.resource is not None and resources.RESOURCES[self.resource].is_whole

    def rounded(self, amount: float) -> float:
        """An amount that a network can have."""
        return round(amount) if self._is_whole else amount

    def told(self, amount: float) -> str:
        """An amount in words."""
        if not self.resource:
            return f"{amount:.3g} times the limits"
        text = f"{round(amount):,}" if self._is_whole else f"{amount:.3g}"
        return f"{text} {resources.RESOURCES[self.resource].unit}"


MACS = Yardstick()
"""Multiply-adds."""


def _savings(genotype: Genotype, use: Callable[[Genotype], float]) -> dict[Gate, float]:
    """What a network saves without each of its gates, at least 0; 0 of those that have to stay.

    Args:
        genotype: the network.
        use: gives what a network uses.
    """
    whole, there = use(genotype), collections.Counter(gate.feeds for gate in genotype.members)
    return {
        gate: max(whole - use(genotype.without([gate])), 0.0)
        if there[gate.feeds] > genotype.least(gate.feeds)
        else 0.0
        for gate in genotype.members
    }
