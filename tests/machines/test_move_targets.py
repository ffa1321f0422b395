"""``ledger move``: which ledgers may be moved, where to, and what is said of both places."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from support.ledger_moves import READERS, Fresh, all_rows, password_in, unpooled_engine, use_ledger
from support.newsroom import REAL, Newsroom
from syndicate.ledger import open_ledger
from syndicate.ledger.database import generations


def test_a_target_that_is_not_empty_or_not_there_is_told_in_a_line(
    room: Newsroom, fresh: Fresh, tmp_path: Path
) -> None:
    old = fresh("sqlite")
    use_ledger(room, old)
    room.only("telegram")
    room.write()
    room.publish()
    anothers, theirs, full = fresh("postgresql"), fresh("postgresql"), fresh("sqlite")
    shared = fresh("postgresql")
    with unpooled_engine(shared).begin() as db:
        db.execute(text("CREATE TABLE wordpress (name text)"))
    for url in (anothers, full):
        open_ledger(url, datetime.now(UTC)).close()
    with unpooled_engine(theirs).begin() as db:
        db.execute(text("CREATE TABLE channels (name text)"))
    (tmp_path / "empty.db").touch()
    (tmp_path / "letter.db").write_text("Dear editor, this is no database.\n" * 100)
    with closing(sqlite3.connect(tmp_path / "cats.db")) as cats:
        cats.execute("CREATE TABLE cats (name text)")
    (tmp_path / "folder.db").mkdir()
    secret = password_in(anothers)
    cases = {
        old: (2, "the ledger is at"), full: (1, "there is already a ledger"),
        anothers: (1, "there is already a ledger"),
        theirs: (1, "a table of another program, channels"),
        shared: (1, "a table of another program, wordpress"),
        f"sqlite:///{tmp_path}/empty.db": (1, "is empty"),
        f"sqlite:///{tmp_path}/letter.db": (1, "not a ledger"),
        f"sqlite:///{tmp_path}/cats.db": (1, "is not a ledger"),
        f"sqlite:///{tmp_path}/folder.db": (1, "it is a folder"),
        f"sqlite:///{tmp_path}/nowhere/new.db": (1, "there is no folder"),
        "mysql://kantor:rahasia@localhost/kabar": (2, "not in MySQL"),
        "postgresql://kantor:rahasia@127.0.0.1:1/kabar": (1, "moving to postgresql://kantor@127"),
        "new.db": (2, "write sqlite:///FILE"),
        "postgresql://kantor:${NICHT_DA}@127.0.0.1/kabar": (2, "$NICHT_DA is not set"),
        anothers.replace(secret, "wrong"): (1, "password authentication failed"),
    }  # fmt: skip
    before = all_rows(old)
    for url, (code, why) in cases.items():
        answer = room.run("ledger", "move", url)
        assert (answer.code, why in answer.complaint) == (code, True), (url, answer.said)
        assert "rahasia" not in answer.said
        assert secret not in answer.said
    after = all_rows(old)
    assert before | {"holders": []} == after | {"holders": []}
    room.rewrite("Isi", "Isi lain")
    room.publish("--minor")
    assert (tmp_path / "letter.db").stat().st_size > 1000
    new = fresh("postgresql")
    named = new.replace(password_in(new), "${LEDGER_PASSWORD}")
    env = {"LEDGER_PASSWORD": password_in(new)}
    moved = room.run("ledger", "move", named, env=env)
    assert moved.code == 0, moved.said
    lines = (room.folder / "config.toml").read_text(encoding="utf-8").splitlines()
    [number] = [n for n, line in enumerate(lines, 1) if line.startswith('url = "sqlite')]
    assert f'config.toml:{number} before the next command: url = "{named}"' in moved.out


def test_the_old_ledger_is_closed_only_for_one_that_outlives_the_connection(
    room: Newsroom, fresh: Fresh
) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    temporary = f"{fresh('postgresql')}?options=-c%20search_path=pg_temp"
    for url, code, why in (
        ("sqlite:///:memory:", 2, "in memory"),
        (temporary, 1, "(nothing was moved)"),
    ):
        for _ in range(2):
            answer = room.run("ledger", "move", url)
            assert (answer.code, why in answer.complaint) == (code, True), answer.said
    room.rewrite("Isi", "Isi lain")
    room.publish("--minor")
    assert room.run("ledger", "move", fresh("sqlite")).code == 0


def test_what_every_command_says_of_a_ledger_is_said_before_it_is_moved(room: Newsroom) -> None:
    room.subscribe(READERS[0])
    (room.folder / "syndicate.db").chmod(0o644)
    (room.folder / ".syndicate.db.generation").write_text("?")
    said = room.run("ledger", "move", "sqlite:///baru.db", at=REAL).err
    assert (
        "rehearsal: this ledger was created under $SYNDICATE_NOW and is for rehearsals only" in said
    )
    assert "others could read this file; now only you can" in said
    assert "it holds no mark" in said


def test_a_password_that_is_given_raw_is_not_shown(room: Newsroom, fresh: Fresh) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    new = fresh("postgresql")
    for _ in range(2):
        moved = room.run("ledger", "move", new)
        assert moved.code == 0, moved.said
        assert f":{password_in(new)}@" not in moved.said
        assert "with the password instead of ***" in moved.out


def test_a_relative_file_lies_beside_the_configuration_and_json_says_the_same(
    room: Newsroom,
) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    moved = room.run("ledger", "move", "sqlite:///baru.db", "--json", env={"HOME": "/"})
    assert moved.json["exit_code"] == 0
    assert 'url = "sqlite:///baru.db"' in moved.json["done"]
    assert (room.folder / "baru.db").stat().st_mode & 0o077 == 0
    assert generations.beside(room.folder / "baru.db").exists()
    use_ledger(room, "sqlite:///baru.db")
    room.publish()
    assert room.run("ledger", "move", "sqlite:///syndicate.db").complaint.endswith(
        "move it away, or name another file (nothing was moved)"
    )
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    assert room.run("ledger", "move", "sqlite:///syndicate.db").code == 0
    use_ledger(room, "sqlite:///syndicate.db")
    room.publish()
    assert len(room.posts) == 1


def test_a_real_ledger_is_moved_by_the_real_clock_alone(room: Newsroom) -> None:
    room.subscribe(READERS[0], at=REAL)
    refused = room.run("ledger", "move", "sqlite:///baru.db")
    assert refused.code == 2
    assert "SYNDICATE_NOW is set" in refused.said
    assert not (room.folder / "baru.db").exists()
    assert room.run("ledger", "move", "sqlite:///baru.db", at=REAL).code == 0
    use_ledger(room, "sqlite:///baru.db")
    assert "rehearsal" not in room.run("status", at=REAL).said


def test_an_old_copy_is_not_moved(room: Newsroom) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    assert room.run("ledger", "backup", "copy.db").code == 0
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md")
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    (room.folder / "copy.db").rename(room.folder / "syndicate.db")
    assert "older than what was sent" in room.run("ledger", "move", "sqlite:///b.db").complaint
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    assert "there is no ledger at" in room.run("ledger", "move", "sqlite:///b.db").complaint
    assert not (room.folder / "b.db").exists()
