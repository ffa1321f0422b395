"""Tables of a step: those of schema/ go on changing, and a step that was released does not."""

from __future__ import annotations

from sqlalchemy import MetaData

from syndicate.ledger.schema.base import metadata


def frozen_tables() -> MetaData:
    """Return an empty set of tables, whose constraints are named as everywhere in the ledger."""
    return MetaData(naming_convention=metadata.naming_convention)


def rebuilt(table: str, columns: str, create: str) -> tuple[str, ...]:
    """Return what makes a table anew with its rows: SQLite changes no CHECK in place.

    Only for one that no other table refers to. ``columns`` are those that it had before.
    """
    before = f"{table}_of_1"
    return (
        f"ALTER TABLE {table} RENAME TO {before}",
        create,
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {before}",  # noqa: S608 - names of ours
        f"DROP TABLE {before}",
    )
