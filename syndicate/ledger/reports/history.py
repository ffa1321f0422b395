"""History of an article: its revisions, and what was tried at every destination."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from syndicate.ledger.schema import (
    articles,
    attempts,
    channels,
    deliveries,
    editions,
    revisions,
    syndications,
)

d = deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of an article's history."""

    at: datetime
    what: str
    channel: str
    detail: str
    version: int


def uris(db: Connection) -> list[tuple[str, str]]:
    """Return every article with its publication status, newest first."""
    query = select(articles.c.uri, articles.c.pub_status).order_by(articles.c.published_at.desc())
    return [(row.uri, row.pub_status) for row in db.execute(query)]


def history(db: Connection, uri: str) -> list[Happening]:
    """Return everything that happened to an article, oldest first."""
    recorded = db.execute(select(revisions).where(revisions.c.uri == uri)).all()
    changes = [
        Happening(
            at=row.recorded_at, what=row.kind, channel="", detail=row.note, version=row.version
        )
        for row in recorded
    ]
    query = (
        select(attempts, channels.c.name, d.url)
        .join(deliveries, d.id == attempts.c.delivery_id)
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(editions.c.key == uri)
        .order_by(attempts.c.id)
    )
    done = [
        Happening(
            at=row.ended_at or row.started_at,
            what=f"{row.verb}: {row.outcome or 'not ended'}",
            channel=row.name,
            detail=row.detail or (row.url or ""),
            version=row.version,
        )
        for row in db.execute(query)
    ]
    listed = (
        select(channels.c.name, syndications.c.at)
        .join(channels, channels.c.id == syndications.c.channel_id)
        .where(syndications.c.uri == uri)
    )
    joined = [
        Happening(at=row.at, what="goes to this channel", channel=row.name, detail="", version=1)
        for row in db.execute(listed)
    ]
    return sorted(changes + joined + done, key=lambda happening: happening.at)
