"""Keep the answer of a publication with nothing to do, for the next one of the same words."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from syndicate.cli.invocation import invocation
from syndicate.system import replay

if TYPE_CHECKING:
    from syndicate.office import Office
    from syndicate.operations.recording import Publication
    from syndicate.operations.replayable import Replayable
    from syndicate.report import Report

Observe = Callable[["Office", "Publication", "Report"], None]


@contextmanager
def kept() -> Iterator[Observe]:
    """Keep what the command shows, if all that it depends on is known when it has ended."""
    began, words = time.time(), sys.argv[1:]
    found: Replayable | None = None

    def observe(office: Office, request: Publication, report: Report) -> None:
        nonlocal found
        found = _replayable(office, request, report)

    invocation.shown = []
    try:
        yield observe
    except typer.Exit as ending:
        if found is not None and not ending.exit_code:
            out = "".join(f"{line}\n" for line in invocation.shown)
            until = found.until.timestamp()
            replay.keep(words, found.evidence, began=began, until=until, out=out)
        raise
    finally:
        invocation.shown = None


def _replayable(office: Office, request: Publication, report: Report) -> Replayable | None:
    if invocation.verbose or invocation.log_file or invocation.log_format:
        return None
    from syndicate.operations.replayable import replayable

    return replayable(office, request, report)
