"""Types, naming and indexes that all tables of the ledger share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    TypeDecorator,
    text,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment; SQLite, which forgets zones, is given UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers only INTEGER keys itself


def id_column() -> Column[Any]:
    return Column("id", Id, primary_key=True)


# of a table whose rows are deleted, while tokens and letters go on naming them: no row gets the
# number of another one, which SQLite would give again
NEVER_AGAIN: dict[str, Any] = {"sqlite_autoincrement": True}

# PostgreSQL's partial indexes, kept apart: to name them in the tables imports all of that dialect
PARTIAL = {
    "ix_deliveries_open": "state <> 'settled'",
    "uq_subscriptions_active": "ended_at IS NULL",
    "ix_letters_trouble": "state IN ('in_doubt', 'refused', 'given_up')",
    "ix_letters_deferred": "not_before IS NOT NULL",
    "ix_articles_held": "held_at IS NOT NULL",
    "ix_syndications_shown": "shown IS NOT NULL",
    "uq_approvals_waiting": "state = 'waiting'",
}

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def postgresql_too() -> None:
    """Make the partial indexes partial on PostgreSQL as well."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.name in PARTIAL:
                index.dialect_options["postgresql"]["where"] = text(PARTIAL[index.name])
