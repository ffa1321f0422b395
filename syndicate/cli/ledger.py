"""Commands on the ledger: backup, restored, newkey, upgrade, move."""

from __future__ import annotations

from pathlib import Path

import typer

from syndicate.cli.invocation import refuse_as_root
from syndicate.cli.moves import move
from syndicate.cli.opening import office
from syndicate.cli.options import JSON

ledger = typer.Typer(
    no_args_is_help=True,
    help="Back up, move or upgrade the record of what was published.",
    rich_markup_mode=None,
)


@ledger.command()
def backup(
    file: Path = typer.Argument(metavar="FILE", help="A new file for the copy."),
    as_json: bool = JSON,
) -> None:
    """Copy an SQLite ledger, also while it is in use.

    Example: syndicate ledger backup /backup/syndicate.db
    """
    from syndicate.cli.show import print_done
    from syndicate.errors import UsageError

    with office(as_json=as_json) as here:
        if file.exists():
            raise UsageError(f"{file}: already exists (choose another name)")
        refuse_as_root(file)
        here.ledger.backup(file)
        print_done(f"{file}", as_json=as_json)


@ledger.command()
def restored(
    digests: str = typer.Option(
        "", metavar="sent|unsent", help="Were the digests since the backup sent?"
    ),
    as_json: bool = JSON,
) -> None:
    """Confirm that this ledger is a restored backup.

    What may have been sent since the backup is then in doubt.

    Example: syndicate ledger restored --digests sent
    """
    from syndicate.cli.show import print_done
    from syndicate.errors import UsageError
    from syndicate.operations.restore import LostDigests
    from syndicate.operations.restore import settle_restored as run

    with office(as_json=as_json) as here:
        if digests not in ("", *LostDigests):
            raise UsageError(f"--digests {digests}: use sent or unsent")
        lines = run(here, LostDigests(digests) if digests else None)
        print_done("; ".join(lines) if as_json else "\n".join(lines), as_json=as_json)


@ledger.command()
def newkey(as_json: bool = JSON) -> None:
    """Use a new key for the tokens of future letters.

    Tokens in older letters stay valid.

    Example: syndicate ledger newkey
    """
    from syndicate.cli.show import print_done

    with office(as_json=as_json) as here:
        here.ledger.renew_key()
        print_done("new tokens use a new key from now on; older tokens stay valid", as_json=as_json)


@ledger.command()
def upgrade(
    url: str = typer.Option(
        "", "--url", metavar="URL", help="The ledger's address with the role that owns its tables."
    ),
    as_json: bool = JSON,
) -> None:
    """Create the ledger's tables, or upgrade them to this version.

    Example: syndicate ledger upgrade --url file:owner-url
    """
    from syndicate.cli.show import print_done
    from syndicate.ledger.migrations import VERSION

    with office(as_json=as_json, ledger_url=url) as here:
        print_done("; ".join(here.notes) or f"the ledger has version {VERSION}", as_json=as_json)


ledger.command("move")(move)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(ledger, name="ledger")
