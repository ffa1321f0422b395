"""A ledger of an older version: what only looks or plans leaves it, what writes brings it up."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from support.newsroom import Newsroom
from support.released_ledger import know_one_more_step
from syndicate.ledger import migrations

LOOKS = (
    ("status",), ("history", "kabar.md"), ("channels", "list"), ("subscribers", "list"),
    ("digest", "--status"),
)  # fmt: skip
PLANS = (
    ("check", "kabar.md"), ("channels", "check"), ("publish", "kabar.md", "--dry-run"),
    ("publish", "kabar.md", "--test"), ("digest", "--dry-run"), ("subscribers", "export"),
    ("withdraw", "kabar.md", "--reason", "Keliru.", "--dry-run"),
    ("subscribers", "import", "daftar.csv", "--list", "harian", "--dry-run"),
)  # fmt: skip


@pytest.fixture
def shared(room: Newsroom, ledger_url: str) -> Newsroom:
    """An office with its ledger on each database."""
    room.ledger_url = ledger_url.replace("+psycopg", "")
    room.configure()
    (room.folder / "daftar.csv").write_text("email\ndua@example.org\n")
    return room


def versions(url: str) -> list[int]:
    with create_engine(url, poolclass=NullPool).connect() as db:
        return list(db.scalars(text("SELECT version FROM ledger")))


def test_only_what_writes_brings_a_ledger_up_to_date(
    shared: Newsroom, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.write()
    shared.subscribe("ani@example.org")
    shared.publish()
    older = migrations.VERSION
    know_one_more_step(monkeypatch.setattr)
    for words in (*LOOKS, *PLANS):
        answer = shared.run(*words)
        assert answer.code == 1, (words, answer.said)
        assert f"this ledger is of version {older}" in answer.complaint, words
        assert "run `syndicate ledger upgrade`" in answer.complaint, words
        assert versions(ledger_url) == [older], words
    assert list(shared.folder.parent.rglob("*.bak")) == []
    assert f"version {older + 1}" in shared.run("ledger", "upgrade").out
    assert versions(ledger_url) == [older + 1]
    for words in LOOKS:
        assert shared.run(*words).code in (0, 3), words


def test_no_plan_makes_a_ledger(shared: Newsroom, ledger_url: str) -> None:
    shared.write()
    for words in PLANS:
        shared.run(*words)
        if ledger_url.startswith("sqlite"):
            assert list(shared.folder.parent.rglob("*.db")) == [], words
        else:
            with create_engine(ledger_url, poolclass=NullPool).connect() as db:
                assert inspect(db).get_table_names() == [], words
    shared.publish()
