"""Exceptions that no command catches: one scrubbed line on stderr, their traceback in the log."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from syndicate.cli.invocation import invocation
from syndicate.system.logs import cleaned

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def uncaught(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Report what ends the program; it takes the place of ``sys.excepthook``."""
    _report(error, "")


def in_thread(hook: threading.ExceptHookArgs) -> None:
    """Report what ends a thread; it takes the place of ``threading.excepthook``."""
    if hook.exc_value is not None:
        _report(hook.exc_value, f" in the thread {hook.thread.name if hook.thread else ''}")


def unraisable(hook: UnraisableHookArgs) -> None:
    """Report what nobody can catch; it takes the place of ``sys.unraisablehook``."""
    if hook.exc_value is not None:
        _report(hook.exc_value, " during clean-up")


def _report(error: BaseException, where: str) -> None:
    """Log an exception with its traceback; print it in one line where no log is kept any more."""
    message = f"unexpected {type(error).__name__}{where}"
    if invocation.is_logging:
        logging.getLogger(__name__).error("%s: %s", message, error, exc_info=error)
        return
    import traceback

    if invocation.verbose:
        sys.stderr.write(cleaned("".join(traceback.format_exception(error)), invocation.scrub))
    sys.stderr.write(cleaned(f"syndicate: {message}: {error} (-v shows where)\n", invocation.scrub))
