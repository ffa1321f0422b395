"""Ctrl-C, SIGTERM and a closed terminal: the first asks for a clean end, the second insists.

Before a command has begun its work, and at a question, one is enough.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from types import FrameType
from typing import NoReturn

from syndicate.system import stop

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPING = (
    f"stopping: work in progress has {stop.GRACE_SECONDS:.0f} seconds"
    " (Ctrl-C again: stop at once)\n"
)
Handler = Callable[[int, FrameType | None], object]


@contextmanager
def at_once() -> Iterator[None]:
    """Let a signal end what is done here with KeyboardInterrupt: nothing is under way."""
    with _handling(signal.default_int_handler):
        yield


@contextmanager
def stoppable(code: Callable[[], int] = lambda: 4) -> Iterator[None]:
    """Let the first signal ask for a clean end, and the second end the process with ``code``."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        if stop.is_asked():
            _quieten()
            stop.insist(code())
        else:
            # by a thread: a line may be half written, and its writer must not be entered again
            Thread(target=_say_stopping, daemon=True).start()
        stop.ask()

    with _handling(asked):
        yield


@contextmanager
def _handling(handler: Handler) -> Iterator[None]:
    """Handle the signals that end a program, but for ignored ones: nohup and shells set those."""
    before = {}
    for number in ENDS:
        with suppress(ValueError):  # not the main thread: somebody else has the signals
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler_before in before.items():
            if not stop.is_asked():  # else the second one comes while things are put away
                signal.signal(number, handler_before)


def leave(code: int) -> NoReturn:
    """End the program; after a stop, without waiting for threads that await an answer."""
    if stop.is_asked():
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


def _quieten() -> None:
    """Silence logs, warnings and tracebacks of work that is broken off."""
    import logging
    import threading
    import warnings

    logging.disable()
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda _: None
    threading.excepthook = lambda _: None


def _say_stopping() -> None:
    with suppress(OSError, ValueError):  # a terminal that is closed
        sys.stderr.write(STOPPING)
