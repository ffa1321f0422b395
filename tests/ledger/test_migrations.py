"""A ledger of an older version is brought up to date, whole or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from syndicate.errors import LedgerError
from syndicate.ledger import Ledger, migrations
from syndicate.ledger.database.engine import transaction

DATA = Path(__file__).resolve().parent.parent / "data"
NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)


@pytest.fixture
def old(ledger_url: str) -> str:
    """The address of a ledger of version 1, with an office's first day in it."""
    dialect = make_url(ledger_url).get_backend_name()
    dump = (DATA / f"ledger-v1.{dialect}.sql").read_text(encoding="utf-8")
    if dialect == "sqlite":
        with closing(sqlite3.connect(str(make_url(ledger_url).database))) as db:
            db.executescript(dump)
    else:
        with look(ledger_url).connect() as db:
            driver: Any = db.connection.driver_connection
            driver.execute(dump)
            driver.commit()
    return ledger_url


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


def test_the_first_version_is_brought_to_the_newest_with_every_row(old: str) -> None:
    before = rows(look(old))
    told: list[str] = []
    Ledger.open(old, NOW, told.append).close()
    after = rows(look(old))
    assert after["ledger"][0]["version"] == migrations.VERSION
    assert {one.pop("next_at") for one in after["channels"]} == {None}
    assert {one.pop("source") for one in after["subscriptions"]} == {""}
    assert {one.pop("wording") for one in after["subscriptions"]} == {""}
    assert {one.pop("consented_at") for one in after["subscriptions"]} == {None}
    assert {one.pop("follows") for one in after["deliveries"]} == {None}
    assert not any(one.pop("lacking") for one in after["deliveries"])
    assert {one.pop("expires_at") for one in after["articles"]} == {None}
    assert not any(one.pop("expired") for one in after["articles"])
    assert {one.pop("url") for one in after["articles"]} == {None}
    prints = [(one.pop("text_print"), one.pop("headline_print")) for one in after["articles"]]
    assert len(set(prints)) == len(prints)
    assert {one.pop("page") for one in after["syndications"]} == {None}
    assert sorted(one.pop("number") for one in after["articles"]) == [1, 2]
    assert not any(one.pop("dated") for one in after["articles"])
    assert {one.pop("older") for one in after["channels"]} == {0}
    for column in ("origin", "why", "mark"):
        assert {one.pop(column) for one in after["channels"]} == {""}
    assert not any(one.pop("retired") for one in after["channels"])
    assert not any(one.pop("rehearsal") or one.pop("doubted") for one in after["ledger"])
    for one in after["syndications"]:
        assert bool(one.pop("passed")) == (one["channel_id"] == 1)  # the list's window had them
    assert {one.pop("stamp") for one in after["editions"]} == {None}
    for one in after["subscribers"]:
        assert (one.pop("bounces"), one.pop("bounce"), one.pop("bounced_at")) == (0, None, None)
    moved = {one["id"]: one for one in before["deliveries"] if one["subscriber_id"]}
    assert moved
    was = {(one["edition_id"], one["subscriber_id"]): one for one in moved.values()}
    now = {(one["edition_id"], one["subscriber_id"]): one for one in after["letters"]}
    assert now.keys() == was.keys()
    assert {key: one["state"] for key, one in now.items()} == {
        key: "sent" if one["present"] else "due" for key, one in was.items()
    }
    said = {one["id"]: one["content"] for one in before["renditions"]}
    texts = {(one["edition_id"], one["number"]): one["content"] for one in after["stencils"]}
    for key, one in now.items():
        if one["state"] == "sent":
            assert texts[key[0], one["stencil"]] == said[was[key]["present"]]
    assert {one["edition_id"] for one in after["runs"]} == {edition for edition, _ in was}
    for name in ("runs", "stencils", "letters"):
        del after[name]
    before["deliveries"] = [one for one in before["deliveries"] if one["id"] not in moved]
    before["attempts"] = [one for one in before["attempts"] if one["delivery_id"] not in moved]
    gone = {one["present"] for one in moved.values()} | {one["wanted"] for one in moved.values()}
    before["renditions"] = [one for one in before["renditions"] if one["id"] not in gone]
    before["ledger"][0]["version"] = migrations.VERSION
    new = ("minted", "fragments", "article_subjects", "blocks", "used", "secrets", "backups",
           "forgotten", "heard", "requests", "goodbyes", "inbox_letters", "strangers",
           "generations", "disowned", "moves", "ticks", "told", "leftovers")  # fmt: skip
    assert after == before | {name: [] for name in new}
    assert [line.partition(";")[0] for line in told] == ["the ledger was brought to version 8"]


def test_what_a_window_of_the_future_did_not_carry_is_still_to_come(old: str) -> None:
    """A ledger whose digest was closed by a clock that ran fast."""
    with look(old).begin() as db:
        db.execute(
            text(
                "INSERT INTO editions (id, channel_id, key, opened_at, closed_at, status) VALUES"
                " (99, 1, 'later', '2026-05-04 10:00:00+00', '2999-05-04 10:00:00+00', 'frozen')"
                if "postgresql" in old
                else "INSERT INTO editions (id, channel_id, key, opened_at, closed_at, status)"
                " VALUES (99, 1, 'later', '2026-05-04 10:00:00.000000',"
                " '2999-05-04 10:00:00.000000', 'frozen')"
            )
        )
        late = "2026-05-04 12:00:00+00" if "postgresql" in old else "2026-05-04 12:00:00.000000"
        here = "WHERE channel_id = 1 AND uri LIKE '%dua'"
        db.execute(text(f"UPDATE syndications SET at = '{late}' {here}"))
        db.execute(text("DELETE FROM edition_items WHERE uri LIKE '%dua'"))
    ledger = Ledger.open(old, NOW)
    with ledger.planning(dry=True) as catalogue:
        assert [one.article.uri[-3:] for one in catalogue.unsent(1, NOW, NOW)] == ["dua"]
    ledger.close()


COMPOSED, PARTED = "k\u00e9sehatan", "ke\u0301sehatan"
ONE, TWO = (f"tag:kantor.example,2026-05-04:{name}" for name in ("satu", "dua"))


def test_subjects_and_their_collections_are_folded_anew(old: str) -> None:
    """Version 7 held two spellings of one word apart, where their accents were stored otherwise."""
    with look(old).begin() as db:
        for number in range(2, 8):
            migrations.MIGRATIONS[number](db)
        db.execute(text("UPDATE ledger SET version = 7"))
        at = db.execute(text("SELECT published_at FROM articles")).scalar()
        row = text("INSERT INTO article_subjects VALUES (:uri, :subject, :at)")
        for uri, subject in ((ONE, PARTED), (ONE, COMPOSED), (ONE, "kpu"), (TWO, PARTED)):
            db.execute(row, {"uri": uri, "subject": subject, "at": at})
        row = text(
            "INSERT INTO editions (id, channel_id, key, status) VALUES (:id, 2, :key, 'standing')"
        )
        keys = [f"subject/{PARTED}", "subject/kpu", "subject/ke\u0301", "subject/k\u00e9"]
        for number, key in enumerate(keys, 90):
            db.execute(row, {"id": number, "key": key})
    Ledger.open(old, NOW).close()
    after = rows(look(old))
    subjects = {(one["uri"], one["subject"]) for one in after["article_subjects"]}
    assert subjects == {(ONE, COMPOSED), (ONE, "kpu"), (TWO, COMPOSED)}
    keyed = {one["id"]: one["key"] for one in after["editions"] if one["id"] >= 90}
    assert keyed == {
        90: f"subject/{COMPOSED}", 91: "subject/kpu", 92: "subject/ke\u0301", 93: "subject/k\u00e9",
    }  # fmt: skip
    ledger = Ledger.open(old, NOW)
    with ledger.planning(dry=True) as catalogue:
        held = catalogue.holdings.newest(2, 9, subject=PARTED.upper(), since=NOW.replace(year=2000))
    ledger.close()
    assert {uri for uri, _ in held} == {ONE, TWO}


def test_a_migrated_ledger_is_made_like_a_new_one(old: str, tmp_path: Path) -> None:
    Ledger.open(old, NOW).close()
    migrated = shape(look(old))
    engine = look(old)
    found = MetaData()
    found.reflect(engine)
    found.drop_all(engine)
    if old.startswith("sqlite"):  # a new one is a new file: one that is emptied is refused
        engine = look(f"sqlite:///{tmp_path / 'new.db'}")
    Ledger.open(engine.url.render_as_string(hide_password=False), NOW).close()
    assert migrated == shape(engine)


def test_a_migrated_ledger_goes_on_where_it_was(old: str) -> None:
    ledger = Ledger.open(old, NOW)
    with ledger.planning(dry=True) as catalogue:
        corrected = catalogue.standing("tag:kantor.example,2026-05-04:satu")
        withdrawn = catalogue.standing("tag:kantor.example,2026-05-04:dua")
    ledger.close()
    assert corrected is not None
    assert withdrawn is not None
    assert [one.note for one in corrected.item.corrections] == ["Isinya keliru."]
    assert withdrawn.item.withdrawal is not None
    assert withdrawn.item.withdrawal.reason == "Tidak benar."


def test_sqlite_is_copied_before_it_is_changed(sqlite_ledger: str) -> None:
    path = Path(str(make_url(sqlite_ledger).database))
    with closing(sqlite3.connect(path)) as db:
        db.executescript((DATA / "ledger-v1.sqlite.sql").read_text(encoding="utf-8"))
    before = rows(look(sqlite_ledger))
    Ledger.open(sqlite_ledger, NOW).close()
    copy = path.with_name(f"{path.name}.v1.bak")
    assert rows(look(f"sqlite:///{copy}")) == before
    assert copy.stat().st_mode & 0o077 == 0


def test_a_newer_ledger_is_refused_and_left_alone(ledger_url: str) -> None:
    Ledger.open(ledger_url, NOW).close()
    engine = look(ledger_url)
    with engine.begin() as db:
        db.execute(text("UPDATE ledger SET version = 99"))
    before = rows(engine)
    with pytest.raises(LedgerError, match=r"version 99.*install the newer syndicate"):
        Ledger.open(ledger_url, NOW)
    assert rows(engine) == before


def test_a_migration_that_fails_changes_nothing(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(db: Any) -> None:
        migrations._to_2(db)
        db.execute(text("SELECT * FROM no_such_table"))

    before = rows(look(old))
    monkeypatch.setitem(migrations.MIGRATIONS, 2, half)
    with pytest.raises(LedgerError):
        Ledger.open(old, NOW)
    assert rows(look(old)) == before
    monkeypatch.undo()
    Ledger.open(old, NOW).close()
    assert rows(look(old))["ledger"][0]["version"] == migrations.VERSION


def test_letters_whose_count_was_lost_are_counted_anew(ledger_url: str) -> None:
    """Until version 8 a digest that was frozen on PostgreSQL had -1 letters."""
    opened = Ledger.open(ledger_url, NOW)
    with transaction(opened.engine) as db:
        for statement in (
            "INSERT INTO channels (id, name, key, kind, target, first_seen_at)"
            " VALUES (1, 'l', 'l', 'k', '', '2026-05-04 00:00:00')",
            "INSERT INTO editions (id, channel_id, key) VALUES (1, 1, 'a'), (2, 1, 'b')",
            "INSERT INTO runs (edition_id, letters, frozen_at, counts)"
            " VALUES (1, -1, '2026-05-04 00:00:00', NULL),"
            " (2, -1, '2026-05-04 00:00:00', '{\"deferred\": 1, \"sent\": 4}')",
            "INSERT INTO letters (edition_id, subscriber_id, state)"
            " VALUES (1, 1, 'sent'), (1, 2, 'due')",
        ):
            db.execute(text(statement.replace(":", "\\:")))
        migrations._count_letters(db)
        numbers = db.scalars(text("SELECT letters FROM runs ORDER BY edition_id")).all()
    opened.close()
    assert numbers == [2, 5]
