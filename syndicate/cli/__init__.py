"""The command line: words in, exit codes out. Decides nothing."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


def _open_what_is_closed() -> None:
    """Give a process without standard streams empty ones: else its next files would be those."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def _report_what_nobody_catches() -> None:
    """Keep Python's own tracebacks, which may hold secrets, off stderr; imported when it happens.

    Imports take time that ``--help`` has no use for.
    """
    import threading

    def uncaught(*exception: Any) -> None:
        from syndicate.cli import crashes

        crashes.uncaught(*exception)

    def in_thread(hook: Any) -> None:
        from syndicate.cli import crashes

        crashes.in_thread(hook)

    def unraisable(hook: Any) -> None:
        from syndicate.cli import crashes

        crashes.unraisable(hook)

    sys.excepthook = uncaught
    if threading.excepthook is threading.__excepthook__:  # else somebody listens: tests do
        threading.excepthook = in_thread
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = unraisable


def main() -> None:
    """Run the command ``syndicate``. ``--version`` alone needs no library at all."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from syndicate.version import VERSION

        sys.stdout.write(f"syndicate {VERSION}\n")
        return
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # without UTF-8 a terminal shows escapes
            stream.reconfigure(errors="backslashreplace")
    from syndicate.system import answer_cache

    try:
        if answer_cache.answer_again(sys.argv[1:]):  # before any library is imported
            return
    except KeyboardInterrupt:
        sys.stderr.write("syndicate: stopped\n")
        sys.exit(1)
    import gc

    gc.disable()  # imports leave no garbage, and looking for it costs a tenth of the start
    from syndicate.cli import signals

    with signals.at_once():
        try:
            from syndicate.cli.app import run

            _report_what_nobody_catches()
            code = run()
        except KeyboardInterrupt:
            sys.stderr.write("syndicate: stopped\n")
            code = 1
    signals.leave(code)
