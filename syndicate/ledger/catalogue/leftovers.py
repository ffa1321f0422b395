"""Leave changes to other machines, where this one's configuration lacks a channel."""

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


def channels_elsewhere(db: Connection, configured: Iterable[str]) -> dict[int, str]:
    """Return the channels, by number, that are in use and that only other machines configure."""
    has_articles = select(syndications.c.uri).where(syndications.c.channel_id == c.id).exists()
    has_readers = select(subscriptions.c.id).where(subscriptions.c.channel_id == c.id).exists()
    query = select(c.id, c.name).where(c.name.not_in(list(configured)), ~c.retired)
    found = db.execute(query.where(or_(has_articles, has_readers)).order_by(c.id))
    return {row.id: row.name for row in found}


def add_leftover(db: Connection, channel: int, uri: str, at: datetime) -> None:
    """Leave a change of an article to a machine that has the channel."""
    if not is_left(db, channel, uri):
        db.execute(insert(leftovers).values(channel_id=channel, uri=uri, at=at))


def concerns(db: Connection, channel: int, uri: str) -> bool:
    """Return True if a channel has an article, or will get it from another machine."""
    here = and_(syndications.c.channel_id == channel, syndications.c.uri == uri)
    has = db.scalar(select(syndications.c.uri).where(here)) is not None
    return has or is_left(db, channel, uri)


def changes_left(db: Connection, channel: int) -> list[tuple[str, datetime]]:
    """Return (uri, time) of the changes that wait for a machine with a channel, oldest first."""
    query = select(o.uri, o.at).join(articles, articles.c.uri == o.uri)
    rows = db.execute(query.where(o.channel_id == channel).order_by(o.at, articles.c.number))
    return [(row.uri, row.at) for row in rows]


def forget_left(db: Connection, channel: int, uri: str) -> None:
    """Delete a change that was left: it is planned now."""
    db.execute(delete(leftovers).where(o.channel_id == channel, o.uri == uri))


def count_waiting(db: Connection, channel: int) -> int:
    """Count what waits for a machine with a channel."""
    d = deliveries.c
    mine = select(editions.c.id).where(editions.c.channel_id == channel)
    query = select(d.id).where(d.edition_id.in_(mine), d.state.in_(("due", "in_doubt")))
    mailing = select(runs.c.edition_id).where(
        runs.c.edition_id.in_(mine), runs.c.ended_at.is_(None)
    )
    return sum(len(db.execute(open_).all()) for open_ in (query, mailing)) + len(
        changes_left(db, channel)
    )


def retire_channel(db: Connection, channel: int) -> None:
    """Give up what waits for a channel that no machine has any more; what was published stays."""
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
    """Return True if a change of an article waits for a machine with a channel."""
    here = and_(o.channel_id == channel, o.uri == uri)
    return db.scalar(select(o.uri).where(here)) is not None
