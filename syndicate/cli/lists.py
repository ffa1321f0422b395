"""Commands on lists: subscribers add, remove, list, import, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.context import JSON, office

if TYPE_CHECKING:
    from syndicate.people import Joined

app = typer.Typer(no_args_is_help=True, help="Who reads the digests.", rich_markup_mode=None)

LIST = typer.Option("", "--list", metavar="NAME", help="Which list: an email channel's name.")
ADDRESSES = typer.Argument(metavar="ADDRESS", show_default=False, help="Email addresses.")


@app.command()
def add(
    addresses: list[str] = ADDRESSES,
    name: str = LIST,
    again: bool = typer.Option(False, "--again", help="Also those who left, at their request."),
    as_json: bool = JSON,
) -> None:
    """Put addresses on a list.

    Example: syndicate subscribers add --list digest ani@example.org
    """
    from syndicate.people import add as run

    with office(as_json=as_json) as here:
        _tell(run(here, name or None, addresses, source="command line", again=again), as_json)


@app.command("import")
def import_(
    file: Path = typer.Argument(metavar="CSV", help="With a column called email."),
    name: str = LIST,
    as_json: bool = JSON,
) -> None:
    """Put the people of a CSV file on a list; whoever has left it stays away.

    Example: syndicate subscribers import --list digest people.csv
    """
    from syndicate.people import import_csv

    with office(as_json=as_json) as here:
        _tell(import_csv(here, name or None, file), as_json)


@app.command()
def remove(addresses: list[str] = ADDRESSES, name: str = LIST, as_json: bool = JSON) -> None:
    """Take addresses off a list, for good.

    Example: syndicate subscribers remove --list digest ani@example.org
    """
    from syndicate.cli import show
    from syndicate.people import remove as run

    with office(as_json=as_json) as here:
        strangers = run(here, name or None, addresses)
        removed = len(addresses) - len(strangers)
        if as_json:
            show.document({"removed": removed, "not_on_the_list": strangers, "exit_code": 0})
        else:
            show.out(f"{removed} removed")
            for address in strangers:
                show.out(f"{address}: was not on the list")


@app.command("list")
def list_(
    name: str = LIST,
    everybody: bool = typer.Option(False, "--all", help="Also those who have left."),
    as_json: bool = JSON,
) -> None:
    """Show who is on a list.

    Example: syndicate subscribers list --list digest
    """
    from syndicate.cli import show
    from syndicate.people import members

    with office(as_json=as_json) as here:
        found = list(members(here, name or None, ended=everybody))
        if as_json:
            people = [{"email": p.email, "name": p.name, "since": p.since, "ended": p.ended,
                       "reason": p.reason} for p in found]  # fmt: skip
            show.document({"subscribers": people, "exit_code": 0})
        else:
            rows = [(p.email, p.name, f"{p.since:%Y-%m-%d}", p.reason) for p in found]
            show.table(("address", "name", "since", "left"), rows)


@app.command()
def export(
    file: str = typer.Argument("-", metavar="CSV", help="Else to stdout."), name: str = LIST
) -> None:
    """Write everybody who is or was on a list as CSV.

    Example: syndicate subscribers export --list digest people.csv
    """
    from syndicate.people import export_csv

    with office() as here:
        if file == "-":
            export_csv(here, name or None, sys.stdout)
            return
        path = Path(file)
        path.touch(mode=0o600, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as target:
            written = export_csv(here, name or None, target)
        typer.echo(f"{path}: {written}")


def _tell(joined: Joined, as_json: bool) -> None:
    from syndicate.cli import show
    from syndicate.report import mask

    code = 3 if joined.refused else 0
    if as_json:
        show.document({"counts": dict(joined.counts), "left_before": joined.left,
                       "refused": joined.refused, "exit_code": code})  # fmt: skip
    else:
        show.out(", ".join(f"{count} {how}" for how, count in joined.counts.items()) or "nobody")
        for address in joined.left:
            show.out(f"{mask(address)}: left before and stays away (subscribers add --again)")
        for line in joined.refused:
            typer.echo(line, err=True)
    raise typer.Exit(code)


def add_to(program: typer.Typer) -> None:
    """Make these commands of the program."""
    program.add_typer(app, name="subscribers")
