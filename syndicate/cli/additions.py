"""Output of commands that add people to a list: remarks, counts, and the trial of an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from syndicate.subscribers.people import Joined, Remark
    from syndicate.subscribers.people.tables import Trial

MOST_SHOWN_ROWS = 10  # of a dry run
MOST_REMARKS = 1000  # in a JSON document; all of them are on stderr


def remark_keeper(where: str) -> tuple[Callable[[Remark], None], list[Remark]]:
    """Return a function that prints each remark, and the list in which it keeps the first ones."""
    from syndicate.ledger import Joining
    from syndicate.system.scrubbing import masked_address

    kept: list[Remark] = []

    def keep(remark: Remark) -> None:
        if len(kept) < MOST_REMARKS:
            kept.append(remark)
        text = f"{masked_address(remark.email)}: {remark.why}" if remark.email else remark.why
        text += " and stays off the list (unless --again)" if remark.why == Joining.LEFT else ""
        typer.echo(f"{where}:{remark.line}: {text}", err=True)

    return keep, kept


def show_joined(joined: Joined, remarks: list[Remark], as_json: bool) -> None:
    from syndicate.cli import show

    code = joined.exit_code
    if joined.stopped_at:
        typer.echo(
            f"stopped after line {joined.stopped_at}: run the same command again for the rest"
            " (nobody is added twice)",
            err=True,
        )
    if as_json:
        documents = [asdict(remark) for remark in remarks]
        show.document({"counts": dict(+joined.counts), "remarks": documents, "exit_code": code})
    else:
        show.out(joined.summary)
    raise typer.Exit(code)


def show_trial(trial: Trial, remarks: list[Remark], as_json: bool) -> None:
    """Show what an import would do, with the first rows."""
    from syndicate.cli import show

    joined = trial.joined
    code = 3 if joined.counts["refused"] else 0
    if as_json:
        rows = [
            {"line": row.line, "email": row.joiner.email, "name": row.joiner.name, "becomes": how}
            for row, how in trial.rows[:MOST_SHOWN_ROWS]
        ]
        show.document(
            {
                "dry_run": True,
                "counts": dict(+joined.counts),
                "complete": trial.is_all,
                "columns": trial.understood,
                "rows": rows,
                "remarks": [asdict(remark) for remark in remarks],
                "exit_code": code,
            }
        )
    else:
        if trial.understood:
            columns = ", ".join(
                f"{ours} is {theirs!r}" for ours, theirs in trial.understood.items()
            )
            show.out(f"columns: {columns}")
        cells = [
            (f"{row.line}", row.joiner.email, row.joiner.name, f"{how}")
            for row, how in trial.rows[:MOST_SHOWN_ROWS]
        ]
        show.table(("line", "address", "name", "becomes"), cells)
        count = joined.counts.total()
        which = "nothing was done" if trial.is_all else f"of the first {count}; nothing was done"
        show.out(f"{joined.summary} ({which})")
    raise typer.Exit(code)
