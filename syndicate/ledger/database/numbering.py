"""Numbers that a database gives to rows: none of a deleted row is given again."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Table, func, select, text


def last_number(db: Connection, table: Table) -> int:
    """Return the greatest number that a table's rows have, or had where the database knows it."""
    column = table.autoincrement_column
    if column is None:
        return 0
    newest = int(db.scalar(select(func.max(column))) or 0)
    if db.dialect.name == "sqlite":
        used = db.scalar(_USED_SQLITE, {"table": table.name}) if gives_none_again(table) else 0
    else:
        used = db.scalar(_USED_POSTGRESQL, {"name": _sequence(db, table, column)})
    return max(newest, int(used or 0))


def go_on_after(db: Connection, table: Table, number: int) -> None:
    """Let the next row have a greater number than this one."""
    column = table.autoincrement_column
    if column is None or not number:
        return
    if db.dialect.name != "sqlite":
        if sequence := _sequence(db, table, column):
            values = {"name": sequence, "used": number}
            db.execute(text("SELECT setval(:name, :used)"), values)
    elif gives_none_again(table):
        db.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
        values = {"table": table.name, "used": number}
        db.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :used)"), values)


def skip(db: Connection, table: Table, count: int) -> None:
    """Give none of the next numbers; a role that may only add rows can do it as well."""
    column = table.autoincrement_column
    if db.dialect.name == "sqlite":
        go_on_after(db, table, last_number(db, table) + count)
    elif column is not None and (sequence := _sequence(db, table, column)):
        db.execute(_SKIP_POSTGRESQL, {"name": sequence, "count": count})


def gives_none_again(table: Table) -> bool:
    """Return whether tokens or letters go on naming a table's rows when these are deleted."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])


_USED_SQLITE = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
# setval needs a right of its own
_SKIP_POSTGRESQL = text(
    "SELECT max(nextval(CAST(:name AS regclass))) FROM generate_series(1, :count)"
)
_USED_POSTGRESQL = text("SELECT pg_sequence_last_value(CAST(:name AS regclass))")


def _sequence(db: Connection, table: Table, column: Column[int]) -> str | None:
    """Return the name of the sequence that PostgreSQL numbers a column by; None without one."""
    name = db.dialect.identifier_preparer.quote(table.name)
    asked = {"table": name, "column": column.name}
    found = db.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), asked)
    return str(found) if found else None
