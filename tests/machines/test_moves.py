"""``ledger move``: the whole ledger goes into another database, also while others send."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Integer,
    LargeBinary,
    Table,
    create_engine,
    delete,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from support import postgres
from support.machine import NO_TIME, Point, Running, be_a_machine
from support.newsroom import EVENING, FORKS, MORNING, NEXT_EVENING, NOON, REAL, Newsroom, newsroom
from syndicate.errors import LedgerError
from syndicate.ledger import open_ledger
from syndicate.ledger.database import generations
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import Moment, media, metadata, moves, subscribers
from syndicate.ledger.schema import ledger as ledger_table
from syndicate.loopback.smtp import SmtpFault
from syndicate.operations import moving

WAYS = (
    ("sqlite", "postgresql"), ("postgresql", "sqlite"),
    ("postgresql", "postgresql"), ("sqlite", "sqlite"),
)  # fmt: skip
POINTS = {
    "begun": Point("syndicate.operations.moving:_wait_for_others"),
    "half copied": Point("syndicate.ledger.copying:_refuse_less", call=12),
    "copied": Point("syndicate.operations.moving:_fill", after=True),
    "there": Point("syndicate.operations.moving:_filled", after=True),
}


def ways(*first: int) -> list[Any]:
    """The ways, of which only these are for `make test`."""
    return [
        pytest.param(*way, marks=() if number in first else pytest.mark.soak)
        for number, way in enumerate(WAYS)
    ]


def kills(*first: tuple[str, int]) -> list[Any]:
    """Where a mover dies on which way; likewise."""
    return [
        pytest.param(when, *way, marks=() if (when, number) in first else pytest.mark.soak)
        for when in POINTS
        for number, way in enumerate(WAYS)
    ]


MOVED = "this ledger was moved to"
MEASURED = """
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
MOST_MEMORY = 160_000  # kilobytes, of which the program takes half by itself
READERS = [f"pembaca{number}@pembaca.example" for number in range(12)]
Fresh = Callable[[str], str]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom(tmp_path / "kantor") as opened:
        yield opened


@pytest.fixture
def fresh(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Fresh]:
    """What gives the URL of a ledger that is not there yet, of a kind."""
    with ExitStack() as stack:

        def made(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}"
            server = request.getfixturevalue("postgres_url")
            url = stack.enter_context(postgres.database(server))
            return url.replace("+psycopg", "")

        yield made


def look(url: str) -> Engine:
    """An engine that leaves no connection behind."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)


def rows(url: str) -> dict[str, list[Any]]:
    """Every row of every table but the ways."""
    with look(url).connect() as db:
        return {
            table.name: sorted(map(repr, db.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table is not moves
        }


def goes_to(room: Newsroom, url: str) -> None:
    """Write the ledger's new address into the configuration."""
    room.ledger_url = url
    room.configure()


def start(room: Newsroom, *words: str, at: str = MORNING, stops: Point | None = None) -> Running:
    """Run a command in a process of its own, which stands still where it ``stops``."""
    number = len(list(room.folder.glob("*.still.*")))
    out, err, still = (room.folder / f"{number}.{name}" for name in ("out", "err", "still"))
    (room.folder / f"{number}.still.id").touch()
    given = (words, str(room.folder), room.environ(at), [str(out), str(err)],
             socket.gethostname(), NO_TIME, stops, str(still), False)  # fmt: skip
    process = FORKS.Process(target=be_a_machine, args=given)
    process.start()
    return Running(process, [out, err], still=still)


# every row

ODD = "\u00e9'\"\\ \\N\t\n\r {}%s:x $1 \U0001f600"
WORDS = {
    "articles.pub_status": "usable", "revisions.kind": "original", "editions.status": "frozen",
    "edition_items.part": "new", "deliveries.state": "settled", "attempts.verb": "publish",
    "letters.state": "sent", "goodbyes.state": "over", "requests.wants": "join",
    "requests.state": "due", "deliveries.present": None,
    "deliveries.reference": None,
}  # fmt: skip


def value(column: Column[Any], row: int) -> Any:
    """Something odd of a column's type."""
    if (name := f"{column.table.name}.{column.name}") in WORDS:
        return WORDS[name]
    if column.foreign_keys:
        [key] = column.foreign_keys
        if key.column.table.name == "holders" and column.nullable:
            return None  # nobody's process goes along
        return value(key.column, row)
    if isinstance(column.type, Boolean):
        return row % 2 == 0
    if isinstance(column.type, Moment):
        return datetime(2026, 5, 4, 9, row, 7, 123456 + row, tzinfo=UTC)
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * (row + 1)
    if isinstance(column.type, BigInteger) and not column.primary_key:
        return 2**40 + row
    if isinstance(column.type, Integer | BigInteger):
        return 1000 + row
    length = getattr(column.type, "length", None)
    return f"{row}{ODD}"[:length] if length else f"{row}{ODD}"


def fill(url: str, count: int = 3) -> None:
    """Put rows into every table that there is, whatever it is for."""
    with look(url).begin() as db:
        for table in metadata.sorted_tables:
            if table.name in ("ledger", moves.name):
                continue
            for row in range(count):
                values = {column.name: value(column, row) for column in table.columns}
                db.execute(insert(table).values(values))


@pytest.mark.parametrize(("origin", "kind"), ways(0, 1))
def test_every_row_of_every_table_arrives(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    goes_to(room, fresh(origin))
    open_ledger(room.ledger_url, datetime.now(UTC)).close()
    fill(room.ledger_url)
    before, new = rows(room.ledger_url), fresh(kind)
    done = room.run("ledger", "move", new, at=REAL)
    assert (done.code, done.err) == (0, ""), done.said
    after = rows(new)
    assert len(before.pop("generations")) + 1 == len(after.pop("generations"))
    assert all(before.values()), "fill() leaves nothing out"
    before["holders"] = []
    before["blocks"] = []
    assert after == before


# in the middle of a run


def is_on_its_way(room: Newsroom, least: int = 2) -> None:
    """Wait until a digest has begun to leave."""
    until = monotonic() + 30
    while len(room.smtp.letters) < least:
        assert monotonic() < until, "nothing leaves"
        sleep(0.01)


@pytest.fixture
def busy(room: Newsroom) -> Newsroom:
    """An office whose relay takes its time."""
    room.only("feed", "harian")
    room.change("harian", connections=1)
    room.smtp.faults.append(SmtpFault(at="rcpt", do="wait", seconds=0.5))
    return room


@pytest.mark.parametrize(("origin", "kind"), ways(0))
def test_a_digest_that_is_half_sent_goes_on_at_the_new_end(
    busy: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    goes_to(busy, fresh(origin))
    busy.subscribe(*READERS)
    busy.write()
    busy.publish()
    new = fresh(kind)
    sender = busy.start("digest", at=EVENING)
    is_on_its_way(busy)
    moved = busy.run("ledger", "move", new, at=EVENING)
    ended = sender.answer()
    assert moved.code == 0, moved.said  # nothing is in doubt: what had begun was waited for
    assert ended.code == 3, ended.said
    assert "is being moved to" in ended.said
    sent = len(busy.smtp.letters)
    assert 2 <= sent < len(READERS)
    assert MOVED in busy.run("tick", at=EVENING).complaint
    goes_to(busy, new)
    assert busy.run("tick", at=EVENING).code == 0
    assert sorted(busy.readers) == sorted(READERS)
    assert busy.run("tick", at=NEXT_EVENING).code == 0
    assert len(busy.readers) == len(READERS)


@pytest.mark.soak
@pytest.mark.parametrize(("origin", "kind"), ways(1))
def test_what_a_stuck_sender_had_begun_is_in_doubt_at_the_new_end(
    busy: Newsroom, fresh: Fresh, origin: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "LONGEST_LETTER_SECONDS", 0.5)
    goes_to(busy, fresh(origin))
    busy.subscribe(*READERS)
    busy.write()
    busy.publish()
    point = Point("syndicate.delivery.letters:Stream._end", call=2)
    sender = start(busy, "digest", at=EVENING, stops=point)
    sender.wait_until_still()
    new = fresh(kind)
    moved = busy.run("ledger", "move", new, at=EVENING)
    assert moved.code == 4, moved.said
    assert "in doubt at the new place" in moved.out
    assert "waiting for other commands that are sending: 1 digest" in moved.err
    busy.smtp.faults.clear()
    sender.thaw()
    ended = sender.answer()
    assert ended.code == 4, ended.said
    assert MOVED in ended.err
    goes_to(busy, new)
    assert busy.run("tick", at=EVENING).code == 4
    doubts = [line for line in busy.run("status", "--json", at=EVENING).json["open"]
              if line["state"] == "in doubt"]  # fmt: skip
    assert doubts
    assert max(Counter(busy.readers).values()) == 1
    assert len(busy.readers) + len(doubts) >= len(READERS)  # nobody is lost: some doubts did arrive


def test_what_is_published_while_it_moves_is_at_one_end_and_told(
    room: Newsroom, fresh: Fresh
) -> None:
    """The sender of a post is frozen in the middle of it, too."""
    goes_to(room, fresh("sqlite"))
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.write("dua.md", headline="Kabar kedua")
    mover = start(room, "ledger", "move", new := fresh("postgresql"),
                  stops=Point("syndicate.operations.moving:_wait_for_others"))  # fmt: skip
    mover.wait_until_still()
    before = room.effects
    refused = room.run("publish", "dua.md", at=NOON)
    assert refused.code == 1
    assert "is being moved to postgresql://" in refused.complaint
    assert room.effects == before
    assert room.run("status", at=NOON).code == 0
    mover.thaw()
    assert mover.answer().code == 0
    goes_to(room, new)
    room.publish("dua.md", at=NOON)
    assert len(room.posts) == 2


# ends in the middle


def move_and_die(room: Newsroom, old: str, new: str, point: Point) -> None:
    """Publish with one ledger, and kill the command that moves it at a point."""
    goes_to(room, old)
    room.only("telegram")
    room.write()
    room.publish()
    mover = start(room, "ledger", "move", new, stops=point)
    mover.wait_until_still()
    mover.kill()


@pytest.mark.parametrize(("when", "origin", "kind"), kills(("half copied", 0), ("there", 1)))
def test_a_move_that_is_killed_leaves_the_old_ledger_and_ends_the_next_time(
    room: Newsroom, fresh: Fresh, origin: str, kind: str, when: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    move_and_die(room, old, new, POINTS[when])
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md", at=NOON)  # the old one works at once
    assert is_no_ledger(new)
    again = room.run("ledger", "move", new, at=NOON)
    assert again.code == 0, again.said
    assert MOVED in room.run("tick", at=NOON).complaint
    goes_to(room, new)
    assert [one["headline"] for one in articles(room)] == ["Kabar kedua", "Kabar pertama"]
    room.publish("dua.md", at=NOON)
    assert len(room.posts) == 2


@pytest.mark.soak
@pytest.mark.parametrize(("origin", "kind"), ways(0))
def test_a_move_that_is_killed_after_the_old_end_was_closed_ends_the_next_time(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    move_and_die(room, old, new, Point("syndicate.operations.moving:_settle_in"))
    assert MOVED in room.run("publish", "kabar.md", at=NOON).complaint
    goes_to(room, new)
    half = room.run("publish", "kabar.md", at=NOON).complaint
    assert "has not ended" in half
    assert "syndicate ledger move" in half
    goes_to(room, old)
    elsewhere = room.run("ledger", "move", fresh(kind), at=NOON)
    assert MOVED in elsewhere.complaint
    for _ in range(2):
        again = room.run("ledger", "move", new, at=NOON)
        assert again.code == 0, again.said
        assert "the ledger is at" in again.out
    goes_to(room, new)
    room.publish(at=NOON)
    assert len(room.posts) == 1


def articles(room: Newsroom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.run("status", "--json", at=NOON).json["articles"]
    return found


def is_no_ledger(url: str) -> bool:
    """Whether nobody can take what is there for one."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    if not inspect(look(url)).has_table("ledger"):
        return True
    with pytest.raises(LedgerError, match="has not ended"):
        open_ledger(url, datetime.now(UTC))
    return True


# what the documented way lost


def token(url: str, reader: int) -> str:
    """What a reader's letter of just now holds."""
    ledger = open_ledger(url, datetime.now(UTC))
    made = ledger.letters.recipient("harian", reader, "").token
    ledger.close()
    return made


@pytest.mark.parametrize(("origin", "kind"), ways(0))
def test_an_office_goes_on_at_the_new_end_as_if_nothing_had_happened(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    ani, budi, cici = READERS[:3]
    goes_to(room, fresh(origin))
    room.subscribe(ani, budi, cici)
    for number in range(3):
        room.write(f"{number}.md", headline=f"Kabar {number}")
        room.publish(f"{number}.md")
    assert room.run("subscribers", "forget", cici, "--yes").code == 0
    assert room.run("digest", at=EVENING).code == 0
    first = token(room.ledger_url, 1)
    assert room.run("ledger", "newkey", at=EVENING).code == 0
    room.rewrite("Isi kabar.", "Isi yang lain.", "0.md")
    room.publish("0.md", "--note", "Isinya keliru.", at=EVENING)
    assert room.run("digest", at=NEXT_EVENING).code == 0
    second = token(room.ledger_url, 2)
    assert first != token(room.ledger_url, 1)
    said = room.run("status", "--json", at=NEXT_EVENING).json
    new = fresh(kind)
    assert room.run("ledger", "move", new, at=NEXT_EVENING).code == 0
    goes_to(room, new)
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
    goes_to(room, old)
    room.only("telegram", "harian")
    room.write()
    room.publish()
    copy = snapshot(old)
    assert room.run("ledger", "move", new).code == 0
    put_back(old, copy)
    assert "older than what was sent" in room.run("publish", "kabar.md").complaint
    goes_to(room, new)
    room.publish()
    copy = snapshot(new)
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md")
    put_back(new, copy)
    assert "older than what was sent" in room.run("publish", "dua.md").complaint


def snapshot(url: str) -> dict[Table, list[dict[str, Any]]]:
    with look(url).connect() as db:
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
    with look(url).begin() as db:
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
    goes_to(room, old)
    room.subscribe(*READERS[:2])
    room.write()
    room.publish()
    with closing(open_ledger(old, datetime.now(UTC))) as asleep:  # a process that was there before
        assert room.run("ledger", "move", new).code == 0
        before = rows(old)
        commands = (
            ("status",), ("history", "kabar.md"), ("publish", "kabar.md"), ("tick",), ("digest",),
            ("withdraw", "kabar.md", "--reason", "Salah", "--yes"), ("resolve", "1", "--not-sent"),
            ("subscribers", "add", "--list", "harian", READERS[3]), ("ledger", "newkey"),
            ("ledger", "restored"), ("publish", "kabar.md", "--dry-run"),
        )  # fmt: skip
        for words in commands:
            answer = room.run(*words)
            assert answer.code == 1, answer.said
            assert f"{MOVED} {place(new)}:" in answer.complaint
            assert password(new) not in answer.said
        with pytest.raises(LedgerError, match=MOVED):
            asleep.renew_key()
    for table in metadata.sorted_tables:  # whatever program it is
        values = {column.name: value(column, 7) for column in table.columns}
        changes = [insert(table).values(values), delete(table)]
        for change in changes if before.get(table.name) else changes[:1]:
            with pytest.raises(DBAPIError, match=MOVED), look(old).begin() as db:
                db.execute(change)
    assert rows(old) == before


def place(url: str) -> str:
    return url if url.startswith("sqlite") else re.sub(r":[^:@/]+@", "@", url)


def password(url: str) -> str:
    return re.search(r":([^:@/]+)@", url)[1] if "@" in url else "\0"  # type: ignore[index]


# what is in the way


def test_a_target_that_is_not_empty_or_not_there_is_told_in_a_line(
    room: Newsroom, fresh: Fresh, tmp_path: Path
) -> None:
    old = fresh("sqlite")
    goes_to(room, old)
    room.only("telegram")
    room.write()
    room.publish()
    anothers, theirs, full = fresh("postgresql"), fresh("postgresql"), fresh("sqlite")
    shared = fresh("postgresql")
    with look(shared).begin() as db:
        db.execute(text("CREATE TABLE wordpress (name text)"))
    for url in (anothers, full):
        open_ledger(url, datetime.now(UTC)).close()
    with look(theirs).begin() as db:
        db.execute(text("CREATE TABLE channels (name text)"))
    (tmp_path / "empty.db").touch()
    (tmp_path / "letter.db").write_text("Dear editor, this is no database.\n" * 100)
    with closing(sqlite3.connect(tmp_path / "cats.db")) as cats:
        cats.execute("CREATE TABLE cats (name text)")
    (tmp_path / "folder.db").mkdir()
    secret = password(anothers)
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
    before = rows(old)
    for url, (code, why) in cases.items():
        answer = room.run("ledger", "move", url)
        assert (answer.code, why in answer.complaint) == (code, True), (url, answer.said)
        assert "rahasia" not in answer.said
        assert secret not in answer.said
    after = rows(old)
    assert before | {"holders": []} == after | {"holders": []}
    room.rewrite("Isi", "Isi lain")
    room.publish("--minor")
    assert (tmp_path / "letter.db").stat().st_size > 1000
    new = fresh("postgresql")
    named = new.replace(password(new), "${LEDGER_PASSWORD}")
    env = {"LEDGER_PASSWORD": password(new)}
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


@pytest.mark.parametrize(("origin", "kind"), ways(0, 1))
def test_people_are_counted_without_those_who_were_forgotten(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    goes_to(room, fresh(origin))
    room.subscribe(*READERS[:3], "forgotten-9@pembaca.example")
    assert room.run("subscribers", "forget", READERS[0], "--yes").code == 0
    moved = room.run("ledger", "move", fresh(kind))
    assert "0 articles, 3 subscribers, 0 letters" in moved.out


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


@pytest.mark.parametrize(("origin", "kind"), ways(0, 3))
def test_what_a_refused_command_made_at_the_new_end_too_early_gives_way(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    goes_to(room, old)
    room.only("telegram")
    room.write(uri="tag:kantor.example,2026-05-04:kabar")
    assert room.run("publish", "kabar.md", "--new", at=REAL).code == 0
    died = start(room, "ledger", "move", new, at=REAL, stops=POINTS["half copied"])
    died.wait_until_still()
    died.kill()
    goes_to(room, new)
    assert room.run("publish", "kabar.md", at=REAL).code == 1  # it is older than this ledger
    assert inspect(look(new)).has_table("ledger")
    goes_to(room, old)
    moved = room.run("ledger", "move", new, at=REAL)
    assert (moved.code, "1 article," in moved.out) == (0, True), moved.said
    goes_to(room, new)
    assert room.run("publish", "kabar.md", at=REAL).code == 0
    assert len(room.posts) == 1


def test_a_ledger_that_was_begun_at_the_new_end_does_not_give_way(
    room: Newsroom, fresh: Fresh
) -> None:
    old, new = fresh("sqlite"), fresh("postgresql")
    goes_to(room, old)
    room.only("harian")
    room.subscribe(READERS[0], at=REAL)
    died = start(room, "ledger", "move", new, at=REAL, stops=POINTS["half copied"])
    died.wait_until_still()
    died.kill()
    goes_to(room, new)
    room.subscribe(READERS[1], at=REAL)
    goes_to(room, old)
    assert "there is already a ledger" in room.run("ledger", "move", new, at=REAL).complaint


def test_a_password_that_is_given_raw_is_not_shown(room: Newsroom, fresh: Fresh) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    new = fresh("postgresql")
    for _ in range(2):
        moved = room.run("ledger", "move", new)
        assert moved.code == 0, moved.said
        assert f":{password(new)}@" not in moved.said
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
    goes_to(room, "sqlite:///baru.db")
    room.publish()
    assert room.run("ledger", "move", "sqlite:///syndicate.db").complaint.endswith(
        "move it away, or name another file (nothing was moved)"
    )
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    assert room.run("ledger", "move", "sqlite:///syndicate.db").code == 0
    goes_to(room, "sqlite:///syndicate.db")
    room.publish()
    assert len(room.posts) == 1


def test_who_is_forgotten_afterwards_is_erased_from_the_old_file_too(room: Newsroom) -> None:
    room.subscribe(*READERS[:2])
    assert room.run("ledger", "move", "sqlite:///baru.db").code == 0
    goes_to(room, "sqlite:///baru.db")
    erased = room.run("subscribers", "forget", READERS[0], "--yes")
    assert erased.code == 0, erased.said
    assert "syndicate.db" in erased.out
    assert READERS[0].encode() not in (room.folder / "syndicate.db").read_bytes()
    goes_to(room, "sqlite:///syndicate.db")
    assert MOVED in room.run("status").complaint
    with (
        closing(sqlite3.connect(room.folder / "syndicate.db")) as db,
        pytest.raises(sqlite3.IntegrityError, match=MOVED),
    ):
        db.execute("DELETE FROM subscribers")
    (room.folder / "syndicate.db").unlink()
    goes_to(room, "sqlite:///baru.db")
    assert room.run("subscribers", "forget", READERS[1], "--yes").code == 0  # as it was told to


def test_a_real_ledger_is_moved_by_the_real_clock_alone(room: Newsroom) -> None:
    room.subscribe(READERS[0], at=REAL)
    refused = room.run("ledger", "move", "sqlite:///baru.db")
    assert refused.code == 2
    assert "SYNDICATE_NOW is set" in refused.said
    assert not (room.folder / "baru.db").exists()
    assert room.run("ledger", "move", "sqlite:///baru.db", at=REAL).code == 0
    goes_to(room, "sqlite:///baru.db")
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


@pytest.mark.parametrize(("origin", "kind"), ways(1))
def test_whoever_joins_while_it_moves_is_at_the_new_end_or_was_refused(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    goes_to(room, old)
    room.subscribe(READERS[0])
    mover = start(
        room, "ledger", "move", new, stops=Point("syndicate.operations.moving:_carry_over")
    )
    mover.wait_until_still()
    joined: list[str] = []
    refused: list[str] = []

    def join(first: int) -> None:
        ledger = open_ledger(old, datetime.now(UTC))
        with closing(ledger):
            for number in range(first, first + 500):
                email = f"baru{number}@pembaca.example"
                try:
                    with transaction(ledger.engine) as db:
                        db.execute(insert(subscribers).values(email=email))
                except LedgerError as error:
                    refused.append(f"{error}")
                    return
                joined.append(email)

    writers = [Thread(target=join, args=(first,)) for first in (0, 1000, 2000)]
    for writer in writers:
        writer.start()
    mover.thaw()
    assert mover.answer().code == 0
    for writer in writers:
        writer.join()
    with look(new).connect() as db:
        there = set(db.scalars(select(subscribers.c.email)))
    assert there == {READERS[0], *joined}
    assert all(MOVED in why for why in refused)


def test_postgresql_gives_no_number_again(room: Newsroom, fresh: Fresh) -> None:
    """A number that nobody has any more may stand in a letter that is out."""
    old, new = fresh("postgresql"), fresh("postgresql")
    goes_to(room, old)
    room.subscribe(READERS[0])
    with look(old).begin() as db:
        db.execute(text("INSERT INTO subscribers (email) VALUES ('sementara@pembaca.example')"))
        db.execute(text("DELETE FROM subscribers WHERE email LIKE 'sementara%'"))
    assert room.run("ledger", "move", new).code == 0
    goes_to(room, new)
    room.subscribe(READERS[1])
    with look(new).connect() as db:
        assert db.scalars(select(subscribers.c.id).order_by(subscribers.c.id)).all() == [1, 3]


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not tell")
@pytest.mark.parametrize(("origin", "kind"), WAYS)
def test_a_large_ledger_fits_into_little_memory(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    goes_to(room, old)
    open_ledger(old, datetime.now(UTC)).close()
    words = [{"email": f"pembaca{n}@pembaca.example", "name": "P" * 100} for n in range(200_000)]
    pictures = [{"sha256": f"{n:064}", "content": bytes(2_000_000)} for n in range(60)]
    with look(old).begin() as db:
        db.execute(insert(subscribers), words)
        for picture in pictures:
            db.execute(insert(media), picture)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "ledger", "move", new], cwd=room.folder,
        env=room.environ(REAL), capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stderr) < MOST_MEMORY
    assert len(rows(new)["subscribers"]) == len(words)
