"""A ledger of an older version is brought up to date, whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from syndicate.errors import LedgerError
from syndicate.ledger import migrations, open_ledger

DATA = Path(__file__).resolve().parent.parent / "data"
NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
NEXT = migrations.VERSION + 1


BASE = 1  # of 0.1.0


@pytest.fixture
def released(ledger_url: str) -> str:
    """The address of a ledger as 0.1.0 made it, with an office's first day in it."""
    dialect = make_url(ledger_url).get_backend_name()
    dump = (DATA / f"ledger-{BASE}.{dialect}.sql").read_text(encoding="utf-8")
    if dialect == "sqlite":
        with closing(sqlite3.connect(str(make_url(ledger_url).database))) as db:
            db.executescript(dump)
    else:
        with look(ledger_url).connect() as db:
            driver: Any = db.connection.driver_connection
            driver.execute(dump)
            driver.commit()
    return ledger_url


@pytest.fixture
def next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that has one more step than this one."""
    monkeypatch.setattr(migrations, "VERSION", NEXT)
    monkeypatch.setitem(migrations.MIGRATIONS, NEXT, add_a_column)


def add_a_column(db: Connection) -> None:
    db.execute(text("ALTER TABLE articles ADD COLUMN colour TEXT DEFAULT 'red' NOT NULL"))


def look(url: str) -> Engine:
    """An engine that leaves no connection behind."""
    return create_engine(url, poolclass=NullPool)


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as db:
        return {
            table.name: sorted(
                (dict(row) for row in db.execute(select(table)).mappings()), key=repr
            )
            for table in found.tables.values()
        }


def as_before(
    after: dict[str, list[dict[str, Any]]], before: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """Return of a ledger's rows only what it had before: its tables, columns and version."""
    kept = {
        name: sorted(({key: row[key] for key in old[0]} for row in after[name]), key=repr)
        if (old := before[name])
        else after[name]
        for name in before
    }
    kept["ledger"][0]["version"] = before["ledger"][0]["version"]
    return kept


def shape(engine: Engine) -> dict[str, Any]:
    """What a ledger's tables are made of, in no order."""
    looked = inspect(engine)
    return {
        name: (
            {(c["name"], str(c["type"]), c["nullable"]) for c in looked.get_columns(name)},
            {(i["name"], tuple(i["column_names"]), i["unique"]) for i in looked.get_indexes(name)},
            {tuple(u["column_names"]) for u in looked.get_unique_constraints(name)},
            {
                (tuple(f["constrained_columns"]), f["referred_table"])
                for f in looked.get_foreign_keys(name)
            },
        )
        for name in looked.get_table_names()
    }


def test_the_released_ledger_is_opened_with_every_row_as_it_was(released: str) -> None:
    before = rows(look(released))
    assert before["articles"]
    open_ledger(released, NOW).close()
    assert as_before(rows(look(released)), before) == before


def test_a_new_ledger_is_made_like_the_released_one(released: str, tmp_path: Path) -> None:
    open_ledger(released, NOW).close()  # by every step that there is since
    migrated = shape(look(released))
    engine = look(released)
    found = MetaData()
    found.reflect(engine)
    found.drop_all(engine)
    if released.startswith("sqlite"):  # a new one is a new file: one that is emptied is refused
        engine = look(f"sqlite:///{tmp_path / 'new.db'}")
    open_ledger(engine.url.render_as_string(hide_password=False), NOW).close()
    assert migrated == shape(engine)


def test_the_released_ledger_goes_on_where_it_was(released: str) -> None:
    ledger = open_ledger(released, NOW)
    with ledger.planning(dry=True) as catalogue:
        corrected = catalogue.articles.standing("tag:kantor.example,2026-05-04:satu")
        withdrawn = catalogue.articles.standing("tag:kantor.example,2026-05-04:dua")
    ledger.close()
    assert corrected is not None
    assert withdrawn is not None
    assert [each.note for each in corrected.item.corrections] == ["Isinya keliru."]
    assert withdrawn.item.withdrawal is not None
    assert withdrawn.item.withdrawal.reason == "Tidak benar."


@pytest.mark.usefixtures("next_step")
def test_the_next_step_keeps_every_row(released: str) -> None:
    before, notes = rows(look(released)), list[str]()
    open_ledger(released, NOW, notes.append).close()
    after = rows(look(released))
    assert {row["colour"] for row in after["articles"]} == {"red"}
    assert after["ledger"][0]["version"] == NEXT
    assert as_before(after, before) == before
    assert [line.partition(";")[0] for line in notes] == [
        f"the ledger was upgraded to version {NEXT}"
    ]


@pytest.mark.usefixtures("next_step")
def test_sqlite_is_copied_before_it_is_changed(sqlite_ledger: str) -> None:
    path = Path(str(make_url(sqlite_ledger).database))
    with closing(sqlite3.connect(path)) as db:
        db.executescript((DATA / f"ledger-{BASE}.sqlite.sql").read_text(encoding="utf-8"))
    before = rows(look(sqlite_ledger))
    open_ledger(sqlite_ledger, NOW).close()
    copy = path.with_name(f"{path.name}.v{BASE}.bak")
    assert rows(look(f"sqlite:///{copy}")) == before
    assert copy.stat().st_mode & 0o077 == 0


def test_a_newer_ledger_is_refused_and_left_alone(ledger_url: str) -> None:
    open_ledger(ledger_url, NOW).close()
    engine = look(ledger_url)
    with engine.begin() as db:
        db.execute(text("UPDATE ledger SET version = 99"))
    before = rows(engine)
    with pytest.raises(LedgerError, match=r"version 99.*install the newer version of syndicate"):
        open_ledger(ledger_url, NOW)
    assert rows(engine) == before


@pytest.mark.usefixtures("next_step")
def test_a_migration_that_fails_changes_nothing(
    released: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(db: Connection) -> None:
        add_a_column(db)
        db.execute(text("SELECT * FROM no_such_table"))

    before = rows(look(released))
    with monkeypatch.context() as broken:
        broken.setitem(migrations.MIGRATIONS, NEXT, half)
        with pytest.raises(LedgerError):
            open_ledger(released, NOW)
    assert rows(look(released)) == before
    open_ledger(released, NOW).close()
    assert rows(look(released))["ledger"][0]["version"] == NEXT
