"""SIGINT and SIGTERM as a wish to stop at the next safe place."""

import contextlib
import signal
from collections.abc import Iterator


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

    def __call__(self, signum, frame):
        """The signal handler. A second signal acts as it would without us."""
        del frame
        self.signum = signum
        for handled in (signal.SIGINT, signal.SIGTERM):
            signal.signal(handled, signal.SIG_DFL)

    def check(self) -> None:
        """Raises `Interrupted` once a signal has come."""
        if self.signum is not None:
            raise Interrupted(self.signum)


@contextlib.contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Catches both signals inside the block; outside of the main thread it catches none."""
    handler, before = Interrupts(), {}
    # only the main thread of a program may set handlers
    with contextlib.suppress(ValueError):
        for handled in (signal.SIGINT, signal.SIGTERM):
            before[handled] = signal.signal(handled, handler)
    try:
        yield handler
    finally:
        for handled, previous in before.items():
            signal.signal(handled, previous)
