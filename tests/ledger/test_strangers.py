"""What letters without a token bring about is counted for a day, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.ledger import Joiner, Ledger, ReaderRequest, open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.people.replies import JOIN, LEAVE, LEAVE_ALL, held
from syndicate.ledger.people.strangers import (
    LEFT_UNPROVEN,
    MOST_IN_ALL,
    MOST_TO_ONE,
    base,
    forget_strangers,
)
from syndicate.ledger.schema import strangers

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
ANI = "ani@pembaca.example"


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """A ledger with two lists; Ani is on the first."""
    opened = open_ledger(ledger_url, NOW)
    with opened.planning() as catalogue:
        for name in ("harian", "pekanan"):
            catalogue.channels.register(name, "email", "list", NOW)
    opened.lists.add(1, [Joiner(email=ANI)], NOW)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("ani@b.example", "ani@b.example"), ("Ani+Kabar@B.example", "ani@b.example"),
        ("ani+a+b@b.example", "ani@b.example"), ("+a@b.example", "+a@b.example"),
        ("a.n.i@gmail.com", "ani@gmail.com"), ("a.ni+x@googlemail.com", "ani@gmail.com"),
        ("a.ni@b.example", "a.ni@b.example"), ("..@gmail.com", "..@gmail.com"),
    ],
)  # fmt: skip
def test_names_of_one_mailbox_are_one(email: str, mailbox: str) -> None:
    assert base(email) == mailbox


def test_a_mailbox_gets_so_many_letters_a_day_about_a_list(ledger: Ledger) -> None:
    def may(email: str = ANI, channel: int = 1, wish: str = JOIN, after: int = 0) -> bool:
        at = NOW + timedelta(hours=after)
        with transaction(ledger.engine) as db:
            return ledger.strangers.may_get(db, channel, wish, email, at)

    with transaction(ledger.engine) as db:
        for number in range(MOST_TO_ONE):
            ledger.strangers.note(db, 1, JOIN, f"ani+{number}@pembaca.example", NOW)
    assert not may()
    assert not may(after=23)
    assert may(after=25)
    assert may(channel=2)
    assert may(wish=LEAVE)
    assert may("budi@pembaca.example")


def test_all_get_so_many_letters_a_day_and_nothing_is_kept_of_them(ledger: Ledger) -> None:
    assert ledger.strangers.may_anybody(LEAVE_ALL, NOW)
    with transaction(ledger.engine) as db:
        for number in range(MOST_IN_ALL):
            ledger.strangers.note(db, 1 + number % 2, LEAVE_ALL, f"{number}@b.example", NOW)
    assert not ledger.strangers.may_anybody(LEAVE_ALL, NOW)
    assert ledger.strangers.may_anybody(JOIN, NOW)
    assert ledger.strangers.may_anybody(LEAVE_ALL, NOW + timedelta(hours=25))
    with transaction(ledger.engine) as db:
        assert not any("@" in row.who for row in db.execute(strangers.select()))
        forget_strangers(db, NOW + timedelta(days=3))
        assert db.execute(strangers.select()).all() == []


def test_who_left_is_counted_until_a_person_has_looked(ledger: Ledger) -> None:
    with transaction(ledger.engine) as db:
        ledger.strangers.note(db, 1, LEFT_UNPROVEN, ANI, NOW)
        assert ledger.strangers.left(db, 1, NOW) == 1
        assert ledger.strangers.left(db, 2, NOW) == 0
        ledger.strangers.start_anew(db, 1)
        assert ledger.strangers.left(db, 1, NOW) == 0


def test_a_held_wish_waits_and_is_neither_written_to_nor_forgotten(ledger: Ledger) -> None:
    with transaction(ledger.engine) as db:
        for _ in range(2):
            wish = ReaderRequest(channel=1, wants=LEAVE, email=ANI, at=NOW, subscriber=1)
            ledger.replies.hold(db, wish)
    assert ledger.replies.due(1) == []
    with ledger.planning() as catalogue:
        catalogue.tidy(NOW + timedelta(days=90), timedelta(days=30))
    with transaction(ledger.engine) as db:
        assert held(db) == {"harian": 1}
    with ledger.replies.releasing(1) as (_, wishes):
        assert [(one.email, one.wants, one.subscriber) for one in wishes] == [(ANI, LEAVE, 1)]
    with transaction(ledger.engine) as db:
        assert held(db) == {}
