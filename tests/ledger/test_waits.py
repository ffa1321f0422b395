"""No moment mutes a channel: waits are bounded, and what a wrong clock wrote down has passed."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from support.direct_office import DirectOffice
from syndicate.errors import Deferred, Paused, Unavailable
from syndicate.ledger import Ledger, ReaderRequest
from syndicate.ledger.database import engine
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.reports.waiting import Waits, current_waits
from syndicate.ledger.schema import (
    attempts,
    blocks,
    channels,
    deliveries,
    goodbyes,
    holders,
    letters,
    runs,
    used,
)
from syndicate.ledger.sending.queue import Queue
from syndicate.model.rate import rates
from syndicate.operations.status import ledger_status
from syndicate.testing import NOON

DAY = 86_400.0
Patch = pytest.MonkeyPatch
SHIFTS = (timedelta(days=3650), timedelta(days=30), timedelta(days=2))


class Foreign(Unavailable):
    """Another's channel sets what it likes."""

    def __init__(self, wait: Any) -> None:
        super().__init__("later")
        self.retry_after = wait


ASKED: list[tuple[Any, float | None]] = [
    (99999999999, DAY), (1e300, DAY), (math.inf, DAY), (10**400, DAY), (DAY + 1, DAY),
    (math.nan, None), (-5, None), (-math.inf, None), (0, None), (None, None), ("soon", None),
    ([], None), (600, 600), ("600", 600), (0.5, 0.5),
]  # fmt: skip


def test_no_destination_is_waited_for_longer_than_a_day() -> None:
    for asked, granted in ASKED:
        for made in (Unavailable("later", asked), Paused("later", asked), Foreign(asked)):
            assert made.retry_after == granted, asked
    assert Deferred("later", "450").retry_after is None


def ahead(patch: Patch, by: timedelta) -> None:
    """Let the clocks of one run be ahead, the database's too."""
    patch.setattr(Queue, "clock", lambda _queue, db: engine.now(db) + by)


@pytest.mark.parametrize("shift", SHIFTS[:2], ids=str)
def test_a_run_with_a_clock_ahead_leaves_nothing_that_waits_for_years(
    room: DirectOffice, shift: timedelta
) -> None:
    room = room.having(wall="Wall")
    room.mood("wall", "publish", "later")
    with pytest.MonkeyPatch.context() as patch:
        ahead(patch, shift)
        assert room.publish(room.write("hello")).exit_code == 3
    room.mood("wall", "publish", None)
    with room.office() as office:
        found = ledger_status(office)
    assert found.waiting == []
    assert "tried again" not in found.open[0].why
    assert room.tick().exit_code == 0
    assert room.texts("wall") == ["hello"]


def test_what_waits_by_a_right_clock_still_waits_and_status_says_until_when(
    room: DirectOffice,
) -> None:
    room = room.having(wall="Wall")
    room.mood("wall", "publish", "later")
    room.publish(room.write("hello"))
    room.mood("wall", "publish", None)
    room.tick()
    assert room.texts("wall") == []
    with room.office() as office:
        [one] = ledger_status(office).waiting
        assert (one.what, one.count, one.why) == (Waits.POSTS, 1, "the wall is busy")
        assert timedelta(0) < one.until - datetime.now(UTC) <= timedelta(seconds=600)
        assert office.ledger.destinations.resume(office.ledger.known_channels()["wall"].id) == [one]
        assert ledger_status(office).waiting == []
    room.tick()
    assert room.texts("wall") == ["hello"]


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_turn_that_lies_ahead_is_taken_at_once(room: DirectOffice, shift: timedelta) -> None:
    room = room.having(wall="Wall")
    with room.office() as office:
        with office.ledger.planning() as catalogue:
            known = office.remembered(catalogue, office.channels[0])
        turns, second = office.ledger.pace, timedelta(seconds=1)
        with transaction(office.ledger.engine) as db:
            later = engine.now(db) + shift
            db.execute(update(channels).values(next_at=later, why="a clock ran ahead"))
            assert current_waits(db) == []
        assert turns.grant(known.id, 5, ()) == (5, 0)
        assert turns.take_turn(known.id, second, second) == timedelta(0)
        turns.pause(known.id, 600, "the wall is busy")  # however far the old one was
        assert 590 < turns.grant(known.id, 5, ())[1] <= 600
        with office.ledger.reading() as db:
            [one] = current_waits(db)
        assert (one.what, one.why) == (Waits.CHANNEL, "the wall is busy")


def test_a_rate_counts_no_minutes_that_are_still_to_come(room: DirectOffice) -> None:
    room = room.having(wall="Wall")
    with room.office() as office:
        with office.ledger.planning() as catalogue:
            known = office.remembered(catalogue, office.channels[0])
        allowed = rates("7/day")
        with transaction(office.ledger.engine) as db:
            for days in (0.01, 30, 3650):
                minute = engine.now(db) + timedelta(days=days)
                row = {"channel_id": known.id, "minute": minute, "count": 7}
                db.execute(insert(used).values(**row))
        assert office.ledger.pace.grant(known.id, 5, allowed) == (5, 0)
        assert office.ledger.pace.grant(known.id, 5, allowed) == (2, 0)
        with office.ledger.reading() as db:
            assert (
                db.execute(used.select()).one()._mapping["count"] == 7
            )  # nor will it ever count them


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_claim_that_lies_ahead_has_ended(room: DirectOffice, shift: timedelta) -> None:
    room = room.having(wall="Wall", letters="Letters")
    room.mood("wall", "open", "unavailable")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    room.mood("wall", "open", None)
    with room.office() as office, transaction(office.ledger.engine) as db:
        elsewhere = {"host": "another", "boot": "b", "pid": 1, "started": "s"}
        made = db.execute(insert(holders).values(**elsewhere, since=NOON)).inserted_primary_key
        assert made is not None
        held = {"holder_id": made[0], "claimed_until": engine.now(db) + shift}
        db.execute(update(deliveries).values(state="claimed", **held))
    with pytest.MonkeyPatch.context() as patch:  # that of another host, whom nobody can ask
        patch.setattr("syndicate.ledger.processes.liveness.Processes.dead", lambda *_: [])
        room.tick()
    assert room.texts("wall") == ["hello"]


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_letters_that_wait_for_years_leave_today(room: DirectOffice, shift: timedelta) -> None:
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org", "bob@example.org")
    room.publish(room.write("hello"))
    room = room.tomorrow()
    room.mood("letters", "open", "later")
    room.digest()
    room.mood("letters", "open", None)
    with room.office() as office, transaction(office.ledger.engine) as db:
        later = engine.now(db) + shift
        assert db.execute(update(runs).values(not_before=later)).rowcount == 1
        db.execute(update(letters).values(not_before=later, why="busy"))
        claim = {"edition_id": room.letters("letters")[0].edition_id, "first": 1, "last": 9}
        elsewhere = {"host": "another", "boot": "b", "pid": 1, "started": "s"}
        made = db.execute(insert(holders).values(**elsewhere, since=NOON)).inserted_primary_key
        assert made is not None
        held = {"holder_id": made[0], "claimed_until": later}
        db.execute(insert(blocks).values(**claim, **held))
        assert current_waits(db) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("syndicate.ledger.processes.liveness.Processes.dead", lambda *_: [])
        room.digest()
    assert room.states("letters") == ["sent", "sent"]


def test_a_run_that_was_paused_by_a_clock_ahead_is_paused_since_now(room: DirectOffice) -> None:
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    room.publish(room.write("hello"))
    room = room.tomorrow()
    room.mood("letters", "open", "later")
    room.digest()
    with room.office() as office:
        ours, number = office.ledger.runs, room.letters("letters")[0].edition_id
        with transaction(office.ledger.engine) as db:
            db.execute(update(runs).values(paused_at=engine.now(db) + timedelta(days=3650)))
        paused = ours.paused(number)
        assert paused is not None
        assert paused.since == timedelta(0)
        ours.pause(number, "the relay says no")
        with transaction(office.ledger.engine, reads=True) as db:
            [since] = db.scalars(runs.select().with_only_columns(runs.c.paused_at))
            assert since <= engine.now(db)


def test_a_doubt_from_a_clock_ahead_is_an_old_one(room: DirectOffice) -> None:
    room = room.having(wall="SearchableWall", slate="Slate")
    for name in ("wall", "slate"):
        room.mood(name, "publish", "in doubt")
    room.mood("wall", "find", "in doubt")
    room.publish(room.write("hello"))
    for name in ("wall", "slate"):
        room.mood(name, "publish", None)
    with room.office() as office:
        with transaction(office.ledger.engine) as db:
            db.execute(update(attempts).values(started_at=engine.now(db) + timedelta(days=30)))
        [found] = office.ledger.doubts.of(room.row("wall").edition_id)
        assert found.started < datetime.now(UTC) - timedelta(hours=23)
    room.tick()
    assert room.states("slate") == ["in_doubt"]  # nobody knows whether its hour has passed
    assert room.texts("slate") == []


def test_a_question_or_a_goodbye_from_a_clock_ahead_keeps_nobody_waiting(
    room: DirectOffice,
) -> None:
    room = room.having(letters="Letters")
    room.subscribe("letters", "ann@example.org")
    with room.office() as office:
        list_ = office.ledger.known_channels()["letters"].id
        ledger: Ledger = office.ledger
        with transaction(ledger.engine) as db:
            then = NOON + timedelta(days=3650)
            wish = ReaderRequest(channel=list_, wants="join", email="bob@example.org", at=then)
            assert ledger.replies.ask(db, wish)
        [asked] = ledger.replies.due(list_)
        assert ledger.replies.begin(asked.id)
        ledger.replies.end(asked.id, sent=True)
        with transaction(ledger.engine) as db:
            assert ledger.replies.ask(db, replace(wish, at=NOON))
            assert not ledger.replies.ask(db, replace(wish, at=NOON))
        [reader] = ledger.lists.on(list_)
        assert ledger.goodbyes.end_one(list_, reader.id, NOON)
        [letter] = ledger.goodbyes.due(NOON)
        assert ledger.goodbyes.begin(letter)
        assert ledger.goodbyes.due(NOON) == []
        with transaction(ledger.engine) as db:
            db.execute(update(goodbyes).values(claimed_until=engine.now(db) + timedelta(days=30)))
        assert ledger.goodbyes.end_dead_claims() == 1
        ledger.goodbyes.end(letter, over=False)  # it has ended: nobody says it twice
        assert ledger.goodbyes.due(NOON) == []


def test_what_lies_ahead_is_no_longer_there_after_a_resume(
    room: DirectOffice, tmp_path: Path
) -> None:
    room = room.having(wall="Wall")
    room.mood("wall", "publish", "later")
    room.publish(room.write("hello"))
    with room.office() as office:
        with transaction(office.ledger.engine) as db:
            ten_years = engine.now(db) + timedelta(days=3650)
            db.execute(update(deliveries).values(not_before=ten_years))
            db.execute(update(channels).values(next_at=ten_years))
        assert office.ledger.destinations.resume(office.ledger.known_channels()["wall"].id) == []
        with transaction(office.ledger.engine) as db:
            assert db.execute(deliveries.select()).one().not_before is None
            assert db.execute(channels.select()).one().next_at is None
            db.execute(delete(attempts))
