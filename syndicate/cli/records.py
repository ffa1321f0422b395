"""Commands that look back: what became of an article, and whether it still stands so."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.clock import local_time
from syndicate.cli.invocation import refuse_as_root
from syndicate.cli.opening import office
from syndicate.cli.options import ARTICLE_OR_URI, JSON

if TYPE_CHECKING:
    from datetime import datetime

    from syndicate.ledger.reports.receipts import ReceiptKept, Stood
    from syndicate.operations.audit import Audit
    from syndicate.operations.history import History, VersionDiff
    from syndicate.text.word_diff import Passage

STAY = ("where", "version", "from", "until", "link")
RECEIPT = ("channel", "address", "state", "receipt", "destination", "link")
STYLES = {"removed": "red strike", "added": "green underline", "same": ""}


def history(
    article: str = ARTICLE_OR_URI,
    diff: str = typer.Option(
        "", "--diff", metavar="A..B", help="Compare these versions. Default: the last two."
    ),
    html: str = typer.Option(
        "", "--html", "-o", metavar="FILE", help="Write it as one page to print and to keep."
    ),
    as_json: bool = JSON,
) -> None:
    """Show an article's versions, what was where when, and every receipt.

    Nothing is written but the page that you ask for. What was killed is not shown again.

    Example: syndicate history article.md --diff 1..3
    """
    from syndicate.cli import show
    from syndicate.operations.history import article_history
    from syndicate.operations.schedule import scheduled_uri
    from syndicate.operations.withdraw import identify

    with office(reads=True, as_json=as_json) as here:
        if html:
            _refuse_existing(Path(html))
        uri = scheduled_uri(here, article) or identify(here, article)
        found = article_history(here, uri, diff)
        if html:
            _write_page(here.clock(), article_history(here, uri, diff, every_diff=True), html)
        if as_json:
            show.document(found.to_json())
        elif not html:
            _show_history(found)


def audit(
    channel: list[str] = typer.Option(
        [], "--channel", metavar="NAME", help="Only this channel; may be repeated."
    ),
    as_json: bool = JSON,
) -> None:
    """Compare what stands at every destination with the ledger. Nothing is changed.

    Example: syndicate audit --channel feed
    """
    from syndicate.cli import show
    from syndicate.operations.audit import audit as run

    with office(reads=True, as_json=as_json) as here:
        found = run(here, channel)
        if as_json:
            show.document(found.to_json())
        else:
            _show_audit(found)
        raise typer.Exit(found.exit_code)


def _show_audit(found: Audit) -> None:
    from syndicate.cli import show

    rows = [
        (each.channel, each.what, each.about or each.address, each.url or "", each.detail,
         each.advice)
        for each in found.findings
    ]  # fmt: skip
    show.table(("channel", "", "what", "where", "why", "what to do"), rows)
    for name, count in found.compared.items():
        show.out(f"{name}: {count} compared with the ledger")
    for each in found.unread:
        show.out(f"{each['channel']}: not read: {each['why']}")
    for problem in found.problems:
        typer.echo(show.clean(problem), err=True)


def _refuse_existing(path: Path) -> None:
    from syndicate.errors import UsageError

    if path.is_file():  # a device or a pipe may be written to
        raise UsageError(f"--html: {path}: already exists (choose another name)")


def _write_page(at: datetime, found: History, file: str) -> None:
    from syndicate.cli.show import clean
    from syndicate.errors import UsageError
    from syndicate.operations.history_page import history_page
    from syndicate.system.disk import written

    path = Path(file)
    if not path.exists():
        refuse_as_root(path, path.parent)
    try:
        with written(path) as target:
            target.write(history_page(found, at))
    except OSError as error:
        raise UsageError(f"--html: {path} cannot be written: {error.strerror}") from error
    typer.echo(clean(f"{path}: written"), err=True)


def _show_history(found: History) -> None:
    from syndicate.cli import show

    headline = found.headline or show.KILLED
    version = f"version {found.versions[-1].version}, " if found.versions else ""
    show.out(f"{headline}  ({version}{found.pub_status})")
    show.out(f"  {found.uri}")
    rows = [
        (
            f"{each.version}",
            local_time(each.at),
            f"{each.kind}{', kill' if each.kill else ''}",
            f"{each.person}",
            each.note,
        )
        for each in found.versions
    ]
    _section("versions:", ("version", "when", "what", "who", "note"), rows)
    for diff in found.diffs:
        _show_diff(diff)
    stays = sorted(found.stood, key=lambda stay: (stay.channel, stay.address, stay.version))
    _section("what was where:", STAY, map(_stay, stays))
    lists = [
        (each.channel, show.edition_label(each.key), each.part, f"version {each.version}",
         _letters(each.letters) or each.status)
        for each in found.carried
    ]  # fmt: skip
    _section("in digests and letters:", ("list", "digest", "as", "version", "letters"), lists)
    _section("receipts:", RECEIPT, map(_receipt, found.receipts))
    events = (
        (local_time(event.at), event.channel, event.what, event.person, event.detail)
        for event in found.happenings
    )
    _section("what happened:", ("when", "channel", "what", "who", "detail"), events)


def _section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    from syndicate.cli import show

    if found := list(rows):
        show.out(f"\n{title}")
        show.table(head, found)


def _stay(stay: Stood) -> tuple[str, ...]:
    since = f"from {local_time(stay.since)}" if stay.since else "adopted"
    until = f"until {local_time(stay.until)}" if stay.until else "" if stay.stands else "gone"
    where = f"{stay.channel} {stay.address}"
    return where, f"version {stay.version}", since, until, stay.url or ""


def _receipt(kept: ReceiptKept) -> tuple[str, ...]:
    from syndicate.report import state_word

    where = (kept.reference or "-", kept.destination or "", kept.url or "")
    state = state_word(kept.state) if kept.present or kept.state != "settled" else "not there"
    return kept.channel, kept.address, state, *where


def _letters(states: dict[str, int]) -> str:
    from syndicate.report import letter_counts

    return letter_counts(states)


def _show_diff(diff: VersionDiff) -> None:
    from syndicate.cli import show

    show.out(f"\nfrom version {diff.before} to version {diff.after}:")
    for number in diff.killed:
        show.out(f"  version {number} was killed: its text is not shown any more")
    if not (diff.fields or diff.killed):
        show.out("  the text is the same")
    for field in diff.fields:
        _show_field(field.name, field.passages)


def _show_field(name: str, passages: Iterable[Passage]) -> None:
    """Print one field's words; at a terminal in colours as well."""
    from syndicate.cli import show
    from syndicate.text.word_diff import marked

    if not sys.stdout.isatty():
        show.out("\n    ".join(f"  {name}: {marked(passages)}".split("\n")))
        return
    from rich.console import Console
    from rich.text import Text

    shown = Text(f"  {name}:")
    for passage in passages:
        text = show.clean(marked([passage])).replace("\n", "\n    ")
        shown.append(" ").append(text, STYLES[passage.change])
    Console().print(shown, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (history, audit):
        app.command()(function)
