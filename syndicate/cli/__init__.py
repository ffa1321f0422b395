"""The command line: words in, exit codes out. Decides nothing."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """The command ``syndicate``. ``--version`` alone needs no library at all."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from syndicate.version import VERSION

        sys.stdout.write(f"syndicate {VERSION}\n")
        return
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without UTF-8 must stop no one
            stream.reconfigure(errors="backslashreplace")
    import gc

    gc.disable()  # imports leave no garbage, and looking for it costs a tenth of the start
    from syndicate.cli import signals

    with signals.at_once():
        try:
            from syndicate.cli.app import run

            code = run()
        except KeyboardInterrupt:
            sys.stderr.write("syndicate: stopped\n")
            code = 1
    signals.leave(code)
