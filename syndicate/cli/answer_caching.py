"""Cache the answer of a publication with nothing to do, for the next one of the same words."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from syndicate.cli.invocation import invocation
from syndicate.system import answer_cache

if TYPE_CHECKING:
    from syndicate.office import Office
    from syndicate.operations.answer_dependencies import AnswerDependencies
    from syndicate.operations.recording import Publication
    from syndicate.report import Report

Observe = Callable[["Office", "Publication", "Report"], None]


@contextmanager
def caching_answer() -> Iterator[Observe]:
    """Cache what the command shows, if all that it depends on is known when it has ended."""
    began, words = time.time(), sys.argv[1:]
    found: AnswerDependencies | None = None

    def observe(office: Office, request: Publication, report: Report) -> None:
        nonlocal found
        found = _dependencies(office, request, report)

    invocation.shown = []
    try:
        yield observe
    except typer.Exit as ending:
        if found is not None and not ending.exit_code:
            out = "".join(f"{line}\n" for line in invocation.shown)
            until = found.until.timestamp()
            answer_cache.store(words, found.paths, began=began, until=until, out=out)
        raise
    finally:
        invocation.shown = None


def _dependencies(
    office: Office, request: Publication, report: Report
) -> AnswerDependencies | None:
    if invocation.verbose or invocation.log_file or invocation.log_format:
        return None
    from syndicate.operations.answer_dependencies import dependencies_of

    return dependencies_of(office, request, report)
