"""Doubts: publishes that may have happened, looked for at their destinations."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    Select,
    and_,
    null,
    select,
    true,
    update,
)

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.processes.waits import DAY, is_ahead
from syndicate.ledger.schema import attempts, channels, deliveries, editions
from syndicate.ledger.sending.attempts import (
    Attempt,
    Verb,
    attempt_at,
    deliveries_with_keys,
    first_receipt,
    is_ready,
    resting,
)
from syndicate.ledger.sending.queue import Queue
from syndicate.ledger.sending.renditions import files, renditions_by_number
from syndicate.model.delivery import Receipt

ARRIVED_BY = timedelta(minutes=2)  # what began so much later came later
LOOK_AGAIN_AFTER = timedelta(minutes=10)  # at the latest; a young doubt is looked at more often
LONG_AGO = timedelta(days=36500)  # nobody knows when: a wrong clock wrote it down

d = deliveries.c


class Doubts:
    """The doubtful publishes of one ledger; every method is one transaction."""

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self.engine = engine
        self.queue = queue

    def absent(self, attempt: Attempt) -> None:
        """Make due again a delivery that is proven not to have been published.

        Unless somebody else was quicker, and has tried it once more: that is another doubt.
        """
        with transaction(self.engine) as db:
            ended = {"ended_at": self.queue.clock(db), "outcome": "absent"}
            db.execute(update(attempts).where(attempts.c.id == attempt.id).values(**ended))
            newest = and_(d.id == attempt.delivery, d.attempt_id == attempt.id)
            unsure = and_(newest, d.state == "in_doubt")
            due = {"state": "due", "why": "", "not_before": null()}
            db.execute(update(deliveries).where(unsure).values(**due))
            db.execute(resting(d.id == attempt.delivery))

    def still_in_doubt(self, attempt: Attempt, why: str) -> None:
        """Record why a doubt stays, and when to look again."""
        unsure = and_(d.id == attempt.delivery, d.attempt_id == attempt.id, d.state == "in_doubt")
        with transaction(self.engine) as db:
            moment = self.queue.clock(db)
            overdue = max(moment - attempt.started - ARRIVED_BY, timedelta(0))
            again = moment + min(overdue / 4, LOOK_AGAIN_AFTER)
            db.execute(update(deliveries).where(unsure).values(why=why, not_before=again))

    def of(self, *numbers: int, ready: bool = False) -> list[Attempt]:
        """Return the doubts of editions; ``ready``: only those to look for now."""
        unsure = and_(d.edition_id.in_(numbers), d.state == "in_doubt")
        with transaction(self.engine, reads=True) as db:
            now_only = is_ready(self.queue.clock(db)) if ready else true()
            rows = db.execute(deliveries_with_keys(and_(unsure, now_only))).all()
            tries = select(attempts).where(attempts.c.id.in_([row.attempt_id for row in rows]))
            by_id = {attempt.id: attempt for attempt in db.execute(tries)}
            return [self._unsure(db, row, by_id[row.attempt_id]) for row in rows]

    def age(self, attempt: Attempt) -> timedelta:
        """Return how long ago an attempt began, by the database's clock."""
        with transaction(self.engine, reads=True) as db:
            moment = self.queue.clock(db)
            return LONG_AGO if is_ahead(attempt.started, moment) else moment - attempt.started

    def _unsure(self, db: Connection, row: Row[Any], attempt: Row[Any]) -> Attempt:
        texts = renditions_by_number(db, [attempt.rendition_id] if attempt.rendition_id else [])
        started, moment = attempt.started_at, self.queue.clock(db)
        if is_ahead(started, moment):
            started = moment - DAY  # else it would seem to be under way until then
        rendition = texts[attempt.rendition_id] if texts else None
        media = files(db, rendition) if rendition else {}
        made = attempt_at(db, row, attempt.id, Verb.PUBLISH, rendition, media, started)
        return replace(made, neighbours=(_before(db, row, attempt), _after(db, row, attempt)))


def _before(db: Connection, row: Row[Any], attempt: Row[Any]) -> Receipt | None:
    """Return the newest receipt that was there when an attempt began."""
    a = attempts.c
    earlier = and_(a.id < attempt.id, a.ended_at <= attempt.started_at)
    return first_receipt(db, _receipts(row).where(earlier).order_by(a.id.desc()))


def _after(db: Connection, row: Row[Any], attempt: Row[Any]) -> Receipt | None:
    """Return the oldest receipt of an attempt begun when this one's post was there, or never."""
    a = attempts.c
    later = and_(a.id > attempt.id, a.started_at >= attempt.started_at + ARRIVED_BY)
    return first_receipt(db, _receipts(row).where(later).order_by(a.id))


def _receipts(row: Row[Any]) -> Select[Any]:
    """Select what else a channel has where it now writes, by the attempts that put it there."""
    again = attempts.alias()
    newer = and_(_put_there(again), again.c.delivery_id == d.id, again.c.id > attempts.c.id)
    ours = and_(_put_there(attempts), ~select(again.c.id).where(newer).exists())
    here = and_(editions.c.channel_id == row.channel_id, d.destination == channels.c.identity)
    return (
        select(d.reference, d.url, d.destination)
        .join(attempts, attempts.c.delivery_id == d.id)
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(here, ours, d.id != row.id, d.reference.is_not(None), d.follows.is_(None))
    )


def _put_there(tried: FromClause) -> ColumnElement[bool]:
    return and_(tried.c.verb == Verb.PUBLISH, tried.c.outcome == "receipt")
