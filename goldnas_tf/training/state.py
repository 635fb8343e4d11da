"""Where a run stands, as plain values that a checkpoint holds."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

_State = TypeVar("_State", bound="RunState")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunState:
    """What decides how a training goes on, besides weights and optimizer slots.

    Attributes:
        epoch: finished epochs.
        step: trained steps, over all epochs.
        sums: sums of the step metrics over the running epoch.
    """

    epoch: int = 0
    step: int = 0
    sums: tuple[float, ...] = (0.0,) * 5

    def replace(self: _State, **changes: Any) -> _State:
        """The state with some values changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The state as JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls: type[_State], values: Mapping[str, Any]) -> _State:
        """Reads what `to_json` wrote."""
        return cls(**{**values, "sums": tuple(values["sums"])})
