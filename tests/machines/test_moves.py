"""``ledger move``: the whole ledger goes into another database, and the office goes on there."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from support.ledger_moves import (
    MOVED,
    READERS,
    WAYS,
    Fresh,
    all_rows,
    fill_tables,
    odd_value,
    password_in,
    unpooled_engine,
    use_ledger,
    ways,
    without_password,
)
from support.newsroom import EVENING, NEXT_EVENING, REAL, Newsroom
from syndicate.errors import LedgerError
from syndicate.ledger import open_ledger
from syndicate.ledger.schema import ledger as ledger_table
from syndicate.ledger.schema import media, metadata, subscribers

MEASURED_PROGRAM = """
import sys
from pathlib import Path
from syndicate.cli import main, signals
def leave(code):
    status = Path("/proc/self/status").read_text()
    sys.stderr.write(status.partition("VmHWM:")[2].split()[0])
    sys.exit(code)
signals.leave = leave
main()
"""
MOST_KILOBYTES = 160_000  # of which the program takes half by itself


@pytest.mark.parametrize(("origin", "kind"), ways(0, 1))
def test_every_row_of_every_table_arrives(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    use_ledger(room, fresh(origin))
    open_ledger(room.ledger_url, datetime.now(UTC)).close()
    fill_tables(room.ledger_url)
    before, new = all_rows(room.ledger_url), fresh(kind)
    done = room.run("ledger", "move", new, at=REAL)
    assert (done.code, done.err) == (0, ""), done.said
    after = all_rows(new)
    assert len(before.pop("generations")) + 1 == len(after.pop("generations"))
    assert all(before.values()), "fill_tables() leaves nothing out"
    before["holders"] = []
    before["blocks"] = []
    assert after == before


def letter_token(url: str, reader: int) -> str:
    """Return the token that a reader's letter of just now holds."""
    ledger = open_ledger(url, datetime.now(UTC))
    made = ledger.letters.recipient("harian", reader, "").token
    ledger.close()
    return made


@pytest.mark.parametrize(("origin", "kind"), ways(0))
def test_an_office_goes_on_at_the_new_end_as_if_nothing_had_happened(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    ani, budi, cici = READERS[:3]
    use_ledger(room, fresh(origin))
    room.subscribe(ani, budi, cici)
    for number in range(3):
        room.write(f"{number}.md", headline=f"Kabar {number}")
        room.publish(f"{number}.md")
    assert room.run("subscribers", "forget", cici, "--yes").code == 0
    assert room.run("digest", at=EVENING).code == 0
    first = letter_token(room.ledger_url, 1)
    assert room.run("ledger", "newkey", at=EVENING).code == 0
    room.rewrite("Isi kabar.", "Isi yang lain.", "0.md")
    room.publish("0.md", "--note", "Isinya keliru.", at=EVENING)
    assert room.run("digest", at=NEXT_EVENING).code == 0
    second = letter_token(room.ledger_url, 2)
    assert first != letter_token(room.ledger_url, 1)
    said = room.run("status", "--json", at=NEXT_EVENING).json
    new = fresh(kind)
    assert room.run("ledger", "move", new, at=NEXT_EVENING).code == 0
    use_ledger(room, new)
    after = room.run("status", "--json", at=NEXT_EVENING)
    assert after.json == said
    assert "rehearsal" in after.err  # for ever
    room.write("3.md", headline="Kabar 3")
    room.publish("3.md", at=NEXT_EVENING)
    assert len(room.entries) == 4
    assert len(room.posts) == 4
    for mine in (first, second):
        assert room.run("unsubscribe", mine, at=NEXT_EVENING).code == 0
    (room.folder / "baru.csv").write_text(f"email\n{cici}\n", encoding="utf-8")
    brought = room.run("subscribers", "import", "baru.csv", "--list", "harian", at=NEXT_EVENING)
    assert room.run("subscribers", "list", at=NEXT_EVENING).out.count(cici) == 0, brought.said
    room.subscribe("dewi@pembaca.example", at=NEXT_EVENING)  # numbers go on


@pytest.mark.parametrize(("origin", "kind"), ways(1))
def test_an_old_copy_is_known_at_both_ends(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    use_ledger(room, old)
    room.only("telegram", "harian")
    room.write()
    room.publish()
    copy = snapshot(old)
    assert room.run("ledger", "move", new).code == 0
    put_back(old, copy)
    assert "older than what was sent" in room.run("publish", "kabar.md").complaint
    use_ledger(room, new)
    room.publish()
    copy = snapshot(new)
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md")
    put_back(new, copy)
    assert "older than what was sent" in room.run("publish", "dua.md").complaint


def snapshot(url: str) -> dict[Table, list[dict[str, Any]]]:
    with unpooled_engine(url).connect() as db:
        return {
            table: [dict(row) for row in db.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }


def put_back(url: str, copy: dict[Table, list[dict[str, Any]]]) -> None:
    """Put a copy in a ledger's place, as an administrator does."""
    if url.startswith("sqlite"):
        for path in Path(url.removeprefix("sqlite:///")).parent.glob("*.db*"):
            if path.name.startswith(Path(url).name):
                path.unlink()
        open_ledger(url, datetime.now(UTC)).close()
    with unpooled_engine(url).begin() as db:
        if db.dialect.name == "postgresql":
            metadata.drop_all(db)
            metadata.create_all(db)
        else:
            db.execute(delete(ledger_table))
        for table, found in copy.items():
            if found:
                db.execute(insert(table), found)


@pytest.mark.parametrize(("origin", "kind"), ways(0))
def test_whoever_still_uses_the_old_ledger_is_refused_and_told_where_it_went(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    use_ledger(room, old)
    room.subscribe(*READERS[:2])
    room.write()
    room.publish()
    with closing(open_ledger(old, datetime.now(UTC))) as asleep:  # a process that was there before
        assert room.run("ledger", "move", new).code == 0
        before = all_rows(old)
        commands = (
            ("status",), ("history", "kabar.md"), ("publish", "kabar.md"), ("tick",), ("digest",),
            ("withdraw", "kabar.md", "--reason", "Salah", "--yes"), ("resolve", "1", "--not-sent"),
            ("subscribers", "add", "--list", "harian", READERS[3]), ("ledger", "newkey"),
            ("ledger", "restored"), ("publish", "kabar.md", "--dry-run"),
        )  # fmt: skip
        for words in commands:
            answer = room.run(*words)
            assert answer.code == 1, answer.said
            assert f"{MOVED} {without_password(new)}:" in answer.complaint
            assert password_in(new) not in answer.said
        with pytest.raises(LedgerError, match=MOVED):
            asleep.renew_key()
    for table in metadata.sorted_tables:  # whatever program it is
        values = {column.name: odd_value(column, 7) for column in table.columns}
        changes = [insert(table).values(values), delete(table)]
        for change in changes if before.get(table.name) else changes[:1]:
            with pytest.raises(DBAPIError, match=MOVED), unpooled_engine(old).begin() as db:
                db.execute(change)
    assert all_rows(old) == before


@pytest.mark.parametrize(("origin", "kind"), ways(0, 1))
def test_people_are_counted_without_those_who_were_forgotten(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    use_ledger(room, fresh(origin))
    room.subscribe(*READERS[:3], "forgotten-9@pembaca.example")
    assert room.run("subscribers", "forget", READERS[0], "--yes").code == 0
    moved = room.run("ledger", "move", fresh(kind))
    assert "0 articles, 3 subscribers, 0 letters" in moved.out


def test_who_is_forgotten_afterwards_is_erased_from_the_old_file_too(room: Newsroom) -> None:
    room.subscribe(*READERS[:2])
    assert room.run("ledger", "move", "sqlite:///baru.db").code == 0
    use_ledger(room, "sqlite:///baru.db")
    erased = room.run("subscribers", "forget", READERS[0], "--yes")
    assert erased.code == 0, erased.said
    assert "syndicate.db" in erased.out
    assert READERS[0].encode() not in (room.folder / "syndicate.db").read_bytes()
    use_ledger(room, "sqlite:///syndicate.db")
    assert MOVED in room.run("status").complaint
    with (
        closing(sqlite3.connect(room.folder / "syndicate.db")) as db,
        pytest.raises(sqlite3.IntegrityError, match=MOVED),
    ):
        db.execute("DELETE FROM subscribers")
    (room.folder / "syndicate.db").unlink()
    use_ledger(room, "sqlite:///baru.db")
    assert room.run("subscribers", "forget", READERS[1], "--yes").code == 0  # as it was told to


def test_postgresql_gives_no_number_again(room: Newsroom, fresh: Fresh) -> None:
    """A number that nobody has any more may stand in a letter that is out."""
    old, new = fresh("postgresql"), fresh("postgresql")
    use_ledger(room, old)
    room.subscribe(READERS[0])
    with unpooled_engine(old).begin() as db:
        db.execute(text("INSERT INTO subscribers (email) VALUES ('sementara@pembaca.example')"))
        db.execute(text("DELETE FROM subscribers WHERE email LIKE 'sementara%'"))
    assert room.run("ledger", "move", new).code == 0
    use_ledger(room, new)
    room.subscribe(READERS[1])
    with unpooled_engine(new).connect() as db:
        assert db.scalars(select(subscribers.c.id).order_by(subscribers.c.id)).all() == [1, 3]


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not tell")
@pytest.mark.parametrize(("origin", "kind"), WAYS)
def test_a_large_ledger_fits_into_little_memory(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    use_ledger(room, old)
    open_ledger(old, datetime.now(UTC)).close()
    words = [{"email": f"pembaca{n}@pembaca.example", "name": "P" * 100} for n in range(200_000)]
    pictures = [{"sha256": f"{n:064}", "content": bytes(2_000_000)} for n in range(60)]
    with unpooled_engine(old).begin() as db:
        db.execute(insert(subscribers), words)
        for picture in pictures:
            db.execute(insert(media), picture)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED_PROGRAM, "ledger", "move", new], cwd=room.folder,
        env=room.environ(REAL), capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stderr) < MOST_KILOBYTES
    assert len(all_rows(new)["subscribers"]) == len(words)
