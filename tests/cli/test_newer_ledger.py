"""A program that is older than the ledger refuses it: every command, in a line, and no trace."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from docs.test_commands import COMMANDS, example
from support.newsroom import EVENING, Newsroom, newsroom
from syndicate.ledger.migrations import VERSION

WITHOUT = {"check", "demo", "help", "init", "minors add", "new", "schedule"}  # these ask no ledger
WORDS = {
    "adopt": "adopt kabar.md --channel telegram https://t.me/kabar/1",
    "channels move": "channels move feed",
    "channels rename": "channels rename lama harian",
    "channels resume": "channels resume telegram",
    "history": "history kabar.md",
    "hold": "hold kabar.md --note Diperiksa.",
    "ledger backup": "ledger backup salinan.db",
    "ledger move": "ledger move sqlite:///baru.db",
    "ledger upgrade": "ledger upgrade",
    "publish": "publish kabar.md",
    "reinstate": "reinstate kabar.md --note Berlaku.",
    "rejoin": "rejoin 0123456789abcdef",
    "release": "release kabar.md",
    "resolve": "resolve 1 --not-sent",
    "subscribers add": "subscribers add --list harian dua@example.org",
    "subscribers bounce": "subscribers bounce surat.mbox",
    "subscribers forget": "subscribers forget ani@example.org --yes",
    "subscribers import": "subscribers import daftar.csv --list harian --source Formulir",
    "subscribers remove": "subscribers remove ani@example.org --yes",
    "unsubscribe": "unsubscribe 0123456789abcdef",
    "withdraw": "withdraw kabar.md --reason Keliru. --yes",
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as made:
        yield made


def test_every_command_leaves_a_newer_ledger_alone_and_sends_nothing(
    room: Newsroom, ledger_url: str
) -> None:
    room.ledger_url = ledger_url.replace("+psycopg", "")
    room.configure()
    room.write()
    room.subscribe("ani@example.org")
    room.publish()
    (room.folder / "daftar.csv").write_text("email\ndua@example.org\n")
    room.rewrite("Isi kabar.", "Isi kabar, yang benar.")
    with create_engine(ledger_url, poolclass=NullPool).begin() as db:
        db.execute(text(f"UPDATE ledger SET version = {VERSION + 1}"))
    before = (len(room.api.requests), len(room.smtp.commands), (room.folder / "public").stat())
    for name in sorted(COMMANDS.keys() - WITHOUT):
        _, *shown = shlex.split(example(COMMANDS[name]))
        words = WORDS[name].split() if name in WORDS else shown
        answer = room.run(*words, at=EVENING)
        assert answer.code == 1, f"{name}: {answer.said}"
        assert f"this ledger is of version {VERSION + 1}" in answer.complaint, name
        assert "install the newer version of syndicate" in answer.complaint, name
    after = (len(room.api.requests), len(room.smtp.commands), (room.folder / "public").stat())
    assert after == before
