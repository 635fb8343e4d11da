"""SIGINT and SIGTERM as a wish to stop at the next safe place."""

import contextlib
import os
import signal
from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):  # noqa: N818 - a wish of the user, not an error
    """The run was asked to stop, and its state is saved.

    Args:
        signum: the signal that came.
    """

    def __init__(self, signum: int):
        super().__init__(f"interrupted by {signal.Signals(signum).name}")
        self.signum = signum


class Interrupts:
    """Remembers the first signal that came; `signum` is None until then."""

    def __init__(self):
        self.signum: int | None = None
        self._before: dict[int, object] = {}

    def catch(self) -> None:
        """Takes over both signals; outside of the main thread, which alone may, it does nothing."""
        with contextlib.suppress(ValueError):
            for handled in _SIGNALS:
                self._before[handled] = signal.signal(handled, self._remember)

    def release(self) -> None:
        """Gives the signals back to whoever had them before."""
        while self._before:
            signal.signal(*self._before.popitem())

    def check(self) -> None:
        """Raises `Interrupted` once a signal has come."""
        if self.signum is not None:
            raise Interrupted(self.signum)

    def _remember(self, signum, frame):
        del frame
        self.signum = signum
        # a second signal acts as it would without us
        self.release()
        # written as is: a handler may interrupt a print
        os.write(2, b"\nstopping after this step\n")


@contextlib.contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Catches both signals inside the block."""
    handler = Interrupts()
    handler.catch()
    try:
        yield handler
    finally:
        handler.release()
