"""A matter is told by one of several ticks, once, and so is its end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from syndicate.ledger import Ledger, open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import holders, matters
from syndicate.ledger.sending.matters import Matter

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
RELAY = Matter(key="channel:harian", says="harian sends nothing: no relay", command="syndicate x")
TOKEN = Matter(key="channel:telegram", says="telegram sends nothing: token")


@pytest.fixture
def two(ledger_url: str) -> Iterator[tuple[Ledger, Ledger]]:
    """One ledger, opened by two machines."""
    first, second = (open_ledger(ledger_url, NOW) for _ in range(2))
    for ledger in (first, second):
        ledger.processes.me()
    yield first, second
    first.close()
    second.close()


def keys(found: list[Matter]) -> list[tuple[str, bool]]:
    return [(matter.key, matter.is_over) for matter in found]


def test_two_ticks_at_once_tell_a_matter_once(two: tuple[Ledger, Ledger]) -> None:
    """Guard: Matters.claim"""
    for ledger in two:
        ledger.matters.update([RELAY], NOW, is_whole=True)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda ledger: keys(ledger.matters.claim()), two)
    assert sorted([first, second]) == [[], [(RELAY.key, False)]]
    winner = two[0] if first else two[1]
    winner.matters.note_told([RELAY], "desk.webhook", NOW)
    for ledger in two:
        ledger.matters.update([RELAY, TOKEN], LATER, is_whole=True)
    assert keys(two[0].matters.claim()) == [(TOKEN.key, False)]
    two[0].matters.let_go()  # no way worked
    [again] = two[1].matters.claim()
    assert (again.key, again.since) == (TOKEN.key, LATER)


def test_an_end_is_told_once_and_only_to_who_heard_of_it(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.matters.update([RELAY, TOKEN], NOW, is_whole=True)
    claimed = first.matters.claim()
    first.matters.note_told(claimed[:1], "desk.email", NOW)
    first.matters.let_go()
    first.matters.update([], LATER, is_whole=False)  # a tick that was stopped knows nothing
    assert keys(second.matters.claim()) == [(TOKEN.key, False)]
    second.matters.let_go()
    first.matters.update([], LATER, is_whole=True)
    [over] = second.matters.claim()
    assert (over.key, over.is_over, over.told_by) == (RELAY.key, True, "desk.email")
    assert first.matters.claim() == []
    second.matters.note_told([over], "desk.email", LATER)
    second.matters.update([], LATER, is_whole=True)
    assert first.matters.claim() == second.matters.claim() == []


def test_what_comes_back_before_its_end_was_told_goes_on(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.matters.update([RELAY], NOW, is_whole=True)
    first.matters.note_told(first.matters.claim(), "desk.email", NOW)
    first.matters.update([], LATER, is_whole=True)
    second.matters.update([RELAY], LATER, is_whole=True)
    assert first.matters.claim() == []


def test_a_matter_whose_teller_died_is_told_by_another(two: tuple[Ledger, Ledger]) -> None:
    first, second = two
    first.matters.update([RELAY], NOW, is_whole=True)
    assert keys(first.matters.claim()) == [(RELAY.key, False)]
    assert second.matters.claim() == []
    past = NOW - timedelta(days=3)  # longer ago than any claim lasts
    with transaction(first.engine) as db:
        db.execute(update(matters).values(claimed_until=past))
    assert keys(second.matters.claim()) == [(RELAY.key, False)]
    with transaction(first.engine) as db:
        assert len(db.execute(holders.select()).all()) == 2
