"""Handlers of signals for a while."""

import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM)
"""Those that ask a program to stop."""


@contextlib.contextmanager
def handled(handlers: Mapping[signal.Signals, Any]) -> Iterator[None]:
    """Sets handlers of signals for a block, in the main thread, which alone may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {signum: signal.signal(signum, handler) for signum, handler in handlers.items()}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
