"""Letters that lie in an inbox and were read: what the ledger remembers of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from syndicate.ledger import Joiner, Ledger, ReadLetter, open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.people import read_letters
from syndicate.ledger.people.read_letters import forget_read
from syndicate.ledger.people.tokens import REQUEST, RETURN, SUBSCRIPTION

NOW = datetime(2026, 5, 5, 9, tzinfo=UTC)
HERE, THERE = "a" * 32, "b" * 32


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with closing(open_ledger(ledger_url, NOW)) as opened:
        with opened.planning() as catalogue:
            catalogue.channels.register("harian", "email", "harian", NOW, "")
        yield opened


def letter(key: str, *, for_a_person: bool = True, may_change: bool = False) -> ReadLetter:
    return ReadLetter(key=key, for_a_person=for_a_person, may_change=may_change)


def test_letters_are_known_at_their_place_until_they_are_gone(ledger: Ledger) -> None:
    many = [letter(f"{number}") for number in range(1_200)]
    ledger.read_letters.remember(HERE, [*many, letter("dealt with", for_a_person=False)])
    ledger.read_letters.remember(THERE, [letter("7")])
    ledger.read_letters.remember(HERE, many[:3])  # another machine was there as well
    known = ledger.read_letters.known(HERE)
    assert known == {one.key: True for one in many} | {"dealt with": False}
    ledger.read_letters.forget(HERE, [f"{number}" for number in range(1, 1_200)])
    ledger.read_letters.forget(HERE, [])
    assert ledger.read_letters.known(HERE) == {"0": True, "dealt with": False}
    assert ledger.read_letters.known(THERE) == {"7": True}


def test_a_wish_is_read_anew_once_somebody_new_is_known_or_a_day_later(ledger: Ledger) -> None:
    ledger.read_letters.remember(HERE, [letter("wish", may_change=True), letter("other")])
    assert set(ledger.read_letters.known(HERE)) == {"wish", "other"}
    with transaction(ledger.engine) as db:
        ledger.lists.join(db, 1, [Joiner(email="ani@pembaca.example")], NOW, again=False)
    assert set(ledger.read_letters.known(HERE)) == {"other"}
    ledger.read_letters.remember(HERE, [letter("wish", may_change=True)])
    assert set(ledger.read_letters.known(HERE)) == {"wish", "other"}
    with transaction(ledger.engine) as db:  # a day later what was too much may be done
        yesterday = {"at": datetime.now(UTC) - timedelta(hours=25)}
        db.execute(text("UPDATE inbox_letters SET at = :at"), yesterday)
    assert set(ledger.read_letters.known(HERE)) == {"other"}


def test_what_is_remembered_has_a_bound(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_letters, "MOST_REMEMBERED", 10)
    ledger.read_letters.remember(HERE, [letter(f"old {number}") for number in range(8)])
    ledger.read_letters.remember(HERE, [letter("x" * 201), letter("x" * 200)])
    ledger.read_letters.remember(HERE, [letter(f"new {number}") for number in range(8)])
    known = ledger.read_letters.known(HERE)
    assert {f"new {number}" for number in range(8)} <= set(known)
    assert "x" * 201 not in known
    ledger.read_letters.remember(HERE, [letter("\udcff"), letter("Á")])  # no name that can be kept
    assert len(known) <= 10


def test_what_lies_there_is_never_forgotten_and_what_nobody_looks_at_is(ledger: Ledger) -> None:
    for place in (HERE, THERE):
        ledger.read_letters.remember(place, [letter("old")])
    with transaction(ledger.engine) as db:
        long_ago = {"at": datetime.now(UTC) - timedelta(days=100)}
        db.execute(text("UPDATE inbox_letters SET at = :at"), long_ago)
    ledger.read_letters.still_there(HERE)
    with transaction(ledger.engine) as db:
        forget_read(db, timedelta(days=90))
    assert set(ledger.read_letters.known(HERE)) == {"old"}
    assert ledger.read_letters.known(THERE) == {}


def test_a_token_of_any_kind_is_known_as_ours(ledger: Ledger) -> None:
    for kind in (SUBSCRIPTION, REQUEST, RETURN):
        token = ledger.lists.tokens.make(kind, "harian", 7)
        assert ledger.read_letters.is_ours(token)
        assert not ledger.read_letters.is_ours(token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert not ledger.read_letters.is_ours("")
