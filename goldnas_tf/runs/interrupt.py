"""SIGINT and SIGTERM as a wish to stop: at once, after tidying up, or at the next safe place.

A program that only imports has nothing to tidy up, and leaves at once: libraries that are being
imported may swallow an exception. Later an exception ends it, so that folders which are half
written go. Loops that save their state finish a step first.
"""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

from goldnas_tf.runtime.signals import STOPPING, handled

NOTHING_SAVED = "interrupted; nothing is left half written"


class Interrupted(Exception):  # noqa: N818 - a wish of the user, not an error
    """The run was asked to stop, and its state is saved.

    Args:
        signum: the signal that came.
    """

    def __init__(self, signum: int):
        super().__init__(f"interrupted by {signal.Signals(signum).name}")
        self.signum = signum


class Terminated(KeyboardInterrupt):
    """SIGTERM, where nothing saves a state."""


@contextlib.contextmanager
def leaving(name: str) -> Iterator[None]:
    """Either signal ends the process inside the block, with a line and the right exit code.

    Args:
        name: of the program, for the line.
    """
    # the block may send the standard error stream elsewhere
    errors = os.dup(2)

    def leave(signum: int, frame: object) -> None:
        del frame
        os.write(errors, f"{name}: {NOTHING_SAVED}\n".encode())
        os._exit(128 + signum)

    try:
        with handled(dict.fromkeys(STOPPING, leave)):
            yield
    finally:
        os.close(errors)


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Either signal raises inside the block: `KeyboardInterrupt`, or `Terminated`."""

    def terminate(signum: int, frame: object) -> None:
        del signum, frame
        raise Terminated

    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: terminate}
    with handled(handlers):
        yield


class Interrupts:
    """Remembers the first signal that came; `signum` is None until then.

    Args:
        agree: gives the signal of all processes of a run, by that of this one.
    """

    def __init__(self, agree: Callable[[int | None], int | None] = lambda signum: signum) -> None:
        self._signum: int | None = None
        self._agree = agree
        self._handling = contextlib.ExitStack()

    @property
    def signum(self) -> int | None:
        """The signal, if one has come; asked for at the same places by all processes of a run."""
        return self._agree(self._signum)

    def catch(self) -> None:
        """Takes over both signals; outside of the main thread, which alone may, it does nothing."""
        self._handling.enter_context(handled(dict.fromkeys(STOPPING, self._remember)))

    def release(self) -> None:
        """Gives the signals back to whoever had them before."""
        self._handling.close()

    def check(self) -> None:
        """Raises `Interrupted` once a signal has come."""
        if (signum := self.signum) is not None:
            raise Interrupted(signum)

    def _remember(self, signum: int, frame: object) -> None:
        del frame
        self._signum = signum
        # a second signal acts as it would without us
        self.release()
        # written as is: a handler may interrupt a print
        os.write(2, b"\nstopping after this step\n")


@contextlib.contextmanager
def interrupts(
    agree: Callable[[int | None], int | None] = lambda signum: signum,
) -> Iterator[Interrupts]:
    """Catches both signals inside the block.

    Args:
        agree: see `Interrupts`.
    """
    handler = Interrupts(agree)
    handler.catch()
    try:
        yield handler
    finally:
        handler.release()
