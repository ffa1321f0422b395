"""The tables are changed while nobody works on them, and nobody works on with the old ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from syndicate.errors import LedgerError
from syndicate.ledger import Ledger, migrations, open_ledger

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
BLOCK = "INSERT INTO blocks VALUES (1, 1, 1, 1, {holder}, '2026-05-05 09:00:00')"


def say(url: str, statement: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as db:
        db.execute(text(statement))


def begun(url: str) -> Ledger:
    """A ledger in whose name this process has begun something."""
    ledger = open_ledger(url, NOW)
    holder = ledger.processes.me()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(url).database))) as db:
            db.execute(BLOCK.format(holder=holder))
            db.commit()
    return ledger


@pytest.fixture
def older(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A ledger that waits for its last step, which changes nothing."""
    open_ledger(ledger_url, NOW).close()
    monkeypatch.setattr(migrations, "VERSION", migrations.VERSION + 1)
    monkeypatch.setitem(migrations.MIGRATIONS, migrations.VERSION, lambda db: None)
    return ledger_url


def test_no_step_is_taken_while_an_older_program_is_at_work(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(migrations, "VERSION", migrations.VERSION - 1)
        at_work = begun(older)
    with pytest.raises(LedgerError, match=r"is at work on it: stop cron on every machine"):
        open_ledger(older, NOW)
    at_work.close()
    if older.startswith("sqlite"):  # there its claims tell
        say(older, "DELETE FROM blocks")
    told: list[str] = []
    open_ledger(older, NOW, told.append).close()
    assert [line.partition(";")[0] for line in told] == [
        f"the ledger was upgraded to version {migrations.VERSION}"
    ]


def test_claims_of_the_dead_hold_up_no_upgrade(older: str) -> None:
    columns = "(id, host, boot, pid, started, since)"
    say(older, f"INSERT INTO holders {columns} VALUES (1, 'x', 'y', 1, '1', '2026-05-05 09:00:00')")
    if older.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(older).database))) as db:
            db.execute(BLOCK.format(holder=1))
            db.commit()
    open_ledger(older, NOW).close()


def test_a_command_that_is_under_way_plans_nothing_on_a_newer_ledger(ledger_url: str) -> None:
    ledger = open_ledger(ledger_url, NOW)
    say(ledger_url, f"UPDATE ledger SET version = {migrations.VERSION + 1}")
    with (
        pytest.raises(LedgerError, match="while this command ran: run it again"),
        ledger.planning(),
    ):
        raise AssertionError("it planned")
    ledger.close()
