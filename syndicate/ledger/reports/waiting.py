"""Waits: what is not tried before a moment, until when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, text

from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.waits import still_waits, waits
from syndicate.ledger.schema import PARTIAL, channels, deliveries, editions, letters, runs

NO_WAIT = timedelta(seconds=30)  # the next turn of a destination's own pace is no wait

d = deliveries.c


class Waits(StrEnum):
    """Kind of thing that waits for a moment."""

    CHANNEL = "channel"  # all of it: the destination asked for a pause
    POSTS = "posts"
    DIGEST = "digest"
    LETTERS = "letters"  # some of a digest's, put off one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that is not tried before a moment, by real time; ``channels resume`` ends it."""

    channel: str
    what: Waits
    count: int
    until: datetime  # the latest, where there are several
    why: str


def current_waits(db: Connection, channel: int | None = None) -> list[Waiting]:
    """Return what waits until when and why, in all channels or in one."""
    moment, x = now(db), letters.c
    every = select(channels).order_by(channels.c.id)
    found = []
    for row in db.execute(every if channel is None else every.where(channels.c.id == channel)):
        mine = select(editions.c.id).where(editions.c.channel_id == row.id)
        asked = row.next_at is not None and (row.why or row.next_at - moment > NO_WAIT)
        if asked and waits(row.next_at, moment):
            found.append(_waiting(row.name, Waits.CHANNEL, 1, row.next_at, row.why))
        later = and_(d.edition_id.in_(mine), d.state == "due", still_waits(d.not_before, moment))
        query = select(func.count(), func.max(d.not_before), func.max(d.why)).where(later)
        found += _counted(db, row.name, Waits.POSTS, query)
        r = runs.c
        later = and_(
            r.edition_id.in_(mine), r.ended_at.is_(None), still_waits(r.not_before, moment)
        )
        query = select(func.count(), func.max(r.not_before), func.max(r.why)).where(later)
        found += _counted(db, row.name, Waits.DIGEST, query)
        open_ = select(r.edition_id).where(r.edition_id.in_(mine), r.ended_at.is_(None))
        later = and_(
            x.edition_id.in_(open_),
            x.state == "due",
            text(PARTIAL["ix_letters_deferred"]),
            still_waits(x.not_before, moment),
        )
        query = select(func.count(), func.max(x.not_before), func.max(x.why)).where(later)
        found += _counted(db, row.name, Waits.LETTERS, query)
    return found


def _counted(
    db: Connection, channel: str, what: Waits, query: Select[int, Any, Any]
) -> list[Waiting]:
    """Return what a query counts, with the latest moment and a reason; nothing where it is 0."""
    count, until, why = db.execute(query).one()
    return [_waiting(channel, what, count, until, why)] if count else []


def _waiting(channel: str, what: Waits, count: int, until: datetime, why: str | None) -> Waiting:
    return Waiting(channel=channel, what=what, count=count, until=until, why=why or "")
