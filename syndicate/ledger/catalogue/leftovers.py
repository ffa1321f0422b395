"""Changes left to other machines, since this one's configuration lacks a channel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from syndicate.ledger.schema import (
    articles,
    channels,
    deliveries,
    editions,
    leftovers,
    letters,
    runs,
    subscriptions,
    syndications,
)
from syndicate.ledger.sending.runs import finish

c, o = channels.c, leftovers.c


def lacking(db: Connection, configured: Iterable[str]) -> dict[int, str]:
    """Return the channels, by number, that are in use and that only other machines configure."""
    has_articles = select(syndications.c.uri).where(syndications.c.channel_id == c.id).exists()
    has_readers = select(subscriptions.c.id).where(subscriptions.c.channel_id == c.id).exists()
    query = select(c.id, c.name).where(c.name.not_in(list(configured)), ~c.retired)
    found = db.execute(query.where(or_(has_articles, has_readers)).order_by(c.id))
    return {row.id: row.name for row in found}


def leave(db: Connection, channel: int, uri: str, at: datetime) -> None:
    """Leave what an article's change asks of a channel to a machine that has it."""
    if not is_left(db, channel, uri):
        db.execute(insert(leftovers).values(channel_id=channel, uri=uri, at=at))


def concerns(db: Connection, channel: int, uri: str) -> bool:
    """Return whether a channel has an article, or will get it from another machine."""
    here = and_(syndications.c.channel_id == channel, syndications.c.uri == uri)
    has = db.scalar(select(syndications.c.uri).where(here)) is not None
    return has or is_left(db, channel, uri)


def left(db: Connection, channel: int) -> list[tuple[str, datetime]]:
    """Return (uri, since when) of what waits for a machine that has a channel, oldest first."""
    query = select(o.uri, o.at).join(articles, articles.c.uri == o.uri)
    rows = db.execute(query.where(o.channel_id == channel).order_by(o.at, articles.c.number))
    return [(row.uri, row.at) for row in rows]


def take(db: Connection, channel: int, uri: str) -> None:
    """Forget what was left: it is planned now."""
    db.execute(delete(leftovers).where(o.channel_id == channel, o.uri == uri))


def waits(db: Connection, channel: int) -> int:
    """Count what waits for a machine that has a channel."""
    d = deliveries.c
    mine = select(editions.c.id).where(editions.c.channel_id == channel)
    query = select(d.id).where(d.edition_id.in_(mine), d.state.in_(("due", "in_doubt")))
    mailing = select(runs.c.edition_id).where(
        runs.c.edition_id.in_(mine), runs.c.ended_at.is_(None)
    )
    return sum(len(db.execute(open_).all()) for open_ in (query, mailing)) + len(left(db, channel))


def retire(db: Connection, channel: int) -> None:
    """Let be what waits for a channel that no machine has any more; what stands stays."""
    d, x = deliveries.c, letters.c
    mine = select(editions.c.id).where(editions.c.channel_id == channel)
    db.execute(update(channels).where(c.id == channel).values(retired=True, next_at=None, why=""))
    db.execute(delete(leftovers).where(o.channel_id == channel))
    open_ = and_(d.edition_id.in_(mine), d.state.in_(("due", "refused", "in_doubt")))
    rests = {"state": "settled", "why": "given up", "not_before": None}
    db.execute(update(deliveries).where(open_).values(**rests))
    for state, becomes in (("due", "off"), ("in_doubt", "given_up")):
        here = and_(x.edition_id.in_(mine), x.state == state)
        db.execute(update(letters).where(here).values(state=becomes, why="the list is retired"))
    for edition in db.scalars(mine).all():
        finish(db, edition)


def is_left(db: Connection, channel: int, uri: str) -> bool:
    """Return whether an article's change waits for a machine that has a channel."""
    here = and_(o.channel_id == channel, o.uri == uri)
    return db.scalar(select(o.uri).where(here)) is not None
