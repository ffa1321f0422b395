"""A clock that is wrong lets nothing expire, or not for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from support.direct_office import DirectOffice
from syndicate.ledger.schema import heard

TODAY = datetime.now(UTC)  # the database's day: a clock is wrong by this one
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    """A board with ribbons on what is news, and a sheet that keeps notices for a week."""
    room = room.having(board="NotedBoard").at(TODAY)
    shelf = {"kind": "support.walls:Shelf", "folder": "shelf", "days": 7}
    return room.with_tables({**room.walls, "shelf": shelf})


def expiring(room: DirectOffice, after: timedelta, slug: str = "a") -> Path:
    path = room.write(slug, date=f"{TODAY + 2 * DAY:%Y-%m-%d}")
    expires = f"expires: {(TODAY + after).isoformat()}\nheadline:"
    path.write_text(path.read_text().replace("headline:", expires))
    return path


def stands(room: DirectOffice) -> tuple[bool, bool]:
    """Whether the post has its ribbon, and whether the sheet holds the article."""
    return "ribbon" in room.texts("board"), "a" in "\n".join(room.texts("shelf")).split("\n")


@pytest.mark.parametrize("days", [3, 365, 36500])
def test_nothing_expires_more_than_a_day_ahead(room: DirectOffice, days: int) -> None:
    room.publish(expiring(room, 2 * DAY))
    fast = room.at(TODAY + days * DAY)
    report = fast.tick()
    assert stands(room) == (True, True)
    [note] = [note for note in report.notes if "clock" in note]
    assert "more than a day ahead" in note
    assert not [note for note in room.tick().notes if "clock" in note]


def test_what_a_fast_clock_let_expire_is_back_when_it_is_right(room: DirectOffice) -> None:
    room.publish(expiring(room, 10 * HOUR))
    room.at(TODAY + 20 * HOUR).tick()
    assert stands(room) == (False, False)
    assert room.tick().exit_code == 0
    assert stands(room) == (True, True)
    assert room.tick().lines == []
    room.at(TODAY + 11 * HOUR).tick()
    assert stands(room) == (False, False)


def test_an_article_that_a_fast_clock_corrected_expires_when_it_should(room: DirectOffice) -> None:
    path = expiring(room, 10 * DAY)
    room.publish(path)
    path.write_text(path.read_text().replace("The story", "The true story"))
    room.at(TODAY + 100 * DAY).publish(path, note="it was wrong")
    held = "\n".join(room.texts("shelf"))
    assert "a (it was wrong)" in held


def test_machines_whose_clocks_differ_by_seconds_do_not_undo_each_other(room: DirectOffice) -> None:
    room.publish(expiring(room, HOUR))
    room.at(TODAY + HOUR).tick()
    assert stands(room) == (False, False)
    assert room.at(TODAY + HOUR - timedelta(seconds=20)).tick().lines == []
    assert stands(room) == (False, False)


def test_a_notice_stays_however_fast_a_clock_runs(room: DirectOffice) -> None:
    path = room.write("a", date=f"{TODAY + 2 * DAY:%Y-%m-%d}")
    room.publish(path)
    room.withdraw(path)
    notice = "withdrawn: it was not so"
    room.at(TODAY + 30 * DAY).tick()
    assert notice in "\n".join(room.texts("shelf"))
    later = room.at(TODAY + 30 * DAY)
    later.publish(later.write("b", date=f"{TODAY + 32 * DAY:%Y-%m-%d}"))
    assert notice in "\n".join(room.texts("shelf"))


def test_answers_are_kept_however_fast_a_clock_runs(room: DirectOffice) -> None:
    with room.office() as office:
        with office.ledger.replies.once("a letter", TODAY):
            pass
        for days in (1, 89, 91, 1000):
            with office.ledger.planning() as catalogue:
                catalogue.tidy(TODAY + days * DAY, 90 * DAY)
    assert [row.key for row in room.ask(select(heard))] == ["a letter"]
