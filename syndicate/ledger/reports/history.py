"""History of an article: its revisions, what people did, and what was tried everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from syndicate.ledger.people.partners import partner_rows
from syndicate.ledger.reports.receipts import RECEIPT
from syndicate.ledger.reports.versions import Version, deeds, last_killed
from syndicate.ledger.schema import (
    articles,
    attempts,
    channels,
    deliveries,
    editions,
    syndications,
)
from syndicate.ledger.sending.attempts import Verb

d = deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of an article's history."""

    at: datetime
    what: str
    channel: str
    detail: str
    version: int
    person: str = ""  # who did it, with the system's account


def uris(db: Connection) -> list[tuple[str, str]]:
    """Return every article with its publication status, newest first."""
    query = select(articles.c.uri, articles.c.pub_status).order_by(articles.c.published_at.desc())
    return [(row.uri, row.pub_status) for row in db.execute(query)]


def happenings(db: Connection, uri: str, known: Sequence[Version]) -> list[Happening]:
    """Return everything that happened to an article, oldest first; ``known`` are its versions.

    Of what was killed neither a note nor an error is quoted.
    """
    found = [*map(_version, known), *_deeds(db, uri, known), *_syndications(db, uri)]
    found += [*_attempts(db, uri, last_killed(known)), *_partner_letters(db, uri)]
    return sorted(found, key=lambda happening: happening.at)


def _version(version: Version) -> Happening:
    return Happening(
        at=version.at, what=version.kind, channel="", detail=version.note,
        version=version.version, person=f"{version.person}",
    )  # fmt: skip


def _deeds(db: Connection, uri: str, known: Sequence[Version]) -> Iterator[Happening]:
    """Yield what people did beside making versions: held, approved …"""
    made = {(version.version, version.kind) for version in known}
    for deed in deeds(db, uri):
        if (deed.version, deed.what) not in made:
            yield Happening(
                at=deed.at, what=deed.what, channel="", detail=deed.note,
                version=deed.version or 0, person=f"{deed.person}",
            )  # fmt: skip


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


def _attempts(db: Connection, uri: str, killed: int) -> Iterator[Happening]:
    query = (
        select(attempts, channels.c.name, d.url)
        .join(deliveries, d.id == attempts.c.delivery_id)
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(editions.c.key == uri)
        .order_by(attempts.c.id)
    )
    rows = db.execute(query).all()
    removals = {
        row.delivery_id: row.id for row in rows if (row.verb, row.outcome) == (Verb.REMOVE, RECEIPT)
    }
    for row in rows:
        is_gone = row.id <= removals.get(row.delivery_id, 0)  # the link leads to a later one
        detail = row.detail if row.version >= killed else ""
        yield Happening(
            at=row.ended_at or row.started_at,
            what=f"{row.verb}: {row.outcome or 'not ended'}",
            channel=row.name,
            detail=detail or (not is_gone and row.url) or "",
            version=row.version,
        )


def _partner_letters(db: Connection, uri: str) -> Iterator[Happening]:
    """Yield the letters to partners; no relay's words, which may quote what was killed."""
    for letter in partner_rows(db, uri=uri):
        if letter.state != "noted":
            yield Happening(
                at=letter.at, what=f"letter: {letter.state.replace('_', ' ')}",
                channel="partners", detail=letter.partner, version=letter.version,
            )  # fmt: skip
