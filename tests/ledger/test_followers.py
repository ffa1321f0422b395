"""Followers are told once each, whichever database remembers it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.ledger import Joiner, Ledger, open_ledger
from syndicate.ledger.database.engine import transaction

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
ANI, BUDI, URI = "ani@pembaca.example", "budi@pembaca.example", "tag:kantor.example,2026:satu"


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger with a list; both of its readers follow an article."""
    opened = open_ledger(ledger_url, NOW)
    with opened.planning() as catalogue:
        catalogue.channels.register("harian", "email", "list", NOW)
    opened.lists.add(1, [Joiner(email=ANI), Joiner(email=BUDI)], NOW)
    with transaction(opened.engine) as db:
        assert [opened.followers.follow(db, 1, n, URI, NOW, "by letter") for n in (1, 2, 1)] == [
            True, True, False,
        ]  # fmt: skip
    opened.processes.me()  # before several threads ask
    yield opened
    opened.close()


def book(ledger: Ledger, about: str) -> int:
    with transaction(ledger.engine) as db:
        return ledger.followers.book(db, URI, about, NOW)


def test_each_change_and_reminder_is_booked_once_and_calls_off_older_ones(ledger: Ledger) -> None:
    """A reminder calls off no correction, and a correction no reminder."""
    booked = [book(ledger, about) for about in ("2", "2", "remind:7d", "remind:1d", "3")]
    assert booked == [2, 0, 2, 2, 2]
    assert [(one.email, one.about) for one in ledger.followers.due()] == [
        (ANI, "remind:1d"), (BUDI, "remind:1d"), (ANI, "3"), (BUDI, "3"),
    ]  # fmt: skip


def test_one_process_sends_a_letter_and_no_other(ledger: Ledger) -> None:
    book(ledger, "2")
    first, second = ledger.followers.due()
    with ThreadPoolExecutor(4) as threads:
        begun = list(threads.map(lambda _: ledger.followers.begin(first.id), range(4)))
    assert sorted(begun) == [False, False, False, True]
    ledger.followers.end(first.id, "due", "later")
    assert [each.id for each in ledger.followers.due()] == [second.id, first.id]  # put off


def test_a_token_ends_it_once_and_a_year_ends_all(ledger: Ledger) -> None:
    book(ledger, "2")
    first, second = ledger.followers.due()
    token = ledger.followers.token(first)
    found = [ledger.followers.end_one(token) for _ in range(2)]
    assert found == [(ANI, URI), ("", "")]
    assert ledger.followers.begin(second.id)
    ledger.followers.end(second.id, "sent")
    assert ledger.followers.forget_ended(NOW + timedelta(days=364)) == 0
    assert ledger.followers.forget_ended(NOW + timedelta(days=365)) == 1
