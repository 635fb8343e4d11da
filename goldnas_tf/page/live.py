"""The page of a run that is at work."""

import time
from collections.abc import Callable

_APART = 30.0  # seconds between two pages, and before the first one
_SHARE = 0.01  # of the time of the run, at most


class LivePage:
    """Writes the page of a run while it goes on: seldom, so that it takes little of its time.

    Args:
        write: writes the page, told whether the run goes on.
        now: seconds since any beginning.
    """

    def __init__(self, write: Callable[[bool], None], now: Callable[[], float] = time.monotonic):
        self._write, self._now = write, now
        self._due = now() + _APART

    def renew(self) -> None:
        """Writes the page of a run that goes on, where the last one is old enough."""
        if self._now() >= self._due:
            self.renew_now()

    def renew_now(self) -> None:
        """Writes the page of a run that goes on."""
        began = self._now()
        self._write(True)
        ended = self._now()
        self._due = ended + max(_APART, (ended - began) / _SHARE)

    def end(self) -> None:
        """Writes the page of a run that has ended, or was stopped."""
        self._write(False)
