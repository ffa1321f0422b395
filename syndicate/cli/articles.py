"""Commands on articles: new, check, publish, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from syndicate.cli.failures import command
from syndicate.cli.invocation import invocation, refuse_as_root
from syndicate.cli.opening import channels_to_open, office
from syndicate.cli.options import ARTICLE_OR_URI, ARTICLES, DRY_RUN, JSON, YES_OPTION
from syndicate.cli.questions import answered, asking, can_ask, confirm

if TYPE_CHECKING:
    from datetime import datetime

    from syndicate.office import Office
    from syndicate.operations.recording import Publication
    from syndicate.report import Report

CHANNELS = typer.Option(
    [], "--channel", metavar="NAME", help="Only this channel. Can be given several times."
)

CORRECTION_NOTE = typer.Option(
    "", "--note", metavar="TEXT", help="Correct a published article: tell readers what was wrong."
)
MINOR = typer.Option(
    False, "--minor", help="Correct a published article silently, without telling readers."
)
AT = typer.Option(
    "", "--at", metavar="TIME", help="When it goes out, like “besok 08.00”. Default: now."
)
NEW_ARTICLE = typer.Option(
    False, "--new", help="This is a new article, although it looks like a published one."
)
BACKFILL = typer.Option(
    False, "--backfill", help="Also send articles that are older than a channel."
)
SAME_ARTICLE = typer.Option(
    False, "--same-article", help="This is the same article, although it was rewritten."
)
NOTIFY_READERS = typer.Option(
    False, "--notify-readers", help="Tell everybody who got the article at once, by letter."
)


def new(
    headline: str = typer.Argument(help="Headline of the article."),
    profile: str = typer.Option(
        "berita", "--profile", help="The kind of article, like berita, pengumuman or rekrutmen."
    ),
    file: str = typer.Option(
        "", "--file", "-o", metavar="FILE", help="File name. Default: made from the headline."
    ),
) -> None:
    """Create an article file from a template.

    Example: syndicate new "Pendaftaran PPS dibuka" --profile rekrutmen
    """
    from syndicate.config.scaffold import new_article

    with command():
        path = Path(file) if file else None
        refuse_as_root(path.parent if path else Path())
        typer.echo(f"{new_article(headline, profile, path, **_known())}")


def _known() -> dict[str, Any]:
    """Return the office and the profiles of a configuration; nothing without one."""
    from syndicate.config.loader import find, publisher
    from syndicate.config.parts import profiles
    from syndicate.errors import ConfigError

    path = invocation.config_path
    if path is None:
        try:
            path = find(None)
        except ConfigError:
            return {}
    return {"publisher": publisher(path), "profiles": profiles(path)}


def check(
    articles: list[str] = ARTICLES,
    strict: bool = typer.Option(False, "--strict", help="Warnings end with 1, too."),
    fix: bool = typer.Option(
        False, "--fix", help="Correct in the files what can only be meant in one way."
    ),
    online: bool = typer.Option(False, "--online", help="Also ask whether links answer."),
    as_json: bool = JSON,
) -> None:
    """Find what would stop or embarrass a publication. Nothing is sent.

    Example: syndicate check article.md --strict
    """
    from syndicate.cli import show
    from syndicate.operations.check import check_articles, fixed_articles

    paths = list(map(Path, articles))
    with office(dry=True, looks=True, as_json=as_json) as here:
        run = fixed_articles if fix else check_articles
        found = run(here, paths, online=online)
        code = 1 if found.errors or (strict and found.findings) else 0
        if as_json:
            findings = [finding.to_json() for finding in found.findings]
            show.document({"findings": findings, "notes": found.notes, "exit_code": code})
        else:
            for line in (*(found.findings or ["no problems found"]), *found.notes):
                show.out(f"{line}")
        raise typer.Exit(code)


def publish(
    articles: list[str] = ARTICLES,
    channel: list[str] = CHANNELS,
    note: str = CORRECTION_NOTE,
    minor: bool = MINOR,
    at: str = AT,
    notify_readers: bool = NOTIFY_READERS,
    dry_run: bool = DRY_RUN,
    test: bool = typer.Option(
        False, "--test", help="Send only to the channels' test destinations."
    ),
    refresh: bool = typer.Option(
        False, "--refresh", help="Also update posts after new settings or a new version."
    ),
    new: bool = NEW_ARTICLE,
    backfill: bool = BACKFILL,
    same_article: bool = SAME_ARTICLE,
    force: bool = typer.Option(
        False, "--force", help="Publish without the approval that it needs; --reason says why."
    ),
    reason: str = typer.Option(
        "", "--reason", metavar="TEXT", help="With --force: why nobody could approve it."
    ),
    yes: bool = YES_OPTION,
    as_json: bool = JSON,
) -> None:
    """Publish articles everywhere, or correct what has changed.

    Example: syndicate publish article.md --note "The date was wrong."
    """
    from dataclasses import replace

    from syndicate.cli import show
    from syndicate.cli.answer_caching import caching_answer
    from syndicate.operations.approval import refuse_half_forced
    from syndicate.operations.recording import Publication, refuse_contradiction

    request = Publication(
        paths=list(map(Path, articles)),
        channels=channel,
        note=note or None,
        minor=minor,
        notify_readers=notify_readers,
        refresh=refresh,
        new=new,
        same_article=same_article,
        backfill=backfill,
        dry_run=dry_run,
        force=" ".join(reason.split()) if force else "",
    )
    looks, opens = dry_run and not test, channels_to_open(channel)
    with (
        caching_answer() as observe,
        office(dry=dry_run or test, looks=looks, as_json=as_json, opens=opens) as here,
    ):
        request = replace(request, at=time_of(here, at, test=test))
        refuse_contradiction(request)
        refuse_half_forced(here.person, force=force, reason=request.force or reason)
        if not as_json:
            here.warn = show.warning
        if test:
            from syndicate.operations.rehearse import send_test_copies

            show.report(send_test_copies(here, request), as_json=as_json)
        may_ask = can_ask(yes=yes, as_json=as_json)
        answer = _publish_asking(here, request, may_ask=may_ask, as_json=as_json)
        observe(here, request, answer)
        show.report(answer, as_json=as_json)


def time_of(here: Office, at: str, *, test: bool = False) -> datetime | None:
    """Return the time of --at; None where it is not given."""
    from syndicate.errors import UsageError
    from syndicate.text.coming_times import coming_time

    if not at:
        return None
    if test:
        raise UsageError("--at and --test cannot be combined: test copies go out at once")
    try:
        return coming_time(at, here.publisher.zone, here.clock())
    except ValueError as error:
        raise UsageError(f"--at: {error}") from error


def _publish_asking(here: Office, request: Publication, *, may_ask: bool, as_json: bool) -> Report:
    """Publish, and ask the person at the terminal as long as an answer is missing."""
    from syndicate.cli import show
    from syndicate.errors import ArticleError
    from syndicate.operations.publish import publish as run

    noted = len(here.notes)
    while True:
        try:
            with show.progress(as_json) as progress:
                return run(here, request, progress)
        except ArticleError as error:  # asked here: a bar would hide the question
            if not may_ask:
                raise
            with asking():
                request = answered(request, error)
            del here.notes[noted:]  # they come again


def withdraw(
    article: str = ARTICLE_OR_URI,
    reason: str = typer.Option(..., "--reason", metavar="TEXT", help="The reason. Readers see it."),
    kill: bool = typer.Option(
        False, "--kill", help="Also delete the posts, where the destination allows it."
    ),
    notify_readers: bool = NOTIFY_READERS,
    dry_run: bool = DRY_RUN,
    yes: bool = YES_OPTION,
    as_json: bool = JSON,
) -> None:
    """Replace an article with a notice and its reason, everywhere.

    Example: syndicate withdraw article.md --reason "The decree was revoked."
    """
    from syndicate.cli import show
    from syndicate.operations.withdraw import WithdrawalRequest, foreseen, standing_of
    from syndicate.operations.withdraw import withdraw as run

    request = WithdrawalRequest(
        article=article, reason=reason, kill=kill, notify_readers=notify_readers, dry_run=dry_run
    )
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=channels_to_open(())) as here:
        if not dry_run:
            item = standing_of(here, request).item
            name = item.headline or item.article.uri
            what = "Withdraw and delete" if kill else "Withdraw"
            question = f"{what} “{name}” everywhere? Readers will see the reason: “{reason}”"
            if can_ask(yes=yes, as_json=as_json):
                show.audience(foreseen(here, request), err=True)
            confirm(question, yes=yes, as_json=as_json)
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (new, check, publish, withdraw):
        app.command()(function)
