"""History of an article: its revisions, and what was tried at every destination."""

from __future__ import annotations

from collections.abc import Iterator
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


def happenings(db: Connection, uri: str) -> list[Happening]:
    """Return everything that happened to an article, oldest first."""
    found = [*_revisions(db, uri), *_syndications(db, uri), *_attempts(db, uri)]
    return sorted(found, key=lambda happening: happening.at)


def _revisions(db: Connection, uri: str) -> Iterator[Happening]:
    for row in db.execute(select(revisions).where(revisions.c.uri == uri)):
        yield Happening(
            at=row.recorded_at, what=row.kind, channel="", detail=row.note, version=row.version
        )


def _syndications(db: Connection, uri: str) -> Iterator[Happening]:
    query = (
        select(channels.c.name, syndications.c.at)
        .join(channels, channels.c.id == syndications.c.channel_id)
        .where(syndications.c.uri == uri)
    )
    for row in db.execute(query):
        yield Happening(
            at=row.at, what="goes to this channel", channel=row.name, detail="", version=1
        )


def _attempts(db: Connection, uri: str) -> Iterator[Happening]:
    query = (
        select(attempts, channels.c.name, d.url)
        .join(deliveries, d.id == attempts.c.delivery_id)
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(editions.c.key == uri)
        .order_by(attempts.c.id)
    )
    for row in db.execute(query):
        yield Happening(
            at=row.ended_at or row.started_at,
            what=f"{row.verb}: {row.outcome or 'not ended'}",
            channel=row.name,
            detail=row.detail or (row.url or ""),
            version=row.version,
        )
