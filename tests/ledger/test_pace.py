"""A destination's pace is the ledger's: all processes take turns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.children import in_child
from support.direct_office import DirectOffice
from syndicate.ledger import open_ledger
from syndicate.testing import NOON

SECOND = timedelta(seconds=1)
PATIENCE = timedelta(seconds=30)


@pytest.fixture
def channel(room: DirectOffice) -> int:
    room = room.having(wall="Wall")
    with room.office() as office, office.ledger.planning() as catalogue:
        return office.remembered(catalogue, office.channels[0]).id


def wait(room: DirectOffice, channel: int, pace: timedelta = SECOND) -> float:
    """The seconds that a process of its own would have to wait."""
    ledger = open_ledger(room.url, NOON)
    try:
        return ledger.pace.take_turn(channel, pace, PATIENCE).total_seconds()
    finally:
        ledger.close()


def test_the_first_one_waits_for_nobody_and_the_next_ones_take_turns(
    room: DirectOffice, channel: int
) -> None:
    waits = [wait(room, channel, timedelta(seconds=10)) for _ in range(3)]
    assert waits[0] == 0
    assert 8 < waits[1] <= 10
    assert 18 < waits[2] <= 20


def test_who_would_wait_too_long_takes_no_turn(room: DirectOffice, channel: int) -> None:
    """Guard: `patience` in Pace.take_turn."""
    hour = timedelta(hours=1)
    assert wait(room, channel, hour) == 0
    assert 3590 < wait(room, channel) <= 3600
    assert 3590 < wait(room, channel) <= 3600


def test_a_pause_that_one_process_was_told_holds_for_all(room: DirectOffice, channel: int) -> None:
    """Guard: Pace.pause."""

    def told() -> None:
        ledger = open_ledger(room.url, NOON)
        ledger.pace.pause(channel, 600)
        ledger.pace.pause(channel, 5)  # a shorter one does not end it
        ledger.close()

    assert in_child(room.url, told) == 0
    assert 590 < wait(room, channel) <= 600
