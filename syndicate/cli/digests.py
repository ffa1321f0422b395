"""Commands that send what is due: digest, tick."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from syndicate.cli.failures import command
from syndicate.cli.health_check import health_check
from syndicate.cli.opening import channels_to_open, office, opens_no_channel
from syndicate.cli.options import DRY_RUN, JSON


def digest(
    name: list[str] = typer.Argument(None, metavar="NAME", help="Only these lists."),
    dry_run: bool = DRY_RUN,
    catch_up: str = typer.Option(
        "merge",
        "--catch-up",
        metavar="merge|each|skip",
        help="Send missed digests as one, send each, or only the newest.",
    ),
    to: str = typer.Option(
        None, "--to", metavar="ADDRESS", help="Send only a proof to this address."
    ),
    sample: int = typer.Option(
        None, "--sample", min=1, metavar="N", help="Send only N letters for now."
    ),
    resume: bool = typer.Option(False, "--resume", help="Continue a digest that was stopped."),
    status: bool = typer.Option(False, "--status", help="Show how many letters have been sent."),
    as_json: bool = JSON,
) -> None:
    """Send the digests that are due.

    Example: syndicate digest --to me@example.org
    """
    from syndicate.cli import show
    from syndicate.errors import UsageError
    from syndicate.operations.digest import CatchUp, DigestRequest
    from syndicate.operations.digest import digest as run
    from syndicate.subscribers.people import normal

    modes = {
        "--status": status,
        "--dry-run": dry_run,
        "--to": to is not None,
        "--sample": sample is not None,
        "--resume": resume,
    }
    chosen = [mode for mode, is_chosen in modes.items() if is_chosen]
    with command(as_json):
        if chosen[1:] and chosen != ["--sample", "--resume"]:
            raise UsageError(f"{' and '.join(chosen)} cannot be combined: use only one of them")
    if status:
        _show_progress(name or (), as_json)
        return
    opens = channels_to_open(name or (), lists=True)
    with office(dry=dry_run, looks=dry_run, as_json=as_json, opens=opens) as here:
        if catch_up not in list(CatchUp):
            raise UsageError(f"--catch-up {catch_up}: use merge, each or skip")
        request = DigestRequest(
            names=name or (),
            dry_run=dry_run,
            catch_up=CatchUp(catch_up),
            to=None if to is None else normal(to),
            sample=sample or 0,
            resume=resume,
        )
        with show.progress(as_json) as progress:
            answer = run(here, request, progress)
        show.report(answer, as_json=as_json)


def _show_progress(names: Sequence[str], as_json: bool) -> None:
    """Show how many letters of each digest have been sent, and how fast."""
    from dataclasses import asdict

    from syndicate.cli import show
    from syndicate.operations.status import mailings, speed, troubled
    from syndicate.report import letters_line
    from syndicate.text import counted

    with office(reads=True, as_json=as_json) as here:
        found = mailings(here, names)
        if as_json:
            runs = [asdict(mailing) | asdict(speed(mailing)) for mailing in found]
            show.document({"digests": runs, "exit_code": 0})
            return
        for mailing in found:
            name = f"{mailing.channel} {show.edition_label(mailing.key)}"
            progress = letters_line(mailing).why or "nothing to send"
            show.out(f"{name}: {counted(mailing.letters, 'letter')}, {progress}{speed(mailing)}")
            show.lines(troubled(here, mailing))


def tick(as_json: bool = JSON) -> None:
    """Do everything that is due: digests, retries, doubts. Made for cron.

    Example: syndicate tick
    """
    from syndicate.cli import show
    from syndicate.operations.tick import tick as run

    with health_check(), office(as_json=as_json, opens=opens_no_channel) as here:
        with show.progress(as_json) as progress:
            answer = run(here, progress)
        show.report(answer, as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (digest, tick):
        app.command()(function)
