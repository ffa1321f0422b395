"""Commands of the approval by another person: submit, approve, reject, review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.articles import (
    AT,
    BACKFILL,
    CHANNELS,
    CORRECTION_NOTE,
    MINOR,
    NEW_ARTICLE,
    NOTIFY_READERS,
    SAME_ARTICLE,
    time_of,
)
from syndicate.cli.opening import channels_to_open, office
from syndicate.cli.options import ARTICLE_OR_URI, ARTICLES, DRY_RUN, JSON

if TYPE_CHECKING:
    from syndicate.office import Office
    from syndicate.operations.decide import DecisionRequest
    from syndicate.report import Report

REMARK = typer.Option("", "--note", metavar="TEXT", help="A remark, for the history.")


def submit(
    articles: list[str] = ARTICLES,
    channel: list[str] = CHANNELS,
    note: str = CORRECTION_NOTE,
    minor: bool = MINOR,
    at: str = AT,
    notify_readers: bool = NOTIFY_READERS,
    new: bool = NEW_ARTICLE,
    backfill: bool = BACKFILL,
    same_article: bool = SAME_ARTICLE,
    dry_run: bool = DRY_RUN,
    as_json: bool = JSON,
) -> None:
    """Ask another person to approve articles, as they are and as they are to go out.

    Example: syndicate submit article.md --at "besok 08.00"
    """
    from dataclasses import replace

    from syndicate.cli import show
    from syndicate.operations.recording import Publication, refuse_contradiction
    from syndicate.operations.submit import submit as run

    request = Publication(
        paths=list(map(Path, articles)),
        channels=channel,
        note=note or None,
        minor=minor,
        notify_readers=notify_readers,
        new=new,
        backfill=backfill,
        same_article=same_article,
        dry_run=dry_run,
    )
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=channels_to_open(())) as here:
        request = replace(request, at=time_of(here, at))
        refuse_contradiction(request)
        show.report(run(here, request), as_json=as_json)


def approve(article: str = ARTICLE_OR_URI, note: str = REMARK, as_json: bool = JSON) -> None:
    """Approve what somebody else has submitted of an article.

    Example: syndicate approve article.md
    """
    from syndicate.operations.decide import approve as run

    _decide(run, article, note, as_json=as_json)


def reject(
    article: str = ARTICLE_OR_URI,
    note: str = typer.Option(..., "--note", metavar="TEXT", help="The reason."),
    as_json: bool = JSON,
) -> None:
    """Reject what was submitted of an article, or take back what you have submitted.

    Example: syndicate reject article.md --note "The date is wrong."
    """
    from syndicate.operations.decide import reject as run

    _decide(run, article, note, as_json=as_json)


def review(article: str = ARTICLE_OR_URI, note: str = REMARK, as_json: bool = JSON) -> None:
    """Note that you have looked at what somebody else published without approval.

    Example: syndicate review article.md
    """
    from syndicate.operations.decide import review as run

    _decide(run, article, note, as_json=as_json)


def _decide(
    run: Callable[[Office, DecisionRequest], Report], article: str, note: str, *, as_json: bool
) -> None:
    from syndicate.cli import show
    from syndicate.operations.decide import DecisionRequest

    with office(as_json=as_json, opens=channels_to_open(())) as here:
        show.report(run(here, DecisionRequest(article=article, note=note)), as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (submit, approve, reject, review):
        app.command()(function)
