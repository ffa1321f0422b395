"""The command line: words in, exit codes out. Decides nothing."""

from __future__ import annotations

import sys


def main() -> None:
    """The command ``syndicate``. ``--version`` alone needs no library at all."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from syndicate.cli.version import version

        sys.stdout.write(f"syndicate {version()}\n")
        return
    from syndicate.cli.app import app

    app(prog_name="syndicate")
