"""An article whose deadline has passed is marked where that is asked for, in place and silently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from support.direct_office import DirectOffice
from syndicate.config.deadlines import Deadlines
from syndicate.ledger.schema import articles
from syndicate.model.annotations import DeadlineRule, OnExpiry

TODAY = datetime.now(UTC)  # no clock may be far ahead of the database's
HOUR = timedelta(hours=1)
MARK = Deadlines(DeadlineRule(OnExpiry.MARK))


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    room = room.having(board="NotedBoard", sheet="Sheet", list="Letters").at(TODAY)
    return DirectOffice(room.home, room.url, room.walls, room.now, MARK)


def expiring(room: DirectOffice, after: timedelta, words: str = "The story") -> Path:
    path = room.write("a", date=f"{TODAY + timedelta(days=2):%Y-%m-%d}")
    expires = f"expires: {(TODAY + after).isoformat()}\nheadline:"
    path.write_text(path.read_text().replace("headline:", expires).replace("The story", words))
    return path


def says(room: DirectOffice) -> list[str]:
    """What stands of the article: on the board, without its ribbon, and on the sheet."""
    return [text for text in (*room.texts("board"), *room.texts("sheet")) if text != "ribbon"]


def test_what_has_expired_is_marked_in_place_once(room: DirectOffice) -> None:
    room.publish(expiring(room, HOUR))
    updated = room.ask(select(articles.c.updated_at, articles.c.version))
    later = room.at(TODAY + 2 * HOUR)
    later.tick()
    assert says(room) == ["ended: a", "ended: a"]
    assert room.ask(select(articles.c.updated_at, articles.c.version)) == updated
    assert later.tick().lines == []
    assert later.publish(room.home / "a.md").exit_code == 0
    assert says(room) == ["ended: a", "ended: a"]
    assert room.tries("board").count("revise: receipt") == 1


def test_left_alone_it_stays_as_it_was(room: DirectOffice) -> None:
    left = DirectOffice(room.home, room.url, room.walls, room.now)
    left.publish(expiring(room, HOUR))
    left.at(TODAY + 2 * HOUR).tick()
    assert says(room) == ["a", ""]  # a feed holds what has not expired


def test_a_later_deadline_takes_the_mark_off(room: DirectOffice) -> None:
    room.publish(expiring(room, HOUR))
    later = room.at(TODAY + 2 * HOUR)
    later.tick()
    later.publish(expiring(room, 5 * HOUR))
    assert says(room) == ["a", "a"]
    room.at(TODAY + 6 * HOUR).tick()
    assert says(room) == ["ended: a", "ended: a"]


def test_a_clock_that_ran_fast_marks_nothing_for_good(room: DirectOffice) -> None:
    room.publish(expiring(room, 10 * HOUR))
    room.at(TODAY + 20 * HOUR).tick()
    assert says(room) == ["ended: a", "ended: a"]
    room.tick()
    assert says(room) == ["a", "a"]


def test_what_is_marked_can_be_corrected_and_withdrawn(room: DirectOffice) -> None:
    room.publish(expiring(room, HOUR))
    later = room.at(TODAY + 2 * HOUR)
    later.tick()
    later.publish(expiring(room, HOUR, "The true story"), note="it was wrong")
    assert says(room)[:1] == ["ended: a (it was wrong)"]
    later.withdraw(room.home / "a.md")
    assert "withdrawn: it was not so" in says(room)[0]
    later.tick()
    assert "withdrawn: it was not so" in says(room)[0]


def test_a_mark_that_could_not_be_put_there_is_put_there_later(room: DirectOffice) -> None:
    room.publish(expiring(room, HOUR))
    room.mood("board", "revise", "unavailable")
    later = room.at(TODAY + 2 * HOUR)
    later.tick()
    room.mood("board", "revise", None)
    room.at(TODAY + 3 * HOUR).tick()
    assert says(room) == ["ended: a", "ended: a"]
