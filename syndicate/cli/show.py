"""Output: tables at a terminal, plain lines in a pipe, one JSON document with --json."""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Any

import typer

from syndicate.cli.invocation import invocation
from syndicate.model.reach import Reach
from syndicate.report import Line, Report, edition_name
from syndicate.text import visible

PROGRESS_SECONDS = 60.0  # between two lines of progress in a pipe
REDRAW_SECONDS = 0.1  # between two updates of a bar
UNLIMITED_COLUMNS = 10_000
KILLED = "(killed: its text is not shown any more)"  # in the place of a headline
PADDING = re.compile(r" +((?:\x1b\[[\d;]*m)*)$")  # would become lines of its own when folded
REVISIONS = ("correction", "withdrawal", "reinstatement")  # that readers are told of
COLOURS = {
    "done": "green",
    "waiting": "yellow",
    "under way": "yellow",
    "refused": "red",
    "in doubt": "magenta",
    "cannot": "red",
    "ok": "green",
    "wrong": "red",
}


def report(answer: Report, *, as_json: bool) -> None:
    """Show what a command did, and end with its exit code."""
    if as_json:
        document(answer.to_json())
    else:
        shows_all = answer.dry_run or sys.stdout.isatty()  # cron mails what is printed
        for note in answer.notes:
            if shows_all or not (note in answer.idle or answer.was_reported(note)):
                out(note)
        if answer.dry_run:
            out("this is the plan: nothing was changed")
        audience(_told(answer))
        shown = [line for line in answer.lines if shows_all or _is_news(answer, line)]
        lines(shown, articles={each.uri: each.headline or KILLED for each in answer.articles})
        for problem in answer.problems:
            if shows_all or not answer.was_reported(problem):
                typer.echo(invocation.scrub(problem), err=True)
    raise typer.Exit(answer.exit_code)


def _told(answer: Report) -> list[Reach]:
    """Return who is told; of articles that are out already only who is told of their change."""
    changed = {article.uri for article in answer.articles if article.kind in REVISIONS}
    return [reach for reach in answer.audience if answer.dry_run or reach.uri in changed]


def audience(reaches: Sequence[Reach], *, err: bool = False) -> None:
    """Print who is told of a change, and who is not."""
    for line in audience_lines(reaches):
        typer.echo(clean(line), err=True) if err else out(line)


def audience_lines(reaches: Sequence[Reach]) -> Iterator[str]:
    """Yield a heading and a line for each channel; none where nobody is told."""
    counts = Counter(reach.text for reach in reaches)
    if counts:
        yield "who is told:"
    for text, count in counts.items():
        articles = f" ({count} articles)" if count > 1 else ""
        yield f"  {text}{articles}"


def _is_news(answer: Report, line: Line) -> bool:
    """Return whether cron should mail a line: not an empty window, nor what it mailed before."""
    return not (line.is_idle or answer.was_reported(line))


def lines(found: Sequence[Line], *, articles: Mapping[str, str] = MappingProxyType({})) -> None:
    """Print the lines of a report: each article's under its headline, then all others."""
    for uri, headline in articles.items():
        if own := [line for line in found if line.about == uri]:
            out(f"{headline}  <{uri}>")
            rows(own, under=uri)
    rows([line for line in found if line.about not in articles])
    shown: set[str] = set()
    for line in found:
        if line.diff and line.diff not in shown:  # a feed's three forms say the same
            out(f"\n{line.channel} {line.address or edition_label(line.about)}".rstrip())
            out(line.diff)
            shown.add(line.diff)


def rows(found: Sequence[Line], *, under: str = "") -> None:
    """Print lines as a table; ``under`` an article's headline, without repeating its uri."""
    cells = [
        (many[0].channel, _what(many, under), many[0].action, many[0].state, detail(many[0]))
        for many in together(found)
    ]
    table(("channel", "what", "action", "state", "where, why"), cells, column=3)


def together(found: Sequence[Line]) -> list[list[Line]]:
    """Group lines that give the same reason for several addresses; all others stay alone."""
    grouped: dict[object, list[Line]] = {}
    for line in found:
        same: object = (line.channel, line.about, line.action, line.state, line.why)
        alone = not line.why or line.url or line.resolve
        grouped.setdefault(id(line) if alone else same, []).append(line)
    return list(grouped.values())


def _what(many: Sequence[Line], under: str) -> str:
    about = many[0].about
    if about == under:
        names = [line.address for line in many]
    elif about.startswith("tag:"):
        names = [f"{about} {line.address}".rstrip() for line in many]
    else:
        names = [line.address or edition_label(about) for line in many]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def detail(line: Line) -> str:
    """Join a line's link, reason and commands."""
    return " | ".join(filter(None, (line.url, line.why, line.resolve)))


def edition_label(edition: str) -> str:
    """Return an edition's name for people."""
    assert invocation.zone, "a report belongs to an office"
    return edition_name(edition, invocation.zone)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], column: int = -1) -> None:
    """Print a table at a terminal, else one line a row with two spaces between cells."""
    if not rows:
        return
    if not sys.stdout.isatty():
        for row in rows:
            out("  ".join(cell for cell in row if cell))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        style = COLOURS.get(row[column], "") if column >= 0 else ""
        cells = [Text(visible(invocation.scrub(cell))) for cell in row]
        if style:
            cells[column].stylize(style)
        grid.add_row(*cells)
    console = Console()  # rich obeys NO_COLOR itself
    # a terminal folds long lines by itself and still knows their links; rich would break them
    console.width = max(
        console.width,
        console.measure(grid, options=console.options.update(max_width=UNLIMITED_COLUMNS)).maximum,
    )
    with console.capture() as shown:
        console.print(grid, crop=False)
    for line in shown.get().splitlines():
        _echo(PADDING.sub(r"\1", line))


def out(text: str) -> None:
    """Print one line on stdout, without secrets and control characters."""
    _echo(clean(text))


def _echo(line: str) -> None:
    typer.echo(line)
    if invocation.shown is not None:
        invocation.shown.append(line)


def clean(text: str) -> str:
    """Return a text without secrets and control characters."""
    return visible(invocation.scrub(text))


def warning(text: str) -> None:
    """Print a warning on stderr, before anything is sent."""
    typer.echo(f"warning: {visible(invocation.scrub(text))}", err=True)


def document(value: dict[str, Any]) -> None:
    """Print one JSON document on stdout, without secrets."""
    utf8 = (sys.stdout.encoding or "utf-8").lower().replace("_", "-") == "utf-8"
    out(as_text(value, ascii_only=not utf8).rstrip())
    invocation.documented = True


def print_done(text: str, *, as_json: bool) -> None:
    """Print what a command has done, as a line or as a document."""
    if as_json:
        document({"done": text, "exit_code": 0})
    else:
        out(text)


def as_text(value: dict[str, Any], *, ascii_only: bool = False) -> str:
    """Return a value as JSON text."""
    return json.dumps(value, ensure_ascii=ascii_only, indent=2, default=_plain) + "\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def progress(as_json: bool) -> Iterator[Callable[[str, int], None]]:
    """Show a bar at a terminal while long work goes on; in a pipe one line a minute."""
    if not sys.stderr.isatty():
        yield _every_minute()
        return
    if as_json:
        yield lambda _channel, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    clocks = (TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, *clocks, console=Console(stderr=True), transient=True)
    tasks: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    updated = 0.0
    with bar:

        def advance(channel: str, total: int) -> None:
            nonlocal updated
            counts[channel] += 1
            if channel not in tasks:
                tasks[channel] = bar.add_task(channel, total=total or None)
            elif time.monotonic() - updated < REDRAW_SECONDS and counts[channel] != total:
                return
            updated = time.monotonic()
            bar.update(tasks[channel], completed=counts[channel], total=total or None)

        yield advance


def _every_minute() -> Callable[[str, int], None]:
    counts: Counter[str] = Counter()
    began = printed = time.monotonic()

    def advance(channel: str, total: int) -> None:
        nonlocal printed
        counts[channel] += 1
        now = time.monotonic()
        if now - printed >= PROGRESS_SECONDS:
            printed = now
            sent, speed = counts[channel], counts[channel] / (now - began)
            progress = f"{channel}: {sent:,} of {total:,}" if total else f"{channel}: {sent:,}"
            left = f", {(total - sent) / speed:,.0f} s to go" if total > sent else ""
            typer.echo(f"{progress} done, {speed:,.1f} a second{left}", err=True)

    return advance
