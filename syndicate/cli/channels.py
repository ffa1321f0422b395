"""Commands on channels: list, check, move, resume, rename, retire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from syndicate.cli.clock import local_time
from syndicate.cli.opening import office, opens_no_channel
from syndicate.cli.options import JSON

if TYPE_CHECKING:
    from syndicate.ledger import Waiting

channels = typer.Typer(
    no_args_is_help=True, help="List, check, move or rename channels.", rich_markup_mode=None
)

NAME = typer.Argument(metavar="NAME", help="Name of the channel.")


@channels.command("list")
def list_(as_json: bool = JSON) -> None:
    """Show the configured channels and their destinations.

    Example: syndicate channels list
    """
    from syndicate.cli import show
    from syndicate.ledger import Catalogue

    with office(reads=True, as_json=as_json) as here:
        known = here.ledger.known_channels()
        identities = {name: channel.identity or "" for name, channel in known.items()}
        rows = [
            (c.name, c.kind, str(c.scope), c.target(), identities.get(c.name, ""))
            for c in here.channels
        ]
        with here.ledger.reading() as db:
            unconfigured = sorted(here.gone(Catalogue(db)))
        if as_json:
            keys = ("name", "kind", "scope", "target", "identity")
            documents = [dict(zip(keys, row, strict=True)) for row in rows]
            show.document({"channels": documents, "unconfigured": unconfigured, "exit_code": 0})
        else:
            show.table(("name", "kind", "scope", "destination", "its identifier"), rows)
            for name in unconfigured:
                show.out(not_configured(name))


@channels.command()
def check(
    names: list[str] = typer.Argument(
        None, metavar="NAME", help="Only these channels. Default: all."
    ),
    as_json: bool = JSON,
) -> None:
    """Test tokens, rights, folders and mail servers. Nothing is sent.

    Example: syndicate channels check telegram
    """
    from syndicate.cli import show
    from syndicate.operations.inspection import inspect_channels

    with office(dry=True, as_json=as_json) as here:
        found = inspect_channels(here, names or ())
        if as_json:
            show.document(found.to_json())
        else:
            rows = [
                (each.channel, finding.what, "ok" if finding.ok else "wrong", finding.detail)
                for each in found.channels
                for finding in each.findings
            ]
            show.table(("channel", "what", "", "where, why"), rows, column=2)
        raise typer.Exit(found.exit_code)


@channels.command()
def move(name: str = NAME, as_json: bool = JSON) -> None:
    """Confirm that the destination has moved, and continue there.

    Example: syndicate channels move feed
    """
    from syndicate.cli.show import print_done
    from syndicate.operations.channels import move as run

    with office(as_json=as_json, opens=opens_no_channel) as here:
        print_done(run(here, name), as_json=as_json)


@channels.command()
def resume(name: str = NAME, as_json: bool = JSON) -> None:
    """End all waits of a channel: the next tick tries everything again.

    Example: syndicate channels resume telegram
    """
    from syndicate.cli.show import document, out
    from syndicate.operations.channels import let_leave
    from syndicate.operations.channels import resume as run

    with office(as_json=as_json) as here:
        ended = run(here, name)
        left = let_leave(here, name)
        lines = [f"{waiting_line(entry)}: no longer waiting" for entry in ended]
        lines += ["the next tick continues"] if ended else []
        lines += [f"{name}: {count} {what}" for what, count in left.items()]
        lines = lines or [f"{name}: nothing was waiting"]
        if as_json:
            rows = [asdict(entry) | {"until": entry.until.isoformat()} for entry in ended]
            document({"done": "; ".join(lines), "ended": rows, "exit_code": 0})
        else:
            out("\n".join(lines))


@channels.command()
def rename(
    old: str = typer.Argument(help="The old name."),
    new: str = typer.Argument(help="The new name, as in the configuration."),
    as_json: bool = JSON,
) -> None:
    """Record that a channel has a new name in the configuration.

    Example: syndicate channels rename telegram kabar
    """
    from syndicate.cli.show import print_done
    from syndicate.operations.channels import rename as run

    with office(as_json=as_json) as here:
        print_done(run(here, old, new), as_json=as_json)


@channels.command()
def retire(name: str = NAME, as_json: bool = JSON) -> None:
    """Record that a channel is no longer used on any machine.

    Nothing waits for it any more.

    Example: syndicate channels retire telegram
    """
    from syndicate.cli.show import print_done
    from syndicate.operations.channels import retire as run

    with office(as_json=as_json) as here:
        print_done(run(here, name), as_json=as_json)


def not_configured(name: str) -> str:
    """Describe a channel that only the ledger knows, and the commands to choose from."""
    return (
        f"{name}: is in the ledger but not in this machine's configuration (use channels rename"
        f" {name} NEW, or channels retire {name})"
    )


def waiting_line(entry: Waiting) -> str:
    """Describe what waits, until when and why: ``telegram: 2 posts wait until 4 May 2026 …``."""
    from syndicate.ledger import Waits

    plural = "s wait" if entry.count > 1 else " waits"
    what = {
        Waits.CHANNEL: "is paused",
        Waits.DIGEST: "its digest waits",
        Waits.POSTS: f"{entry.count} post{plural}",
        Waits.LETTERS: f"{entry.count} letter{plural}",
    }[entry.what]
    until = f"{what} until {local_time(entry.until)}"
    return ": ".join(filter(None, (entry.channel, until, entry.why)))


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(channels, name="channels")
