"""The number of a deleted row is given to no other: tokens and letters go on naming it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, create_engine, delete, insert, select
from sqlalchemy.pool import NullPool

from syndicate.ledger import open_ledger
from syndicate.ledger.database.numbering import gives_none_again, go_on_after, last_number
from syndicate.ledger.restoring import SKIPPED, doubt_since
from syndicate.ledger.schema import metadata, strangers

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
NAMED = {"subscriptions", "requests", "follows", "follow_letters", "drafts"}


@pytest.fixture
def engine(ledger_url: str) -> Iterator[Engine]:
    open_ledger(ledger_url, NOW).close()
    made = create_engine(ledger_url, poolclass=NullPool)
    yield made
    made.dispose()


def add(db: Connection, email: str) -> int:
    """Add somebody who asks to join; returns the number of what they asked."""
    row = {"channel_id": _channel(db), "wants": "join", "email": email, "at": NOW}
    [number] = db.execute(insert(requests).values(**row)).inserted_primary_key or [0]
    return int(number)


def _channel(db: Connection) -> int:
    if (found := db.scalar(select(channels.c.id))) is not None:
        return int(found)
    row = {"name": "harian", "key": "k", "kind": "email", "target": "x", "first_seen_at": NOW}
    [number] = db.execute(insert(channels).values(**row)).inserted_primary_key or [0]
    return int(number)


requests, channels = metadata.tables["requests"], metadata.tables["channels"]


def test_what_tokens_name_is_numbered_once() -> None:
    assert {table.name for table in metadata.sorted_tables if gives_none_again(table)} == NAMED


def test_a_deleted_row_s_number_is_not_given_again(engine: Engine) -> None:
    with engine.begin() as db:
        first = add(db, "ani@pembaca.example")
        db.execute(delete(requests))
        assert last_number(db, requests) == first
        assert add(db, "budi@pembaca.example") > first


def test_numbers_go_on_where_they_are_told(engine: Engine) -> None:
    with engine.begin() as db:
        go_on_after(db, requests, 41)
        go_on_after(db, strangers, 41)  # which nothing names: SQLite looks at the rows
        assert last_number(db, requests) == 41
        assert add(db, "ani@pembaca.example") == 42
    with engine.begin() as db:
        assert last_number(db, requests) == 42


def test_a_ledger_that_was_restored_skips_what_may_have_been_given(engine: Engine) -> None:
    with engine.begin() as db:
        first = add(db, "ani@pembaca.example")
        doubt_since(db, NOW, letters_sent=False)
        assert add(db, "budi@pembaca.example") == first + SKIPPED + 1
