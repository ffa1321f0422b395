"""``ledger move`` while others send, publish or join, and after it was killed."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import insert, inspect, select

from support.ledger_moves import (
    DEATHS,
    MOVED,
    READERS,
    Fresh,
    killed_moves,
    start_command,
    unpooled_engine,
    use_ledger,
    ways,
)
from support.machine import Point
from support.newsroom import EVENING, NEXT_EVENING, NOON, REAL, Newsroom
from syndicate.errors import LedgerError
from syndicate.ledger import open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import subscribers
from syndicate.loopback.smtp import SmtpFault
from syndicate.operations import moving


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
    use_ledger(busy, fresh(origin))
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
    use_ledger(busy, new)
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
    use_ledger(busy, fresh(origin))
    busy.subscribe(*READERS)
    busy.write()
    busy.publish()
    point = Point("syndicate.delivery.letters:Stream._end", call=2)
    sender = start_command(busy, "digest", at=EVENING, stops=point)
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
    use_ledger(busy, new)
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
    use_ledger(room, fresh("sqlite"))
    room.subscribe("ani@pembaca.example")
    room.write()
    room.publish()
    room.write("dua.md", headline="Kabar kedua")
    mover = start_command(room, "ledger", "move", new := fresh("postgresql"),
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
    use_ledger(room, new)
    room.publish("dua.md", at=NOON)
    assert len(room.posts) == 2


def move_and_die(room: Newsroom, old: str, new: str, point: Point) -> None:
    """Publish with one ledger, and kill the command that moves it at a point."""
    use_ledger(room, old)
    room.only("telegram")
    room.write()
    room.publish()
    mover = start_command(room, "ledger", "move", new, stops=point)
    mover.wait_until_still()
    mover.kill()


@pytest.mark.parametrize(("when", "origin", "kind"), killed_moves(("half copied", 0), ("there", 1)))
def test_a_move_that_is_killed_leaves_the_old_ledger_and_ends_the_next_time(
    room: Newsroom, fresh: Fresh, origin: str, kind: str, when: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    move_and_die(room, old, new, DEATHS[when])
    room.write("dua.md", headline="Kabar kedua")
    room.publish("dua.md", at=NOON)  # the old one works at once
    assert holds_no_ledger(new)
    again = room.run("ledger", "move", new, at=NOON)
    assert again.code == 0, again.said
    assert MOVED in room.run("tick", at=NOON).complaint
    use_ledger(room, new)
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
    use_ledger(room, new)
    half = room.run("publish", "kabar.md", at=NOON).complaint
    assert "has not ended" in half
    assert "syndicate ledger move" in half
    use_ledger(room, old)
    elsewhere = room.run("ledger", "move", fresh(kind), at=NOON)
    assert MOVED in elsewhere.complaint
    for _ in range(2):
        again = room.run("ledger", "move", new, at=NOON)
        assert again.code == 0, again.said
        assert "the ledger is at" in again.out
    use_ledger(room, new)
    room.publish(at=NOON)
    assert len(room.posts) == 1


def articles(room: Newsroom) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.run("status", "--json", at=NOON).json["articles"]
    return found


def holds_no_ledger(url: str) -> bool:
    """Return whether nobody can take what is at a URL for a ledger."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return True
    if not inspect(unpooled_engine(url)).has_table("ledger"):
        return True
    with pytest.raises(LedgerError, match="has not ended"):
        open_ledger(url, datetime.now(UTC))
    return True


@pytest.mark.parametrize(("origin", "kind"), ways(0, 3))
def test_what_a_refused_command_made_at_the_new_end_too_early_gives_way(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    use_ledger(room, old)
    room.only("telegram")
    room.write(uri="tag:kantor.example,2026-05-04:kabar")
    assert room.run("publish", "kabar.md", "--new", at=REAL).code == 0
    died = start_command(room, "ledger", "move", new, at=REAL, stops=DEATHS["half copied"])
    died.wait_until_still()
    died.kill()
    use_ledger(room, new)
    assert room.run("publish", "kabar.md", at=REAL).code == 1  # it is older than this ledger
    assert inspect(unpooled_engine(new)).has_table("ledger")
    use_ledger(room, old)
    moved = room.run("ledger", "move", new, at=REAL)
    assert (moved.code, "1 article," in moved.out) == (0, True), moved.said
    use_ledger(room, new)
    assert room.run("publish", "kabar.md", at=REAL).code == 0
    assert len(room.posts) == 1


def test_a_ledger_that_was_begun_at_the_new_end_does_not_give_way(
    room: Newsroom, fresh: Fresh
) -> None:
    old, new = fresh("sqlite"), fresh("postgresql")
    use_ledger(room, old)
    room.only("harian")
    room.subscribe(READERS[0], at=REAL)
    died = start_command(room, "ledger", "move", new, at=REAL, stops=DEATHS["half copied"])
    died.wait_until_still()
    died.kill()
    use_ledger(room, new)
    room.subscribe(READERS[1], at=REAL)
    use_ledger(room, old)
    assert "there is already a ledger" in room.run("ledger", "move", new, at=REAL).complaint


@pytest.mark.parametrize(("origin", "kind"), ways(1))
def test_whoever_joins_while_it_moves_is_at_the_new_end_or_was_refused(
    room: Newsroom, fresh: Fresh, origin: str, kind: str
) -> None:
    old, new = fresh(origin), fresh(kind)
    use_ledger(room, old)
    room.subscribe(READERS[0])
    mover = start_command(
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
    with unpooled_engine(new).connect() as db:
        there = set(db.scalars(select(subscribers.c.email)))
    assert there == {READERS[0], *joined}
    assert all(MOVED in why for why in refused)
