"""Commands that change whether an article may be used: hold, release, reinstate."""

from __future__ import annotations

import typer

from syndicate.cli.opening import channels_to_open, office
from syndicate.cli.options import ARTICLE_OR_URI, DRY_RUN, JSON, YES_OPTION
from syndicate.cli.questions import confirm

WHY = typer.Option("", "--note", metavar="TEXT", help="The reason, for the history.")


def hold(
    article: str = ARTICLE_OR_URI,
    note: str = WHY,
    drop: bool = typer.Option(
        False, "--call-off", help="Delete what is scheduled: only `publish` brings it back."
    ),
    dry_run: bool = DRY_RUN,
    as_json: bool = JSON,
) -> None:
    """Stop whatever waits or is scheduled of an article; what is out stays.

    Example: syndicate hold article.md --note "The figures are being checked."
    """
    from syndicate.cli import show
    from syndicate.operations.hold import HoldRequest
    from syndicate.operations.hold import hold as run

    request = HoldRequest(article=article, note=note, call_off=drop, dry_run=dry_run)
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=channels_to_open(())) as here:
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def release(
    article: str = ARTICLE_OR_URI, note: str = WHY, dry_run: bool = DRY_RUN, as_json: bool = JSON
) -> None:
    """Let a held article go on where it was stopped.

    Example: syndicate release article.md
    """
    from syndicate.cli import show
    from syndicate.operations.hold import HoldRequest
    from syndicate.operations.hold import release as run

    request = HoldRequest(article=article, note=note, dry_run=dry_run)
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=channels_to_open(())) as here:
        if not as_json:
            here.warn = show.warning
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def reinstate(
    article: str = ARTICLE_OR_URI,
    note: str = typer.Option(
        "", "--note", metavar="TEXT", help="Why it is published again. Readers see it."
    ),
    minor: bool = typer.Option(False, "--minor", help="Publish it again without telling readers."),
    dry_run: bool = DRY_RUN,
    yes: bool = YES_OPTION,
    as_json: bool = JSON,
) -> None:
    """Publish a withdrawn article again, in the place of its notice.

    Example: syndicate reinstate article.md --note "The decree is in force after all."
    """
    from syndicate.cli import show
    from syndicate.operations.reinstate import ReinstatementRequest, withdrawn
    from syndicate.operations.reinstate import reinstate as run

    request = ReinstatementRequest(article=article, note=note, minor=minor, dry_run=dry_run)
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=channels_to_open(())) as here:
        if not as_json:
            here.warn = show.warning
        if not dry_run:
            item = withdrawn(here, request).item
            notice = "Readers are not told." if minor else "Readers are told."
            confirm(
                f"Publish “{item.headline or item.article.uri}” again everywhere? {notice}",
                yes=yes,
                as_json=as_json,
            )
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (hold, release, reinstate):
        app.command()(function)
