"""Readers are reminded of a deadline: once each, in time or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.direct_office import DirectOffice
from syndicate.config.deadlines import Deadlines
from syndicate.model.annotations import DeadlineRule
from syndicate.operations.status import ledger_status

TODAY = datetime.now(UTC) - timedelta(days=30)  # no clock may be far ahead of the database's
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Step = Callable[[DirectOffice], Any]


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    room = room.having(board="NotedBoard", list="Letters")
    room = replace(room, deadlines=Deadlines(DeadlineRule(remind=("7d", "1d"))))
    room = room.at(TODAY)
    room.subscribe("list", "ani@example.org")
    return room


def expiring(room: DirectOffice, days: float, **front: str) -> Path:
    path = room.write("a", date=f"{TODAY + 32 * DAY:%Y-%m-%d}")
    front = {"expires": (TODAY + days * DAY).isoformat()} | front
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    path.write_text(path.read_text().replace("headline:", f"{lines}headline:"))
    return path


def reminders(room: DirectOffice) -> list[str]:
    return [text for text in room.texts("board") if "reminder" in text]


def after(room: DirectOffice, days: float) -> DirectOffice:
    return room.at(TODAY + days * DAY)


def publish(room: DirectOffice) -> None:
    room.publish(expiring(room, 10))


def withdraw(room: DirectOffice) -> None:
    room.withdraw(room.home / "a.md")


def extend(room: DirectOffice) -> None:
    room.publish(expiring(room, 20))


def tick(room: DirectOffice) -> None:
    assert room.tick().exit_code == 0


DUE = "reminder: a, 7 days, 0:00:00 left"
NEXT = "reminder: a, 1 day, 0:00:00 left"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param({2.9: tick}, [], id="not before its moment"),
        pytest.param({3: tick, 3.1: tick, 4: tick}, [DUE], id="once"),
        pytest.param({3: tick, 9: tick}, [DUE, NEXT], id="each"),
        pytest.param({9: tick}, [NEXT], id="the newest after a pause"),
        pytest.param({9.6: tick}, [], id="none when half of its time is over"),
        pytest.param({7: tick}, [], id="none long after the first and before the second"),
        pytest.param({11: tick}, [], id="none after the deadline"),
        pytest.param({2: withdraw, 3: tick}, [], id="none of what was withdrawn"),
        pytest.param({2: extend, 3: tick, 13: tick}, [DUE], id="moved with the deadline"),
    ],
)
def test_reminders_come_in_time(
    room: DirectOffice, steps: dict[float, Step], expected: list[str]
) -> None:
    publish(room)
    for days, step in steps.items():
        step(after(room, days))
    assert reminders(room) == expected


def test_none_whose_moment_lay_before_publication(room: DirectOffice) -> None:
    room.publish(expiring(room, 6.9))
    after(room, 0.1).tick()
    assert reminders(room) == []


@pytest.mark.parametrize(
    ("own", "days", "count"), [('["3d"]', 7, 1), ('["3d"]', 3, 0), ("[]", 3, 0)]
)
def test_an_article_names_its_own(room: DirectOffice, own: str, days: int, count: int) -> None:
    room.publish(expiring(room, 10, remind=own))
    after(room, days).tick()
    assert len(reminders(room)) == count


@pytest.mark.parametrize("kill", [False, True])
def test_a_withdrawal_takes_its_reminders_along(room: DirectOffice, kill: bool) -> None:
    publish(room)
    after(room, 3).tick()
    assert reminders(room) == [DUE]
    after(room, 4).withdraw(room.home / "a.md", kill=kill)
    assert len(room.texts("board")) == (0 if kill else 2)
    assert all("withdrawn" in text for text in room.texts("board"))


def test_what_could_not_be_sent_in_time_is_called_off_and_not_heaped(room: DirectOffice) -> None:
    publish(room)
    room.mood("board", "open", "unavailable")
    for days in (3, 6, 9):
        after(room, days).tick()
    room.mood("board", "open", None)
    after(room, 9.1).tick()
    assert reminders(room) == [NEXT]
    assert {row.state for row in room.rows("board")} == {"settled"}


def test_a_later_deadline_is_said_in_a_reminder_that_stands(room: DirectOffice) -> None:
    path = expiring(room, 10)
    room.publish(path)
    after(room, 3).tick()
    before = room.tries("board").count("revise: receipt")
    extend(after(room, 4))
    assert room.tries("board").count("revise: receipt") == before
    assert reminders(room) == [DUE]  # this channel says no date


def test_a_channel_that_joins_later_is_not_given_old_reminders(room: DirectOffice) -> None:
    publish(room)
    after(room, 3).tick()
    late = room.with_tables({**room.walls, "late": {**room.walls["board"], "folder": "late"}})
    after(late, 4).publish(room.home / "a.md", backfill=True)
    after(late, 4.1).tick()
    assert [text for text in late.texts("late") if "reminder" in text] == []


def test_a_digest_reminds_of_what_it_carried_once(room: DirectOffice) -> None:
    publish(room)
    for days in (1, 3.1, 4.1, 5.1):
        after(room, days).tick()
    said = [row.says.decode() for row in room.letters("list")]
    assert said == ["a", "reminder: a"]


def test_a_digest_leaves_out_a_reminder_of_what_was_withdrawn_meanwhile(
    room: DirectOffice,
) -> None:
    publish(room)
    after(room, 1).tick()
    room.mood("list", "stream", "unavailable")
    after(room, 4.1).tick()
    withdraw(after(room, 4.2))
    room.mood("list", "stream", None)
    after(room, 4.3).tick()
    said = [row.says.decode() for row in room.letters("list") if row.state == "sent"]
    assert "reminder: a" not in said


def test_two_machines_remind_once(room: DirectOffice) -> None:
    publish(room)
    with after(room, 3).office() as first, after(room, 3).office() as second:
        from syndicate.operations.tick import tick as run

        run(first)
        run(second)
    assert reminders(room) == [DUE]


def test_what_is_coming_stands_in_status_and_in_the_plan(room: DirectOffice) -> None:
    path = expiring(room, 10)
    plan = room.publish(path, dry_run=True)
    assert any("readers are reminded of its deadline on" in note for note in plan.notes)
    room.publish(path)
    with after(room, 4).office() as office:
        status = ledger_status(office)
    assert [reminder.at for reminder in status.reminders] == [TODAY + 9 * DAY]
