"""Restoring a ledger from a backup: what may have been sent since then is in doubt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, delete, null, select, update

from syndicate.ledger.database.engine import insert_row
from syndicate.ledger.database.numbering import gives_none_again, skip
from syndicate.ledger.processes.claims import FREE
from syndicate.ledger.schema import (
    attempts,
    blocks,
    deliveries,
    goodbyes,
    ledger,
    letters,
    metadata,
    runs,
    scheduled,
)
from syndicate.ledger.sending.runs import finish

SKIPPED = 1_000_000  # more rows than an office adds between two backups
TAKEN_AS_SENT = "taken as sent by a lost ledger"
MAYBE_OUT = "it may have gone out, or been called off, after the backup"


def doubt_since(db: Connection, since: datetime, *, letters_sent: bool) -> int:
    """Put in doubt what may have been sent since the backup was made; returns how many posts.

    Of letters a person knows: those that were waiting then have left, or still wait.
    """
    d = deliveries.c
    under_way = d.state.in_(("due", "claimed", "sending"))
    waiting = and_(under_way, d.present.is_(None), d.wanted.is_not(None), ~d.replaces)
    db.execute(update(ledger).values(restored_at=since))
    numbers = list(db.scalars(select(d.id).where(waiting)))
    for number in numbers:
        _doubt(db, number, since)
    _settle_letters(db, are_sent=letters_sent)
    unsent = goodbyes.c.state.in_(("due", "sending"))
    values = {"state": "over", "why": TAKEN_AS_SENT, **FREE}
    db.execute(update(goodbyes).where(unsent).values(**values))
    _hold_scheduled(db, since)
    _skip_numbers(db)
    for edition in db.scalars(select(runs.c.edition_id).where(runs.c.ended_at.is_(None))):
        finish(db, edition)
    return len(numbers)


def _skip_numbers(db: Connection) -> None:
    """Give no number that a row may have got after the backup: a token still names that row."""
    for table in filter(gives_none_again, metadata.sorted_tables):
        skip(db, table, SKIPPED)


def _hold_scheduled(db: Connection, since: datetime) -> None:
    """Let a person look at each scheduled revision before it goes out, perhaps again."""
    values = {"held_at": since, "held_why": MAYBE_OUT, "asks": True}
    db.execute(update(scheduled).values(**values))


def _settle_letters(db: Connection, *, are_sent: bool) -> None:
    """Call off the letters of open digests that are sent; else let them be due."""
    db.execute(delete(blocks))
    values = {"state": "off", "why": TAKEN_AS_SENT} if are_sent else {"state": "due"}
    open_ = letters.c.state.in_(("due", "sending"))
    db.execute(update(letters).where(open_).values(**values))
    if are_sent:
        db.execute(update(runs).where(runs.c.upto.is_not(None)).values(upto=null()))


def _doubt(db: Connection, number: int, since: datetime) -> None:
    """Put one delivery in doubt, with the attempt that the backup does not know of."""
    d = deliveries.c
    row = db.execute(select(deliveries).where(d.id == number)).one()
    attempt = insert_row(
        db, attempts, delivery_id=number, verb="publish", rendition_id=row.wanted,
        version=row.wanted_version, started_at=since, outcome="in_doubt",
    )  # fmt: skip
    why = "it may have been sent after the backup"
    values = {"state": "in_doubt", "attempt_id": attempt, "why": why, **FREE}
    db.execute(update(deliveries).where(d.id == number).values(**values))
