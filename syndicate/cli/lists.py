"""Commands on lists: subscribers add, remove, import, export, forget, bounce; unsubscribe."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING

import typer

from syndicate.cli.context import JSON, YES, confirm, each_by_itself, office, only_ours, when

if TYPE_CHECKING:
    from syndicate.ledger import Subscription
    from syndicate.office import Office
    from syndicate.subscribers.people import Joined, Remark
    from syndicate.subscribers.people.tables import Trial

app = typer.Typer(no_args_is_help=True, help="Who reads the digests.", rich_markup_mode=None)

LIST = typer.Option("", "--list", metavar="NAME", help="Which list: an email channel's name.")
ADDRESSES = typer.Argument(metavar="ADDRESS", show_default=False, help="Email addresses.")
AGAIN = typer.Option(False, "--again", help="Also those who left, at their request.")
SOURCE = typer.Option("", "--source", metavar="TEXT", help="Where they said that they want it.")
WORDING = typer.Option("", "--wording", metavar="TEXT", help="What they agreed to.")
MOST_SHOWN = 10  # rows of a dry run
MOST_REMARKS = 1000  # in a JSON document; all of them are on stderr


@app.command()
def add(
    addresses: list[str] = ADDRESSES,
    name: str = LIST,
    again: bool = AGAIN,
    source: str = SOURCE,
    wording: str = WORDING,
    as_json: bool = JSON,
) -> None:
    """Put addresses on a list.

    Example: syndicate subscribers add --list digest ani@example.org
    """
    from syndicate.subscribers.people import add as run

    with office(as_json=as_json) as here:
        _say_older(here)
        tell, remarks = _remarks("address")
        joined = run(
            here, name or None, addresses, source=source or "command line", wording=wording,
            again=again, tell=tell,
        )  # fmt: skip
        _tell(joined, remarks, as_json)


@app.command("import")
def import_(
    file: Path = typer.Argument(metavar="TABLE", help="CSV or .xlsx, with a column called email."),
    name: str = LIST,
    columns: str = typer.Option(
        "", "--columns", metavar="email=Surel,name=Nama",
        help="What the columns are called: email, name, source, wording, consented; status, left,"
        " subscribed for what says who left; aside for what does not.",
    ),
    again: bool = AGAIN,
    source: str = SOURCE,
    wording: str = WORDING,
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Say what would become of the first rows, and do nothing."
    ),
    as_json: bool = JSON,
) -> None:  # fmt: skip
    """Put the people of a table on a list; whoever has left it, here or there, stays away.

    Example: syndicate subscribers import --list digest people.csv --columns email=Surel
    """
    from syndicate.subscribers.people import tables
    from syndicate.subscribers.people.columns import columns as read

    with office(dry=dry_run, looks=dry_run, as_json=as_json) as here:
        given = tables.Import(
            path=file, columns=read(columns), source=source, wording=wording, again=again
        )
        _say_older(here)
        tell, remarks = _remarks(file.name)
        if dry_run:
            _show(tables.try_table(here, name or None, given, tell), remarks, as_json)
        else:
            _tell(tables.import_table(here, name or None, given, tell), remarks, as_json)


@app.command()
def remove(
    addresses: list[str] = ADDRESSES, name: str = LIST, yes: bool = YES, as_json: bool = JSON
) -> None:
    """Take addresses off a list, for good.

    Example: syndicate subscribers remove --list digest ani@example.org
    """
    from syndicate.cli import show
    from syndicate.subscribers.people import remove as run

    with office(as_json=as_json) as here:
        _say_older(here)
        confirm(f"Take {', '.join(addresses)} off for good?", yes=yes, as_json=as_json)
        done = run(here, name or None, addresses)
        if as_json:
            show.document(
                {"removed": len(done.removed), "had_left": list(done.had_left),
                 "not_on_the_list": list(done.strangers), "exit_code": 0}
            )  # fmt: skip
        else:
            show.out(f"{len(done.removed)} removed")
            for address, last in done.had_left.items():
                show.out(f"{address}: {_off_since(last)}")
            for address in done.strangers:
                show.out(f"{address}: was not on the list")


def _off_since(last: Subscription) -> str:
    from syndicate.ledger.people.lists import LEFT

    at = when(last.ended or last.since)
    return f"had left on {at}" if last.reason == LEFT else f"was off since {at} ({last.reason})"


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
    from syndicate.subscribers.people import members

    with office(reads=True, as_json=as_json) as here:
        found = list(members(here, name or None, ended=everybody))
        if as_json:
            people = [{"email": p.email, "name": p.name, "since": p.since, "ended": p.ended,
                       "reason": p.reason, "source": p.source, "consented": p.consented,
                       "wording": p.wording} for p in found]  # fmt: skip
            show.document({"subscribers": people, "exit_code": 0})
        else:
            rows = [(p.email, p.name, when(p.since), p.reason) for p in found]
            show.table(("address", "name", "since", "left"), rows)


@app.command()
def export(
    file: str = typer.Argument("-", metavar="FILE", help="Else to stdout."),
    name: str = LIST,
    person: str = typer.Option(
        "", "--person", metavar="ADDRESS", help="All that is kept of one person, as JSON."
    ),
) -> None:
    """Write everybody who is or was on a list as CSV, or one person's data as JSON.

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
            only_ours(path, path.parent)
        try:
            with written(path) as private:
                target = TextIOWrapper(private, "utf-8", newline="")
                said = write(target)
                target.detach()
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
        typer.echo(f"{path}: {said}")


@app.command()
def forget(addresses: list[str] = ADDRESSES, yes: bool = YES, as_json: bool = JSON) -> None:
    """Erase people, from copies of the ledger too; no import brings them back.

    Example: syndicate subscribers forget ani@example.org
    """
    from syndicate.cli import show
    from syndicate.subscribers.people.privacy import forget as run

    with office(as_json=as_json) as here:
        _say_older(here)
        asked = f"Erase {', '.join(addresses)} from the ledger and its copies, for ever?"
        confirm(asked, yes=yes, as_json=as_json)
        found = run(here, addresses)
        missed = [line for one in found for line in one.missed]
        code = 3 if missed else 0
        if as_json:
            show.document({"forgotten": [asdict(one) for one in found], "exit_code": code})
            raise typer.Exit(code)
        for address, one in zip(addresses, found, strict=True):
            show.out(f"{address}: {'forgotten' if one.known else 'was not known; stays away'}")
            for copy in one.copies:
                show.out(f"{copy}: erased there, too")
        if here.ledger.engine.dialect.name != "sqlite":
            show.out("your own backups of the database (pg_dump) still hold them")
        for line in missed:
            typer.echo(f"{line}: erase them there yourself", err=True)
        raise typer.Exit(code)


@app.command()
def bounce(
    source: str = typer.Argument(metavar="FILE|MAILDIR|IMAP", help="Where the letters are."),
    name: str = LIST,
    as_json: bool = JSON,
) -> None:
    """Read what came back: bounces, complaints, people who want to leave or to join.

    Example: syndicate subscribers bounce maildir:/var/mail/kabar
    """
    from syndicate.cli import show
    from syndicate.subscribers.inbox_run import read

    with office(as_json=as_json, opens=each_by_itself) as here:
        show.report(read(here, name or None, source), as_json=as_json)


def unsubscribe(
    token: str = typer.Argument(metavar="TOKEN", help="As it stands in the letter's link."),
    as_json: bool = JSON,
) -> None:
    """End the subscription that a token names; the next tick sends a goodbye with a way back.

    Example: syndicate unsubscribe 3f0c9a41d7e25b886c1fd0427ab95e13
    """
    from syndicate.cli import show
    from syndicate.report import mask
    from syndicate.subscribers.people import unsubscribe as run

    with office(as_json=as_json) as here:
        left = run(here, token)
        if as_json:
            show.document({"list": left.list_name, "ended": left.ended, "exit_code": 0})
        elif left.list_name:
            show.out(f"{mask(left.email)}: off {left.list_name} since {when(left.ended)}")
        else:
            show.out("this person was forgotten: nothing is sent to them")


def rejoin(
    token: str = typer.Argument(metavar="TOKEN", help="As it stands in the goodbye letter's link."),
    as_json: bool = JSON,
) -> None:
    """Bring back a subscription that a goodbye letter told of; a token works once.

    Example: syndicate rejoin 7a1e0c52d94f3b68801fd0427ab95e13
    """
    from syndicate.cli import show
    from syndicate.report import mask
    from syndicate.subscribers.people import rejoin as run

    with office(as_json=as_json) as here:
        back = run(here, token)
        if as_json:
            show.document({"list": back.list_name, "since": back.since, "exit_code": 0})
        else:
            show.out(f"{mask(back.email)}: on {back.list_name} again")


def _say_older(here: Office) -> None:
    """People come and leave on an old copy of the ledger, too; but what is newer lacks it."""
    from syndicate.cli.show import warning
    from syndicate.delivery.evidence import older

    if why := older(here):
        warning(why)


def _remarks(where: str) -> tuple[Callable[[Remark], None], list[Remark]]:
    """Say each remark as it comes, and keep the first ones."""
    from syndicate.ledger import Joining
    from syndicate.report import mask

    kept: list[Remark] = []

    def tell(one: Remark) -> None:
        if len(kept) < MOST_REMARKS:
            kept.append(one)
        said = f"{mask(one.email)}: {one.why}" if one.email else one.why
        said += " and stays away (--again)" if one.why == Joining.LEFT else ""
        typer.echo(f"{where}:{one.line}: {said}", err=True)

    return tell, kept


def _tell(joined: Joined, remarks: list[Remark], as_json: bool) -> None:
    from syndicate.cli import show

    code = joined.exit_code
    if joined.stopped_at:
        typer.echo(
            f"stopped after line {joined.stopped_at}: run the same command again for the others"
            " (nobody is put on a list twice)", err=True,
        )  # fmt: skip
    if as_json:
        said = [asdict(one) for one in remarks]
        show.document({"counts": dict(+joined.counts), "remarks": said, "exit_code": code})
    else:
        show.out(joined.said)
    raise typer.Exit(code)


def _show(trial: Trial, remarks: list[Remark], as_json: bool) -> None:
    """What an import would do, with the first rows."""
    from syndicate.cli import show

    joined = trial.joined
    code = 3 if joined.counts["refused"] else 0
    if as_json:
        found = [{"line": one.line, "email": one.joiner.email, "name": one.joiner.name,
                 "becomes": how} for one, how in trial.rows[:MOST_SHOWN]]  # fmt: skip
        show.document(
            {"dry_run": True, "counts": dict(+joined.counts), "complete": trial.is_all,
             "columns": trial.understood, "rows": found,
             "remarks": [asdict(one) for one in remarks], "exit_code": code}
        )  # fmt: skip
    else:
        if trial.understood:
            columns = ", ".join(
                f"{ours} is {theirs!r}" for ours, theirs in trial.understood.items()
            )
            show.out(f"columns: {columns}")
        rows = [(f"{one.line}", one.joiner.email, one.joiner.name, f"{how}")
                for one, how in trial.rows[:MOST_SHOWN]]  # fmt: skip
        show.table(("line", "address", "name", "becomes"), rows)
        count = joined.counts.total()
        which = "nothing was done" if trial.is_all else f"of the first {count}; nothing was done"
        show.out(f"{joined.said} ({which})")
    raise typer.Exit(code)


def add_to(program: typer.Typer) -> None:
    """Make these commands of the program."""
    program.add_typer(app, name="subscribers")
    program.command()(unsubscribe)
    program.command()(rejoin)
