"""Questions at the terminal: confirmation, and what was wrong in a changed article."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from syndicate.cli.invocation import invocation
from syndicate.cli.signals import at_once
from syndicate.text import visible

if TYPE_CHECKING:
    from syndicate.errors import ArticleError
    from syndicate.operations.recording import NoteNeeded, Publication


def can_ask(*, yes: bool = False, as_json: bool = False) -> bool:
    """Return whether somebody sits at a terminal and may be asked."""
    return not (yes or as_json) and sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def asking() -> Iterator[None]:
    """Let Ctrl-C at a question end the command at once: nothing is under way."""
    with at_once():
        try:
            yield
        except (KeyboardInterrupt, typer.Abort):
            typer.echo(err=True)  # the question's line has not ended
            raise


def confirm(question: str, *, yes: bool, as_json: bool) -> None:
    """Ask at a terminal before what cannot be undone; end the command (1) on "no".

    Without a terminal nobody is asked. Where somebody sits at one but would not see the
    question, UsageError asks for --yes.
    """
    if yes or not sys.stdin.isatty():
        return
    if not can_ask(yes=yes, as_json=as_json):
        from syndicate.errors import UsageError

        why = "--json asks no questions" if as_json else "the question would go into a file"
        raise UsageError(f"{why}: add --yes to go on (nothing was done)")
    with asking():
        confirmed = typer.confirm(visible(invocation.scrub(question)), default=None, err=True)
    if not confirmed:
        typer.echo("syndicate: nothing was done", err=True)
        raise typer.Exit(1)


def answered(request: Publication, error: ArticleError) -> Publication:
    """Return a request with a person's answers; raise the error itself where none helps."""
    from syndicate.errors import each_of
    from syndicate.intake.duplicates import Resembles
    from syndicate.operations.recording import NoteNeeded

    questions = each_of(error)
    if not all(isinstance(question, Resembles | NoteNeeded) for question in questions):
        raise error
    for question in questions:
        if isinstance(question, Resembles):
            finding = str(question).partition(": if ")[0]
            if not typer.confirm(f"{finding}. Is this another article?", default=None, err=True):
                raise error
            request = replace(request, others=request.others | {question.path})
    for question in questions:
        if isinstance(question, NoteNeeded):
            notes = {**request.notes, question.path: _what_was_wrong(question)}
            request = replace(request, notes=notes)
    return request


def _what_was_wrong(needed: NoteNeeded) -> str:
    """Ask for the note on a changed file; "" for a silent fix, an empty answer is none."""
    from syndicate.cli.show import clean
    from syndicate.operations.recording import is_a_note

    typer.echo(f"{clean(str(needed.path))} has changed since it was published:", err=True)
    for line in needed.changes.splitlines():
        typer.echo(f"  {clean(line)}", err=True)
    while True:
        note = typer.prompt("What was wrong? (readers see this; - for a silent fix)", err=True)
        note = note.strip()
        if note == "-":
            return ""
        if is_a_note(note):
            return str(note)
        if note:
            typer.echo(f"“{clean(note)}” does not say what was wrong", err=True)
