"""How answers look: tables at a terminal, plain lines in a pipe, one JSON document when asked."""

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

from syndicate.cli.context import given
from syndicate.report import Line, Report, said_key
from syndicate.text import visible

MINUTE = 60.0  # seconds
BLINK = 0.1
UNLIMITED = 10_000  # columns
PADDING = re.compile(r" +((?:\x1b\[[\d;]*m)*)$")  # it would be lines of its own where it is folded
COLOURS = {"done": "green", "waiting": "yellow", "under way": "yellow", "refused": "red",
           "in doubt": "magenta", "cannot": "red", "ok": "green", "wrong": "red"}  # fmt: skip


def report(answer: Report, *, as_json: bool) -> None:
    """Show what a command did, and end with its exit code."""
    if as_json:
        document(answer.to_json())
    else:
        says_all = answer.dry_run or sys.stdout.isatty()  # cron mails what is printed
        for note in answer.notes:
            if says_all or not (note in answer.idle or answer.is_told(note)):
                out(note)
        if answer.dry_run:
            out("nothing is touched: this is the plan")
        said = [line for line in answer.lines if says_all or _is_news(answer, line)]
        lines(said, articles={one.uri: one.headline for one in answer.articles})
        for problem in answer.problems:
            if says_all or not answer.is_told(problem):
                typer.echo(given.scrub(problem), err=True)
    raise typer.Exit(answer.exit_code)


def _is_news(answer: Report, line: Line) -> bool:
    """Whether cron should mail a line: not an empty window, nor what it has mailed already."""
    return not (line.is_idle or answer.is_told(line))


def lines(found: Sequence[Line], *, articles: Mapping[str, str] = MappingProxyType({})) -> None:
    """Lines of a report: an article's own under its headline, then what is about many."""
    for uri, headline in articles.items():
        if own := [line for line in found if line.about == uri]:
            out(f"{headline}  <{uri}>")
            rows(own, under=uri)
    rows([line for line in found if line.about not in articles])
    shown: set[str] = set()
    for line in found:
        if line.diff and line.diff not in shown:  # a feed's three forms say the same
            out(f"\n{line.channel} {line.address or called(line.about)}".rstrip())
            out(line.diff)
            shown.add(line.diff)


def rows(found: Sequence[Line], *, under: str = "") -> None:
    """Lines as a table; ``under`` the headline of an article, whose uri they need not say."""
    cells = [
        (many[0].channel, _what(many, under), many[0].action, many[0].state, detail(many[0]))
        for many in together(found)
    ]
    table(("channel", "what", "action", "state", "where, why"), cells, column=3)


def together(found: Sequence[Line]) -> list[list[Line]]:
    """Lines that give one reason for several addresses, side by side; all others alone."""
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
        names = [line.address or called(about) for line in many]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def detail(line: Line) -> str:
    """Where it is, why it is not, and what to do."""
    return " | ".join(filter(None, (line.url, line.why, line.resolve)))


def called(edition: str) -> str:
    """What people call an edition."""
    assert given.zone, "a report is an office's"
    return said_key(edition, given.zone)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], column: int = -1) -> None:
    """A table at a terminal, else a line a row with two blanks between."""
    if not rows:
        return
    if not sys.stdout.isatty():
        for row in rows:
            out("  ".join(cell for cell in row if cell))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        style = COLOURS.get(row[column], "") if column >= 0 else ""
        cells = [Text(visible(given.scrub(cell))) for cell in row]
        if style:
            cells[column].stylize(style)
        made.add_row(*cells)
    console = Console()  # rich obeys NO_COLOR itself
    # a terminal folds long lines by itself and still knows their links; rich would break them
    console.width = max(
        console.width,
        console.measure(made, options=console.options.update(max_width=UNLIMITED)).maximum,
    )
    with console.capture() as shown:
        console.print(made, crop=False)
    for line in shown.get().splitlines():
        typer.echo(PADDING.sub(r"\1", line))


def out(text: str) -> None:
    """One line on stdout, with no secret in it, and nothing that plays with the terminal."""
    typer.echo(clean(text))


def clean(text: str) -> str:
    """A text with no secret in it, and nothing that plays with the terminal."""
    return visible(given.scrub(text))


def warning(text: str) -> None:
    """One line on stderr, before anything is sent."""
    typer.echo(f"warning: {visible(given.scrub(text))}", err=True)


def document(value: dict[str, Any]) -> None:
    """One JSON document on stdout, with no secret in it."""
    utf8 = (sys.stdout.encoding or "utf-8").lower().replace("_", "-") == "utf-8"
    out(as_text(value, ascii_only=not utf8).rstrip())
    given.documented = True


def as_text(value: dict[str, Any], *, ascii_only: bool = False) -> str:
    """A JSON document."""
    return json.dumps(value, ensure_ascii=ascii_only, indent=2, default=_plain) + "\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def progress(as_json: bool) -> Iterator[Callable[[str, int], None]]:
    """A bar at a terminal while long work goes on; in a pipe a line a minute."""
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
    told = 0.0
    with bar:

        def advance(channel: str, total: int) -> None:
            nonlocal told
            counts[channel] += 1
            if channel not in tasks:
                tasks[channel] = bar.add_task(channel, total=total or None)
            elif time.monotonic() - told < BLINK and counts[channel] != total:
                return
            told = time.monotonic()
            bar.update(tasks[channel], completed=counts[channel], total=total or None)

        yield advance


def _every_minute() -> Callable[[str, int], None]:
    counts: Counter[str] = Counter()
    began = told = time.monotonic()

    def advance(channel: str, total: int) -> None:
        nonlocal told
        counts[channel] += 1
        now = time.monotonic()
        if now - told >= MINUTE:
            told = now
            done, speed = counts[channel], counts[channel] / (now - began)
            said = f"{channel}: {done:,} of {total:,}" if total else f"{channel}: {done:,}"
            left = f", {(total - done) / speed:,.0f} s to go" if total > done else ""
            typer.echo(f"{said} done, {speed:,.1f} a second{left}", err=True)

    return advance
