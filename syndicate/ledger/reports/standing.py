"""Standing content of a channel's destination by the ledger, read a few rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from syndicate.ledger.database.engine import now
from syndicate.ledger.schema import attempts, deliveries, editions, renditions
from syndicate.model.delivery import Receipt, Rendition

AT_ONCE = 200  # rows of one statement, with their contents
FRESH = timedelta(minutes=10)
UNSETTLED = ("claimed", "sending", "in_doubt")

d = deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingThing:
    """One thing that stands somewhere, and what of the ledger says so."""

    delivery: int
    edition: str
    rendition: Rendition
    present: int  # the rendition's number: another one as soon as something else stands there
    receipt: Receipt
    fresh: bool  # it was put there, or changed, minutes ago


def standing_before(db: Connection, channel: int, below: int | None) -> list[StandingThing]:
    """Return the newest of a channel's things with numbers below this one, newest first."""
    query = (
        select(deliveries, editions.c.key, renditions, attempts.c.ended_at, d.id.label("number"))
        .join(editions, editions.c.id == d.edition_id)
        .join(renditions, renditions.c.id == d.present)
        .outerjoin(attempts, attempts.c.id == d.attempt_id)
        .where(editions.c.channel_id == channel, d.state.not_in(UNSETTLED))
        .order_by(d.id.desc())
        .limit(AT_ONCE)
    )
    if below is not None:
        query = query.where(d.id < below)
    moment = now(db)
    return [_thing(row, moment) for row in db.execute(query)]


def still_stands(db: Connection, delivery: int, present: int) -> bool:
    """Return whether the ledger still says so, and nobody is at it."""
    here = (d.id == delivery, d.present == present, d.state.not_in(UNSETTLED))
    return db.scalar(select(d.id).where(*here)) is not None


def is_busy(db: Connection, channel: int, since: datetime) -> bool:
    """Return whether anything of a channel is under way, in doubt, or was done since then."""
    mine = select(func.count()).select_from(deliveries)
    mine = mine.join(editions, editions.c.id == d.edition_id).where(
        editions.c.channel_id == channel
    )
    changed = mine.join(attempts, attempts.c.id == d.attempt_id)
    queries = (mine.where(d.state.in_(UNSETTLED)), changed.where(attempts.c.ended_at >= since))
    return any(db.scalar(query) for query in queries)


def moment_of(db: Connection) -> datetime:
    """Return the moment by the clock of attempts."""
    return now(db)


def _thing(row: Row[Any], moment: datetime) -> StandingThing:
    return StandingThing(
        delivery=row.number,
        edition=row.key,
        rendition=Rendition(
            address=row.address, media_type=row.media_type, content=row.content,
            media=tuple(row.media.split()),
        ),
        present=row.present,
        receipt=Receipt(
            reference=row.reference, url=row.url, destination=row.destination or ""
        ),
        fresh=row.ended_at is not None and moment - row.ended_at < FRESH,
    )  # fmt: skip
