"""Commands on articles: new, check, publish, withdraw, digest, tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.context import (
    JSON,
    YES,
    asking,
    can_ask,
    command,
    confirm,
    each_by_itself,
    given,
    office,
    only_ours,
)

if TYPE_CHECKING:
    from syndicate.channel import Channel
    from syndicate.errors import ArticleError
    from syndicate.model.article import Publisher
    from syndicate.office import Opens
    from syndicate.operations.publish import NoteNeeded, Request

# names, not paths: typer would make a validator for each of a thousand
ARTICLES = typer.Argument(metavar="ARTICLE", show_default=False, help="Markdown files.")
CHANNELS = typer.Option([], "--channel", metavar="NAME", help="Only this channel (repeatable).")
DRY = typer.Option(False, "--dry-run", help="Say the plan and touch nothing.")


def new(
    headline: str = typer.Argument(help="The article's headline."),
    profile: str = typer.Option("berita", "--profile", help="berita, rekrutmen, edukasi, data."),
    file: str = typer.Option("", "--file", "-o", metavar="FILE", help="Else made of the headline."),
) -> None:
    """Make an article's file from its profile's template.

    Example: syndicate new "Pendaftaran PPS dibuka" --profile rekrutmen
    """
    from syndicate.config.scaffold import new_article

    with command():
        path = Path(file) if file else None
        only_ours(path.parent if path else Path())
        typer.echo(f"{new_article(headline, profile, path, _publisher())}")


def _publisher() -> Publisher | None:
    """The office, as far as a configuration names one; an article can do without."""
    from syndicate.config.loader import find, publisher
    from syndicate.errors import ConfigError

    if given.config:
        return publisher(Path(given.config))
    try:
        path = find(None)
    except ConfigError:
        return None
    return publisher(path)


def check(articles: list[str] = ARTICLES, as_json: bool = JSON) -> None:
    """Say everything that would stop a publication; nothing is sent.

    Example: syndicate check article.md
    """
    from syndicate.cli import show
    from syndicate.operations.check import check as run

    with office(dry=True, looks=True, as_json=as_json) as here:
        found = run(here, list(map(Path, articles)))
        code = 1 if found.findings else 0
        if as_json:
            show.document({"findings": found.findings, "notes": found.notes, "exit_code": code})
        else:
            for line in (*(found.findings or ["nothing stands in the way"]), *found.notes):
                show.out(line)
        raise typer.Exit(code)


def publish(
    articles: list[str] = ARTICLES,
    channel: list[str] = CHANNELS,
    note: str = typer.Option("", "--note", metavar="TEXT", help="A correction: what was wrong."),
    minor: bool = typer.Option(False, "--minor", help="A silent fix that readers are not told of."),
    dry_run: bool = DRY,
    test: bool = typer.Option(False, "--test", help="To the channels' test destinations only."),
    refresh: bool = typer.Option(False, "--refresh", help="Renew posts whose form alone is new."),
    new: bool = typer.Option(False, "--new", help="Never published, whatever it looks like."),
    backfill: bool = typer.Option(
        False, "--backfill", help="Also to channels that are newer than an article."
    ),
    same_article: bool = typer.Option(False, "--same-article", help="Rewritten, yet the same one."),
    yes: bool = YES,
    as_json: bool = JSON,
) -> None:
    """Bring articles to every channel, and correct there what has changed.

    Example: syndicate publish article.md --note "The date was wrong."
    """
    from syndicate.cli import show
    from syndicate.errors import ArticleError
    from syndicate.operations.publish import Request, refuse_contradiction
    from syndicate.operations.publish import publish as run

    request = Request(
        paths=list(map(Path, articles)),
        channels=channel,
        note=note or None,
        minor=minor,
        refresh=refresh,
        new=new,
        same_article=same_article,
        backfill=backfill,
        dry_run=dry_run,
    )
    looks, opens = dry_run and not test, _chosen(channel)
    with office(dry=dry_run or test, looks=looks, as_json=as_json, opens=opens) as here:
        refuse_contradiction(request)
        if not as_json:
            here.tell = show.warning
        if test:
            from syndicate.operations.rehearse import rehearse

            show.report(rehearse(here, request), as_json=as_json)
        may_ask = can_ask(yes=yes, as_json=as_json)
        answer, noted = None, len(here.notes)
        while answer is None:
            try:
                with show.progress(as_json) as progress:
                    answer = run(here, request, progress)
            except ArticleError as error:  # asked here: a bar would hide the question
                if not may_ask:
                    raise
                with asking():
                    request = _answered(request, error)
                del here.notes[noted:]  # they come again
        show.report(answer, as_json=as_json)


def withdraw(
    article: str = typer.Argument(metavar="ARTICLE|URI", help="The file, or its uri."),
    reason: str = typer.Option(..., "--reason", metavar="TEXT", help="Readers are told."),
    kill: bool = typer.Option(False, "--kill", help="Remove it too, where that can be done."),
    dry_run: bool = DRY,
    yes: bool = YES,
    as_json: bool = JSON,
) -> None:
    """Take an article back: a notice with the reason stands in its place everywhere.

    Example: syndicate withdraw article.md --reason "The decree was revoked."
    """
    from syndicate.cli import show
    from syndicate.operations.withdraw import Request, meant
    from syndicate.operations.withdraw import withdraw as run

    request = Request(article=article, reason=reason, kill=kill, dry_run=dry_run)
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=_chosen(())) as here:
        if not dry_run:
            headline = meant(here, request).item.article.headline
            how = "withdrawn and removed" if kill else "withdrawn"
            asked = f"“{headline}” is {how} everywhere, and readers are told: “{reason}”. Go on?"
            confirm(asked, yes=yes, as_json=as_json)
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def digest(
    name: list[str] = typer.Argument(None, metavar="NAME", help="These lists only."),
    dry_run: bool = DRY,
    catch_up: str = typer.Option(
        "merge", "--catch-up", metavar="merge|each|skip", help="Windows nobody closed in time."
    ),
    to: str = typer.Option(None, "--to", metavar="ADDRESS", help="A proof to this address only."),
    sample: int = typer.Option(
        None, "--sample", min=1, metavar="N", help="Only N letters for now."
    ),
    resume: bool = typer.Option(False, "--resume", help="Go on with what was stopped."),
    status: bool = typer.Option(False, "--status", help="Say how far the letters are."),
    as_json: bool = JSON,
) -> None:
    """Close the windows that have ended, and send their digests.

    Example: syndicate digest --to me@example.org
    """
    from syndicate.cli import show
    from syndicate.errors import UsageError
    from syndicate.operations.digest import CatchUp, Request
    from syndicate.operations.digest import digest as run

    ways = {"--status": status, "--dry-run": dry_run, "--to": to is not None,
            "--sample": sample is not None, "--resume": resume}  # fmt: skip
    said = [way for way, is_said in ways.items() if is_said]
    with command(as_json):
        if said[1:] and said != ["--sample", "--resume"]:
            raise UsageError(f"{' and '.join(said)}: say one of them")
    if status:
        _mailings(name or (), as_json)
        return
    opens = _chosen(name or (), lists=True)
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=opens) as here:
        if catch_up not in list(CatchUp):
            raise UsageError(f"--catch-up: merge, each or skip, not {catch_up!r}")
        request = Request(
            names=name or (), dry_run=dry_run, catch_up=CatchUp(catch_up), to=_address(to),
            sample=sample or 0, resume=resume,
        )  # fmt: skip
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def _mailings(names: Sequence[str], as_json: bool) -> None:
    from dataclasses import asdict

    from syndicate.cli import show
    from syndicate.operations.status import mailings, speed, troubled
    from syndicate.report import letters_line

    with office(reads=True, as_json=as_json) as here:
        found = mailings(here, names)
        if as_json:
            runs = [asdict(one) | asdict(speed(one)) for one in found]
            show.document({"digests": runs, "exit_code": 0})
            return
        for one in found:
            said = f"{one.channel} {show.called(one.key)}: {one.letters} frozen"
            show.out(f"{said}, {letters_line(one).why or 'nothing to send'}{speed(one)}")
            show.lines(troubled(here, one))


def tick(as_json: bool = JSON) -> None:
    """Do everything that is due: digests, retries, doubts. Made for cron.

    Example: syndicate tick
    """
    from syndicate.cli import show
    from syndicate.operations.tick import tick as run

    with office(as_json=as_json, opens=each_by_itself) as here:
        with show.progress(as_json) as progress:
            answer = run(here, progress)
        show.report(answer, as_json=as_json)


def _chosen(names: Sequence[str], *, lists: bool = False) -> Opens:
    """Which channels a command opens: those of these names, all where it names none."""

    def chosen(channel: Channel) -> bool:
        from syndicate.channel import Scope

        of_its_kind = channel.scope is Scope.DIGEST or not lists
        return of_its_kind and (not names or channel.name in names)

    return chosen


def add_to(app: typer.Typer) -> None:
    """Make these commands of the program."""
    for function in (new, check, publish, withdraw, digest, tick):
        app.command()(function)


def _answered(request: Request, error: ArticleError) -> Request:
    """The request with a person's answers; the error itself where no answer helps."""
    from syndicate.errors import each_of
    from syndicate.intake.duplicates import Resembles
    from syndicate.operations.publish import NoteNeeded

    questions = each_of(error)
    if not all(isinstance(one, Resembles | NoteNeeded) for one in questions):
        raise error
    for one in questions:
        if isinstance(one, Resembles):
            said = str(one).partition(": if ")[0]
            if not typer.confirm(f"{said}. Is this another article?", default=None, err=True):
                raise error
            request = replace(request, others=request.others | {one.path})
    for one in questions:
        if isinstance(one, NoteNeeded):
            note = _what_was_wrong(one)
            request = replace(request, notes={**request.notes, one.path: note})
    return request


def _what_was_wrong(needed: NoteNeeded) -> str:
    """A person's note on a changed file, "" for a silent fix; nothing typed is no answer."""
    from syndicate.cli.show import clean
    from syndicate.operations.publish import is_a_note

    typer.echo(f"{clean(str(needed.path))}: it has changed since it was published:", err=True)
    for line in needed.changes.splitlines():
        typer.echo(f"  {clean(line)}", err=True)
    while True:
        note = typer.prompt("What was wrong? (readers are told; - for a silent fix)", err=True)
        note = note.strip()
        if note == "-":
            return ""
        if is_a_note(note):
            return str(note)
        if note:
            typer.echo(f"“{clean(note)}” does not say what was wrong", err=True)


def _address(said: str | None) -> str | None:
    from syndicate.subscribers.people import normal

    return None if said is None else normal(said)
