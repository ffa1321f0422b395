"""Commands on lists: subscribers add, remove, import, export, forget, bounce; unsubscribe."""

from __future__ import annotations

import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING

import typer

from syndicate.cli.additions import remark_keeper, show_joined, show_trial
from syndicate.cli.clock import local_time
from syndicate.cli.invocation import refuse_as_root
from syndicate.cli.opening import office, opens_no_channel
from syndicate.cli.options import JSON, YES_OPTION
from syndicate.cli.questions import confirm

if TYPE_CHECKING:
    from syndicate.ledger import Subscription
    from syndicate.office import Office

app = typer.Typer(
    no_args_is_help=True, help="Manage the readers of email digests.", rich_markup_mode=None
)

LIST = typer.Option("", "--list", metavar="NAME", help="Name of the list (an email channel).")
ADDRESSES = typer.Argument(metavar="ADDRESS", show_default=False, help="Email addresses.")
AGAIN = typer.Option(
    False, "--again", help="Also people who have left, if they asked to come back."
)
SOURCE = typer.Option("", "--source", metavar="TEXT", help="Where people gave their consent.")
WORDING = typer.Option("", "--wording", metavar="TEXT", help="What people agreed to.")


@app.command()
def add(
    addresses: list[str] = ADDRESSES,
    name: str = LIST,
    again: bool = AGAIN,
    source: str = SOURCE,
    wording: str = WORDING,
    as_json: bool = JSON,
) -> None:
    """Add addresses to a list.

    Example: syndicate subscribers add --list digest ani@example.org
    """
    from syndicate.subscribers.people import add_addresses as run

    with office(as_json=as_json) as here:
        _warn_of_old_ledger(here)
        remark, remarks = remark_keeper("address")
        joined = run(
            here,
            name or None,
            addresses,
            source=source or "command line",
            wording=wording,
            again=again,
            on_remark=remark,
        )
        show_joined(joined, remarks, as_json)


@app.command("import")
def import_(
    file: Path = typer.Argument(metavar="TABLE", help="CSV or .xlsx with a column of addresses."),
    name: str = LIST,
    columns: str = typer.Option(
        "",
        "--columns",
        metavar="email=Surel,name=Nama",
        help="Names of the columns email, name, source, wording and consented; of status, left and"
        " subscribed, which say who has left; aside is a column to ignore.",
    ),
    again: bool = AGAIN,
    source: str = SOURCE,
    wording: str = WORDING,
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Show what would happen to the first rows, and change nothing."
    ),
    as_json: bool = JSON,
) -> None:
    """Import subscribers from a table.

    People who have left, here or in the table, stay off the list.

    Example: syndicate subscribers import --list digest people.csv --columns email=Surel
    """
    from syndicate.subscribers.people import tables
    from syndicate.subscribers.people.columns import parse_columns

    with office(dry=dry_run, looks=dry_run, as_json=as_json) as here:
        given = tables.Import(
            path=file, columns=parse_columns(columns), source=source, wording=wording, again=again
        )
        _warn_of_old_ledger(here)
        remark, remarks = remark_keeper(file.name)
        if dry_run:
            show_trial(tables.try_table(here, name or None, given, remark), remarks, as_json)
        else:
            joined = tables.import_table(here, name or None, given, remark)
            show_joined(joined, remarks, as_json)


@app.command()
def remove(
    addresses: list[str] = ADDRESSES, name: str = LIST, yes: bool = YES_OPTION, as_json: bool = JSON
) -> None:
    """Remove addresses from a list for good.

    Example: syndicate subscribers remove --list digest ani@example.org
    """
    from syndicate.cli import show
    from syndicate.subscribers.people import remove_addresses as run

    with office(as_json=as_json) as here:
        _warn_of_old_ledger(here)
        confirm(f"Remove {', '.join(addresses)} for good?", yes=yes, as_json=as_json)
        done = run(here, name or None, addresses)
        if as_json:
            show.document(
                {
                    "removed": len(done.removed),
                    "had_left": list(done.had_left),
                    "not_on_the_list": list(done.strangers),
                    "exit_code": 0,
                }
            )
        else:
            show.out(f"{len(done.removed)} removed")
            for address, last in done.had_left.items():
                show.out(f"{address}: {_off_since(last)}")
            for address in done.strangers:
                show.out(f"{address}: was not on the list")


def _off_since(last: Subscription) -> str:
    from syndicate.ledger.people.lists import LEFT

    at = local_time(last.ended or last.since)
    return (
        f"had left on {at}"
        if last.reason == LEFT
        else f"was already off the list since {at} ({last.reason})"
    )


@app.command("list")
def list_(
    name: str = LIST,
    everybody: bool = typer.Option(False, "--all", help="Also people who have left."),
    as_json: bool = JSON,
) -> None:
    """Show the subscribers of a list.

    Example: syndicate subscribers list --list digest
    """
    from syndicate.cli import show
    from syndicate.subscribers.people import members

    with office(reads=True, as_json=as_json) as here:
        found = list(members(here, name or None, ended=everybody))
        if as_json:
            people = [
                {
                    "email": p.email,
                    "name": p.name,
                    "since": p.since,
                    "ended": p.ended,
                    "reason": p.reason,
                    "source": p.source,
                    "consented": p.consented,
                    "wording": p.wording,
                }
                for p in found
            ]
            show.document({"subscribers": people, "exit_code": 0})
        else:
            rows = [(p.email, p.name, local_time(p.since), p.reason) for p in found]
            show.table(("address", "name", "since", "left"), rows)


@app.command()
def export(
    file: str = typer.Argument("-", metavar="FILE", help="Output file; - is standard output."),
    name: str = LIST,
    person: str = typer.Option(
        "", "--person", metavar="ADDRESS", help="All data about one person, as JSON."
    ),
) -> None:
    """Export subscribers as CSV, or one person's data as JSON.

    Example: syndicate subscribers export --person ani@example.org ani.json
    """
    from syndicate.cli import show
    from syndicate.errors import UsageError
    from syndicate.subscribers.people import members
    from syndicate.subscribers.people.privacy import person as all_of
    from syndicate.subscribers.people.tables import export_csv
    from syndicate.system.disk import written

    with office(dry=True) as here:
        data = show.as_text(all_of(here, person)) if person else ""
        people = [] if person else members(here, name or None, ended=True)

        def write(target: IO[str]) -> int:
            if not person:
                return export_csv(people, target)
            target.write(data)
            return 1

        if file == "-":
            write(sys.stdout)
            return
        path = Path(file)
        if path.is_file() or not path.exists():  # and no pipe or terminal of theirs
            refuse_as_root(path, path.parent)
        try:
            with written(path) as private:
                target = TextIOWrapper(private, "utf-8", newline="")
                count = write(target)
                target.detach()
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
        typer.echo(f"{path}: {count}")


@app.command()
def forget(addresses: list[str] = ADDRESSES, yes: bool = YES_OPTION, as_json: bool = JSON) -> None:
    """Erase all data about people, also in copies of the ledger.

    No import brings them back.

    Example: syndicate subscribers forget ani@example.org
    """
    from syndicate.cli import show
    from syndicate.subscribers.people.privacy import erase_people as run

    with office(as_json=as_json) as here:
        _warn_of_old_ledger(here)
        question = f"Erase {', '.join(addresses)} from the ledger and its copies for good?"
        confirm(question, yes=yes, as_json=as_json)
        found = run(here, addresses)
        missed = [line for person in found for line in person.missed]
        code = 3 if missed else 0
        if as_json:
            show.document({"forgotten": [asdict(person) for person in found], "exit_code": code})
            raise typer.Exit(code)
        for address, person in zip(addresses, found, strict=True):
            result = "erased" if person.known else "was not known; no import will add this address"
            show.out(f"{address}: {result}")
            for copy in person.copies:
                show.out(f"{copy}: also erased in this copy")
        if here.ledger.engine.dialect.name != "sqlite":
            show.out(
                "your own backups of the database (pg_dump) still contain this data: erase it there"
            )
        for line in missed:
            typer.echo(f"{line}: erase the data there yourself", err=True)
        raise typer.Exit(code)


@app.command()
def bounce(
    source: str = typer.Argument(metavar="FILE|MAILDIR|IMAP", help="Where the letters are."),
    name: str = LIST,
    as_json: bool = JSON,
) -> None:
    """Read bounces, complaints, and requests to leave or join.

    Example: syndicate subscribers bounce maildir:/var/mail/kabar
    """
    from syndicate.cli import show
    from syndicate.subscribers.inbox_run import read_source

    with office(as_json=as_json, opens=opens_no_channel) as here:
        show.report(read_source(here, name or None, source), as_json=as_json)


def unsubscribe(
    token: str = typer.Argument(metavar="TOKEN", help="The token in the link of a letter."),
    as_json: bool = JSON,
) -> None:
    """End the subscription that a token belongs to.

    The next tick sends a goodbye letter with a way back.

    Example: syndicate unsubscribe 3f0c9a41d7e25b886c1fd0427ab95e13
    """
    from syndicate.cli import show
    from syndicate.subscribers.people import end_subscription as run
    from syndicate.system.scrubbing import masked_address

    with office(as_json=as_json) as here:
        left = run(here, token)
        if as_json:
            show.document({"list": left.list_name, "ended": left.ended, "exit_code": 0})
        elif left.list_name:
            since = f"off {left.list_name} since {local_time(left.ended)}"
            show.out(f"{masked_address(left.email)}: {since}")
        else:
            show.out("this person's data was erased: nothing is sent to them")


def rejoin(
    token: str = typer.Argument(metavar="TOKEN", help="The token in the link of a goodbye letter."),
    as_json: bool = JSON,
) -> None:
    """Restore a subscription with the token of its goodbye letter.

    A token works once.

    Example: syndicate rejoin 7a1e0c52d94f3b68801fd0427ab95e13
    """
    from syndicate.cli import show
    from syndicate.subscribers.people import restore_subscription as run
    from syndicate.system.scrubbing import masked_address

    with office(as_json=as_json) as here:
        back = run(here, token)
        if as_json:
            show.document({"list": back.list_name, "since": back.since, "exit_code": 0})
        else:
            show.out(f"{masked_address(back.email)}: on {back.list_name} again")


def _warn_of_old_ledger(here: Office) -> None:
    """Warn that the ledger is an old copy: changes made after it was copied are missing."""
    from syndicate.cli.show import warning
    from syndicate.delivery.evidence import older

    if why := older(here):
        warning(why)


def add_to(program: typer.Typer) -> None:
    """Add these commands to the program."""
    program.add_typer(app, name="subscribers")
    program.command()(unsubscribe)
    program.command()(rejoin)
