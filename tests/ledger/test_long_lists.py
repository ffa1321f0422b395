"""A digest to a long list holds nobody up: it is frozen at once, and written down in pieces."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text

from syndicate.ledger import Ledger, Window, open_ledger
from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import letters, runs, stencils, subscribers, subscriptions
from syndicate.ledger.sending.runs import letter_counts, write_some
from syndicate.model.delivery import Rendition

WORDS = Rendition(address="", media_type="text/plain", content=b"Kabar.")
TOGETHER = 3  # rows at once
READERS = 10


@pytest.fixture
def ledger(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr(sys.modules[write_some.__module__], "LETTERS_AT_ONCE", TOGETHER)
    opened = open_ledger(ledger_url, None)
    with opened.planning() as catalogue:
        known = catalogue.channels.register("harian", "email", "harian", datetime.now(UTC), "")
        for number in range(READERS):
            join(opened, catalogue.db, known.id, f"r{number}@pembaca.example")
    yield opened
    opened.close()


def join(ledger: Ledger, db: object, channel: int, email: str) -> None:
    made = db.execute(insert(subscribers).values(email=email)).inserted_primary_key  # type: ignore[attr-defined]
    row = {"channel_id": channel, "subscriber_id": made[0], "started_at": datetime.now(UTC)}
    db.execute(insert(subscriptions).values(**row))  # type: ignore[attr-defined]


def frozen(ledger: Ledger) -> tuple[int, int]:
    """(the edition, its list) of a digest whose letters are not written down yet."""
    with ledger.planning() as catalogue:
        [known] = catalogue.channels.all()
        moment = datetime.now(UTC)
        window = Window(
            key=moment.isoformat(),
            opened=moment - timedelta(days=1),
            closed=moment,
            status="frozen",
        )
        number = catalogue.windows.close(known.id, window, {})
        assert catalogue.digests.address_subscribers(number, known.id, WORDS) == READERS
    return number, known.id


def written(ledger: Ledger, edition: int) -> list[int]:
    with ledger.reading() as db:
        here = select(letters.c.subscriber_id).where(letters.c.edition_id == edition)
        return list(db.scalars(here.order_by(letters.c.subscriber_id)))


def test_nothing_of_a_long_list_is_written_while_others_wait(ledger: Ledger) -> None:
    edition, _ = frozen(ledger)
    assert written(ledger, edition) == []
    with ledger.reading() as db:
        assert letter_counts(db, edition) == {"due": READERS}
        assert db.scalar(select(runs.c.ended_at)) is None
    assert ledger.letters.claim(edition) is None  # not before all of them are
    assert ledger.letters.open([edition]) == [edition]
    assert len(written(ledger, edition)) == READERS
    block = ledger.letters.claim(edition)
    assert block
    assert len(block.people) == READERS


def test_who_is_killed_in_the_middle_leaves_the_rest_and_nobody_gets_two(ledger: Ledger) -> None:
    edition, channel = frozen(ledger)
    with transaction(ledger.engine) as db:
        assert write_some(db, edition)
    with suppress(ZeroDivisionError), transaction(ledger.engine) as db:
        assert write_some(db, edition) / 0
    assert written(ledger, edition) == [1, 2, 3]
    with transaction(ledger.engine) as db:
        join(ledger, db, channel, "baru@pembaca.example")
        db.execute(text("UPDATE subscriptions SET ended_at = started_at WHERE id IN (2, 5)"))
        again = {"channel_id": channel, "subscriber_id": 2, "started_at": datetime.now(UTC)}
        db.execute(insert(subscriptions).values(**again))
    assert ledger.letters.open([edition]) == [edition]
    assert written(ledger, edition) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    with ledger.reading() as db:
        assert db.scalar(select(runs.c.letters)) == READERS - 1
        assert db.scalar(select(runs.c.upto)) is None


def test_what_is_withdrawn_before_it_is_written_down_reaches_nobody(ledger: Ledger) -> None:
    edition, _ = frozen(ledger)
    with transaction(ledger.engine) as db:
        write_some(db, edition)
    with ledger.planning() as catalogue:
        catalogue.digests.recompose(edition, None)
    assert ledger.letters.open([edition]) == []
    with ledger.reading() as db:
        states = db.execute(select(letters.c.state, func.count()).group_by(letters.c.state)).all()
        assert [tuple(row) for row in states] == [("off", TOGETHER)]
        assert db.scalar(select(runs.c.ended_at)) is not None


def test_what_is_corrected_before_it_is_written_down_says_the_newest(ledger: Ledger) -> None:
    edition, _ = frozen(ledger)
    with ledger.planning() as catalogue:
        catalogue.digests.recompose(
            edition, Rendition(address="", media_type="text/plain", content=b"Kabar yang benar.")
        )
    assert ledger.letters.open([edition]) == [edition]
    assert len(written(ledger, edition)) == READERS
    with ledger.reading() as db:
        assert db.scalar(select(runs.c.stencil)) == 2
        assert db.scalar(select(func.count()).select_from(stencils)) == 2


def test_after_a_restore_a_person_says_whether_it_was_sent(ledger: Ledger) -> None:
    edition, _ = frozen(ledger)
    ledger.doubt_since_backup(datetime.now(UTC), letters_sent=True)
    assert ledger.letters.open([edition]) == []
    assert written(ledger, edition) == []
    later, _ = frozen(ledger)
    ledger.doubt_since_backup(datetime.now(UTC), letters_sent=False)
    assert ledger.letters.open([later]) == [later]
    assert len(written(ledger, later)) == READERS
