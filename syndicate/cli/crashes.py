"""Exceptions that no command catches: a scrubbed line on stderr, their traceback in the log."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from syndicate.cli.context import given
from syndicate.system.logs import cleaned

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def uncaught(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Report what ends the program; it takes the place of ``sys.excepthook``."""
    report(error, "")


def in_thread(about: threading.ExceptHookArgs) -> None:
    """Report what ends a thread; it takes the place of ``threading.excepthook``."""
    if about.exc_value is not None:
        report(about.exc_value, f" in the thread {about.thread.name if about.thread else ''}")


def unraisable(about: UnraisableHookArgs) -> None:
    """Report what nobody can catch; it takes the place of ``sys.unraisablehook``."""
    if about.exc_value is not None:
        report(about.exc_value, " while something was put away")


def report(error: BaseException, where: str) -> None:
    """Log an exception with its traceback; say it in a line where no log is kept any more."""
    what = f"unexpected {type(error).__name__}{where}"
    if given.logs:
        logging.getLogger(__name__).error("%s: %s", what, error, exc_info=error)
        return
    import traceback

    if given.verbose:
        sys.stderr.write(cleaned("".join(traceback.format_exception(error)), given.scrub))
    sys.stderr.write(cleaned(f"syndicate: {what}: {error} (-v shows where)\n", given.scrub))
