"""Commands that stop what is on its way, and let it go on: hold, release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from syndicate.cli.opening import office, opens_no_channel
from syndicate.cli.options import ARTICLE_OR_URI, JSON

if TYPE_CHECKING:
    from syndicate.office import Office


def hold(
    article: str = ARTICLE_OR_URI,
    reason: str = typer.Option(
        "", "--reason", metavar="TEXT", help="Why. Only the office sees it."
    ),
    drop: bool = typer.Option(
        False, "--call-off", help="Delete it: only another `publish` brings it back."
    ),
    as_json: bool = JSON,
) -> None:
    """Stop a scheduled revision: nothing of it goes out before somebody releases it.

    Example: syndicate hold article.md
    """
    from syndicate.cli import show
    from syndicate.operations.schedule import call_off, hold_scheduled

    with office(as_json=as_json, opens=opens_no_channel) as here:
        uri = _scheduled(here, article)
        with here.ledger.planning() as catalogue:
            why = " ".join(reason.split())
            stop = call_off if drop else hold_scheduled
            notes = stop(here, catalogue, uri, why)
        show.print_done("\n".join(notes), as_json=as_json)


def release(article: str = ARTICLE_OR_URI, as_json: bool = JSON) -> None:
    """Let a revision that is held go out at its time; the next tick sends it if that has passed.

    Example: syndicate release article.md
    """
    from syndicate.cli import show
    from syndicate.errors import ArticleError
    from syndicate.operations.schedule import release_scheduled

    with office(as_json=as_json, opens=opens_no_channel) as here:
        uri = _scheduled(here, article)
        with here.ledger.planning() as catalogue:
            notes = release_scheduled(here, catalogue, uri)
        if not notes:
            raise ArticleError(f"{article}: is not held (`syndicate status {article}` shows it)")
        show.print_done("\n".join(notes), as_json=as_json)


def _scheduled(here: Office, article: str) -> str:
    from syndicate.errors import ArticleError
    from syndicate.operations.schedule import scheduled_uri

    if not (uri := scheduled_uri(here, article)):
        raise ArticleError(f"{article}: nothing of it is scheduled (`syndicate status` lists all)")
    return uri


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (hold, release):
        app.command()(function)
