"""The log of one command: --verbose, --log-file and --log-format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import typer

from syndicate.cli.invocation import invocation, refuse_as_root

if TYPE_CHECKING:
    from syndicate.system.logs import LogOptions


@contextmanager
def command_log(*, always: bool = True) -> Iterator[None]:
    """Keep the log that the options ask for; without any, discard the records of libraries.

    ``always``: such libraries are at work here. Else nothing is imported that nobody asked for.
    """
    wanted = always or invocation.verbose or invocation.log_file or invocation.log_format
    if invocation.is_logging or not wanted:
        yield
        return
    from syndicate.system import logs

    with logs.writing(_log_options(), lambda text: invocation.scrub(text)):
        invocation.is_logging = True
        try:
            yield
        finally:
            invocation.is_logging = False


@contextmanager
def logged_ends() -> Iterator[None]:
    """Log that the command begins, and how it ends."""
    import logging

    from syndicate.version import VERSION

    log, began, ending = logging.getLogger(__name__), monotonic(), "0"
    log.info("%s begins (syndicate %s)", invocation.command, VERSION)
    try:
        yield
    except typer.Exit as error:
        ending = f"{error.exit_code}"
        raise
    except BaseException as error:
        ending = type(error).__name__
        raise
    finally:
        log.info("%s ends with %s after %.1f s", invocation.command, ending, monotonic() - began)


def _log_options() -> LogOptions:
    """Return what the options ask of the log; UsageError for an unknown format."""
    from syndicate.errors import UsageError
    from syndicate.system.logs import LogOptions

    if invocation.log_format not in ("", "text", "json"):
        raise UsageError(f"--log-format {invocation.log_format}: use text or json")
    file = Path(invocation.log_file).absolute() if invocation.log_file else None
    if file is not None:
        refuse_as_root(file)
    as_json = invocation.log_format == "json"
    return LogOptions(verbosity=invocation.verbose, file=file, as_json=as_json)
