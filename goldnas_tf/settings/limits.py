"""The most that a network may use, and boards that say it."""

import dataclasses

from goldnas_tf.errors import InputError
from goldnas_tf.resources import boards
from goldnas_tf.settings.setting import check, setting
from goldnas_tf.settings.units import parse_count

LIMITS = {
    "params": "max_params",
    "macs": "max_macs",
    "flash_bytes": "max_flash",
    "ram_bytes": "max_ram",
    "latency_ms": "max_latency_ms",
}
"""The setting of each resource."""


@dataclasses.dataclass(frozen=True)
class LimitSettings:
    """The most that a network may use."""

    max_params: str = setting("0", "most parameters of a network, as 500K; 0 is no limit")
    max_macs: str = setting("0", "most multiply-adds of a network, as 40M; 0 is no limit")
    max_flash: str = setting("0", "most bytes of a network's int8 file, as 96K; 0 is no limit")
    max_ram: str = setting(
        "0", "most bytes of RAM on a microcontroller, in int8, as 128K; 0 is no limit"
    )
    max_latency_ms: float = setting(
        0.0, "most milliseconds for one image, by latency_table; 0 is no limit", low=0
    )
    board: str = setting(
        "",
        "a board whose flash and RAM are limits, but for a quarter that its firmware needs; "
        "list shows them",
    )

    def __post_init__(self) -> None:
        check(self)
        if self.board and self.board not in boards.BOARDS:
            known = ", ".join(boards.BOARDS)
            raise InputError(f"board: expected one of {known}; received {self.board!r}")
        for name in LIMITS.values():
            self._said(name)

    @property
    def most(self) -> dict[str, float]:
        """The most that a network may use, by resource; those that are set."""
        most = {resource: self._said(name) for resource, name in LIMITS.items()}
        if self.board:
            board = boards.BOARDS[self.board]
            for name, free in (("flash_bytes", board.flash), ("ram_bytes", board.ram)):
                # what was said besides is stricter, or a mistake
                most[name] = min(most[name] or free, free)
        return {name: limit for name, limit in most.items() if limit}

    def _said(self, name: str) -> float:
        """A limit as a number.

        Raises:
            InputError: it is none.
        """
        value: str | float = getattr(self, name)
        try:
            return parse_count(value) if isinstance(value, str) else value
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
