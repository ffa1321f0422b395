"""Copying of every row into another database: in batches, with one transaction at each end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    String,
    Table,
    cast,
    delete,
    func,
    inspect,
    literal,
    select,
    text,
    true,
    update,
)

from syndicate.errors import LedgerError
from syndicate.ledger.database.backups import ERASED
from syndicate.ledger.database.engine import path_of, stamp
from syndicate.ledger.database.numbering import go_on_after, last_number
from syndicate.ledger.processes.moves import take_time
from syndicate.ledger.schema import (
    Moment,
    deliveries,
    holders,
    ledger,
    metadata,
    moves,
    postgresql_too,
    subscribers,
)
from syndicate.ledger.sending.letters import end_blocks
from syndicate.ledger.sending.queue import end_claims
from syndicate.system import stop

LEFT = "it was being sent when the ledger was moved: look whether it is there"
MOST_ROWS = 5000  # that are in memory at once
MOST_BATCH_BYTES = 4_000_000  # likewise, as far as the rows before tell
LEFT_BY_REFUSED = ("ledger", "holders", "channels", "ticks")  # tables
OF_EXTENSIONS = """
SELECT c.relname FROM pg_class c JOIN pg_depend d
ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
"""
HEAVY = 8  # rows of bytes, which may be whole pictures
Put = Callable[[Sequence[Sequence[Any]]], object]
Convert = Callable[[Sequence[Any]], Sequence[Any]]


def prepare(db: Connection, way: str, since: datetime) -> None:
    """Make the tables of a ledger, in the place of those that an earlier try of this way left."""
    take_time(db)
    if db.dialect.name != "sqlite":
        db.execute(text("SET LOCAL TimeZone = 'UTC'"))
        postgresql_too()
        if refuse_taken(db, way, since):
            metadata.drop_all(db)
    metadata.create_all(db)


def let_go_of_all(db: Connection) -> int:
    """Free what somebody held at the old end; returns how much of it is in doubt."""
    doubts = end_claims(db, deliveries.c.holder_id.is_not(None), LEFT)
    doubts += end_blocks(db, true(), LEFT)
    for table in metadata.sorted_tables:  # whatever else is claimed is free again
        for key in table.foreign_keys:
            if key.column.table is holders:
                db.execute(update(table).values({key.parent: None}))
    db.execute(delete(holders))
    return doubts


def has_arrived(db: Connection, way: str) -> bool:
    """Return whether what was moved this way lies in a database."""
    if not inspect(db).has_table(moves.name):
        return False
    here = select(moves.c.name).where(moves.c.arrives, moves.c.name == way)
    return db.scalar(here) is not None


def copy_all(source: Connection, target: Connection) -> dict[str, int]:
    """Copy every table that the program knows; returns how many rows each one has.

    But the ways themselves: each end has its own.
    """
    copied = {}
    for table in metadata.sorted_tables:
        if table is not moves:
            copied[table.name] = _copy(source, target, table)
            _refuse_less(target, table, copied[table.name])
    for table in metadata.sorted_tables:
        go_on_after(target, table, last_number(source, table))
    return copied


def people_in(db: Connection) -> int:
    """Count the people of a ledger; who was forgotten is a number without an address."""
    email, number = subscribers.c.email, cast(subscribers.c.id, String)
    known = select(func.count()).where(email != literal(ERASED) + number)
    return int(db.scalar(known) or 0)


def _copy(source: Connection, target: Connection, table: Table) -> int:
    """Copy a table's rows as the drivers have them: types that must be told apart are few."""
    count, converted = 0, _converter(source, target, table)
    with _writing(target, table) as put:
        for batch in _batches(source, table):
            put([converted(row) for row in batch] if converted else batch)
            count += len(batch)
    return count


def _converter(source: Connection, target: Connection, table: Table) -> Convert | None:
    """Return a function that adapts rows to the target's driver; None where nothing is to adapt.

    PostgreSQL reads SQLite's moments, which are texts in UTC, and its truths, which are numbers.
    """
    if source.dialect.name == "sqlite" or target.dialect.name != "sqlite":
        return None
    moments = [isinstance(column.type, Moment) for column in table.columns]
    if not any(moments):
        return None
    return lambda row: [
        stamp(target, value.astimezone(UTC)) if is_moment and value is not None else value
        for is_moment, value in zip(moments, row, strict=True)
    ]


def _batches(source: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield a table's rows, as many at once as fit."""
    is_heavy = any(isinstance(column.type, LargeBinary) for column in table.columns)
    most, size = (HEAVY, 1) if is_heavy else (MOST_ROWS, HEAVY)
    query = text(f"SELECT {_columns(source, table)} FROM {_name(source, table)}")  # noqa: S608
    found = source.execute(query, execution_options={"stream_results": True})
    while batch := found.fetchmany(size):
        stop.go_on()
        yield batch
        sample = batch[:: 1 + len(batch) // HEAVY]
        size = max(1, min(most, 2 * size, int(MOST_BATCH_BYTES / max(map(_size, sample)))))


def _size(row: Sequence[Any]) -> int:
    return 100 + sum(len(value) for value in row if isinstance(value, str | bytes))


@contextmanager
def _writing(target: Connection, table: Table) -> Iterator[Put]:
    """Yield a function that writes rows of a table; on PostgreSQL by COPY, which is far faster."""
    cursor: Any = target.connection.cursor()
    name, columns = _name(target, table), _columns(target, table)
    if target.dialect.name == "sqlite":
        values = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {name} ({columns}) VALUES ({values})"  # noqa: S608
        yield lambda rows: cursor.executemany(statement, rows)
        return
    with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:

        def put(rows: Sequence[Sequence[Any]]) -> None:
            for row in rows:
                copy.write_row(row)

        yield put


def _name(db: Connection, table: Table) -> str:
    return db.dialect.identifier_preparer.quote(table.name)


def _columns(db: Connection, table: Table) -> str:
    quoted = db.dialect.identifier_preparer.quote
    return ", ".join(quoted(column.name) for column in table.columns)


def _refuse_less(target: Connection, table: Table, count: int) -> None:
    """Believe no driver: what has arrived is counted there."""
    arrived = target.scalar(select(func.count()).select_from(table))
    if arrived != count:
        raise LedgerError(
            f"ledger move: {arrived} of {count} rows of {table.name} have arrived: nothing was"
            " moved"
        )


def refuse_taken(db: Connection, way: str, since: datetime) -> bool:
    """Return whether what lies here gives way to this move; LedgerError where it does not.

    It is the copy of an earlier try, or tables that a refused command has made meanwhile.
    ``way``: the move's name, which began ``since`` then.
    """
    lying = sorted(_tables(db))
    others = [name for name in lying if name not in metadata.tables]
    if (path := path_of(db.engine)) and len(others) == len(lying):
        raise LedgerError(f"{path} already exists and is not a ledger (name another file)")
    if not lying:
        return False
    if moves.name in lying:
        left = db.execute(select(moves).where(moves.c.arrives, moves.c.ended_at.is_(None))).first()
        if left is not None and left.name == way:
            return True
        if left is not None:
            raise LedgerError(f"a ledger is being moved there from {left.place} (name another)")
        moved = db.execute(select(moves).where(~moves.c.arrives)).first()
        if moved is not None and moved.ended_at is not None:
            raise LedgerError(
                f"there is a ledger that was moved to {moved.place}: move it away, or name"
                " another file"
            )
    if "ledger" in lying and _is_untouched(db, lying, since):
        return True
    if "ledger" in lying:
        raise LedgerError("there is already a ledger (name an empty database or a new file)")
    another = others[0] if others else lying[0]
    raise LedgerError(f"there is a table of another program, {another} (name an empty database)")


def _is_untouched(db: Connection, lying: Sequence[str], since: datetime) -> bool:
    """Return whether a ledger was made after a moment, and nothing was done with it."""
    if not set(metadata.tables) <= set(lying):
        return False
    made = db.scalar(select(ledger.c.created_at))
    if made is None or made < since:
        return False
    kept = (table for table in metadata.sorted_tables if table.name not in LEFT_BY_REFUSED)
    return all(db.execute(select(table).limit(1)).first() is None for table in kept)


def _tables(db: Connection) -> set[str]:
    """Return the names of all tables but those that an extension brought along."""
    names = set(inspect(db).get_table_names())
    return names if db.dialect.name == "sqlite" else names - set(db.scalars(text(OF_EXTENSIONS)))
