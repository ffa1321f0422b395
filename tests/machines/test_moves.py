"""``ledger move``: the whole ledger goes into another database, also while others send."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
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
    create_engine,
    insert,
    inspect,
    select,
)
from sqlalchemy.pool import NullPool

import postgres
from cli.newsroom import EVENING, FORKS, MORNING, NEXT_EVENING, NOON, REAL, Newsroom, newsroom
from machines.machine import NO_TIME, Point, Running, be_a_machine
from syndicate import moving
from syndicate.errors import LedgerError
from syndicate.ledger import Ledger
from syndicate.ledger.schema import Moment, metadata, moves
from syndicate.loopback.smtp import Fault

WAYS = (
    ("sqlite", "postgresql"), ("postgresql", "sqlite"),
    ("postgresql", "postgresql"), ("sqlite", "sqlite"),
)  # fmt: skip
POINTS = {
    "begun": Point("syndicate.moving:_wait_for_others"),
    "half copied": Point("syndicate.ledger.copying:_refuse_less", call=12),
    "copied": Point("syndicate.moving:_fill", after=True),
    "there": Point("syndicate.moving:_filled", after=True),
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
             socket.gethostname(), NO_TIME, stops, str(still))  # fmt: skip
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
    Ledger.open(room.ledger_url, datetime.now(UTC)).close()
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
    room.smtp.faults.append(Fault(at="rcpt", do="wait", seconds=0.5))
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
    sent = len(busy.smtp.letters)
    assert 2 <= sent < len(READERS)
    assert MOVED in busy.run("tick", at=EVENING).complaint
    goes_to(busy, new)
    assert busy.run("tick", at=EVENING).code == 0
    assert sorted(busy.readers) == sorted(READERS)
    assert busy.run("tick", at=NEXT_EVENING).code == 0
    assert len(busy.readers) == len(READERS)


@pytest.mark.parametrize(("origin", "kind"), ways(1))
def test_what_a_stuck_sender_had_begun_is_in_doubt_at_the_new_end(
    busy: Newsroom, fresh: Fresh, origin: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "LONGEST_LETTER", 0.5)
    goes_to(busy, fresh(origin))
    busy.subscribe(*READERS)
    busy.write()
    busy.publish()
    point = Point("syndicate.mailing:Stream._end", call=2)
    sender = start(busy, "digest", at=EVENING, stops=point)
    sender.wait_until_still()
    new = fresh(kind)
    moved = busy.run("ledger", "move", new, at=EVENING)
    assert moved.code == 4, moved.said
    assert "is in doubt there" in moved.out
    assert "waiting for what others are sending: 1 digest" in moved.err
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
                  stops=Point("syndicate.moving:_wait_for_others"))  # fmt: skip
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


@pytest.mark.parametrize(("when", "origin", "kind"), kills(("half copied", 0), ("there", 1)))
def test_a_move_that_is_killed_leaves_the_old_ledger_and_ends_the_next_time(
    room: Newsroom, fresh: Fresh, origin: str, kind: str, when: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    goes_to(room, old)
    room.only("telegram")
    room.write()
    room.publish()
    mover = start(room, "ledger", "move", new, stops=POINTS[when])
    mover.wait_until_still()
    mover.kill()
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


@pytest.mark.parametrize(("origin", "kind"), ways(0))
def test_a_move_that_is_killed_after_the_old_end_was_closed_ends_the_next_time(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    goes_to(room, old)
    room.only("telegram")
    room.write()
    room.publish()
    mover = start(room, "ledger", "move", new, stops=Point("syndicate.moving:_settle_in"))
    mover.wait_until_still()
    mover.kill()
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
        Ledger.open(url, datetime.now(UTC))
    return True
