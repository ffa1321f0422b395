"""Windows of digests, expiry and notices when a clock has run fast, and is right again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from support.direct_office import DirectOffice
from syndicate.ledger.schema import channels, syndications
from syndicate.operations.digest import CatchUp
from syndicate.operations.status import ledger_status
from syndicate.testing import NOON

ANN = "ann@example.org"
WEEK = timedelta(days=7)


@pytest.fixture
def room(room: DirectOffice) -> DirectOffice:
    """A list with one reader, which saw its first article."""
    room = room.having(letters="Letters")
    room.subscribe("letters", ANN)
    room.publish(room.write("hello"))
    return room


def ahead(room: DirectOffice) -> Any:
    with room.office() as office:
        return ledger_status(office)


def test_what_comes_after_a_close_ahead_of_time_is_in_the_next_digest(room: DirectOffice) -> None:
    room.at(NOON + WEEK).digest()
    assert room.texts("letters") == [f"{ANN}: hello"]
    room.publish(room.write("again"))
    room.tomorrow().digest()
    assert room.texts("letters")[1:] == [f"{ANN}: again"]
    room.tomorrow(2).publish(room.write("more"))
    room.tomorrow(3).digest()
    assert room.texts("letters")[2:] == [f"{ANN}: more"]


def test_an_empty_close_ahead_of_time_swallows_nothing_either(room: DirectOffice) -> None:
    room.tomorrow().digest()
    room.at(NOON + WEEK).digest()
    room.tomorrow().publish(room.write("again"))
    room.tomorrow(2).digest()
    assert room.texts("letters")[1:] == [f"{ANN}: again"]
    assert [row.status for row in room.windows("letters")] == ["frozen", "frozen", "empty"]


def test_a_window_that_is_skipped_ahead_of_time_takes_only_what_it_had(room: DirectOffice) -> None:
    room.at(NOON + WEEK).digest(catch_up=CatchUp.SKIP)
    assert room.texts("letters") == []
    room.publish(room.write("again"))
    room.tomorrow().digest()
    assert room.texts("letters") == []  # its windows of this week are closed
    room.tomorrow(8).digest()
    assert room.texts("letters") == [f"{ANN}: again"]


def test_a_close_in_the_future_is_not_closed_again_when_its_time_comes(room: DirectOffice) -> None:
    room.tomorrow(2).digest()
    room.tomorrow(1).publish(room.write("again"))
    for day in (1, 2, 3, 4):
        room.tomorrow(day).digest()
    assert room.texts("letters") == [f"{ANN}: hello", f"{ANN}: again"]
    ends = [row.closed_at for row in room.windows("letters")]
    assert len(set(ends)) == len(ends)


def test_what_came_while_a_future_window_ran_out_goes_into_the_one_after_it(
    room: DirectOffice,
) -> None:
    room.tomorrow(3).digest()
    room.tomorrow(1).digest()
    room.tomorrow(2).publish(room.write("again"))
    room.tomorrow(5).digest()  # nobody came in between
    assert room.texts("letters")[1:] == [f"{ANN}: again"]


def test_status_names_the_future_close_and_the_next_one(room: DirectOffice) -> None:
    room.at(NOON + WEEK).digest()
    found = ahead(room)
    [future] = found.closed_ahead["letters"]
    assert NOON + WEEK - timedelta(days=1) < datetime.fromisoformat(future) <= NOON + WEEK
    due = datetime.fromisoformat(found.next_digests["letters"])
    assert NOON < due <= NOON + timedelta(days=1)
    assert ahead(room.at(NOON + 2 * WEEK)).closed_ahead == {}


def test_the_next_digest_is_the_next_moment_without_a_window(room: DirectOffice) -> None:
    room.tomorrow().digest()
    taken = ahead(room).closed_ahead["letters"]
    due = ahead(room).next_digests["letters"]
    assert datetime.fromisoformat(due) - datetime.fromisoformat(taken[0]) == timedelta(days=1)
    report = room.publish(room.write("again"))
    [line] = [line for line in report.lines if line.action == "digest"]
    [note] = [note for note in room.digest().notes if "nothing is due" in note]
    assert line.why.removeprefix("in the digest of ") in note


def test_no_two_digests_have_the_same_number(room: DirectOffice) -> None:
    room.at(NOON + WEEK).digest()
    room.publish(room.write("again"))
    room.tomorrow().digest()
    with room.office() as office, office.ledger.planning(dry=True) as catalogue:
        known = {one.name: one.id for one in catalogue.channels.all()}["letters"]
        keys = [row.key for row in room.windows("letters")]
        assert sorted(catalogue.digests.issue(known, key) for key in keys) == [1, 2]
        assert catalogue.digests.issue(known, "the next") == 3


def test_a_list_first_seen_by_a_fast_clock_has_its_next_digest_in_time(room: DirectOffice) -> None:
    room.order(update(channels).values(first_seen_at=NOON + 52 * WEEK))
    room.order(update(syndications).values(at=NOON + 52 * WEEK))
    room.publish(room.write("again"))
    room.tomorrow().digest()
    assert room.texts("letters") == [f"{ANN}: again\nhello"]


def test_a_clock_a_few_seconds_behind_another_swallows_nothing(room: DirectOffice) -> None:
    late = NOON.replace(day=15, hour=10, second=1)  # a second after the window's end
    room.at(late).digest()
    room.at(late - timedelta(seconds=3)).publish(room.write("again"))
    room.at(late + timedelta(days=1)).digest()
    assert room.texts("letters")[1:] == [f"{ANN}: again"]


def test_what_a_window_has_passed_over_does_not_come_later(room: DirectOffice) -> None:
    room.tomorrow(3).digest(catch_up=CatchUp.SKIP)
    room.tomorrow(4).digest()
    assert room.texts("letters") == []
