"""The ledger for people: what is where, what is open, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from syndicate.channel import Receipt, delivery_key
from syndicate.editions import PAGE
from syndicate.ledger.schema import (
    articles,
    attempts,
    channels,
    deliveries,
    editions,
    revisions,
    subscribers,
    syndications,
)

d = deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One address and what is there; a digest's letters are counted instead."""

    delivery: int
    key: str
    channel: str
    edition: str
    edition_number: int
    address: str
    email: str | None
    state: str
    present: bool
    given_up: bool  # it rests although it is not as it should be
    wanted_version: int
    present_version: int
    reference: str | None
    url: str | None
    destination: str | None
    why: str
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of an article's history."""

    at: datetime
    what: str
    channel: str
    detail: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCount:
    """How a digest's letters stand."""

    edition: int
    channel: str
    key: str
    closed: datetime
    status: str
    states: Mapping[str, int]


def places(
    db: Connection,
    *,
    edition: str | None = None,
    number: int | None = None,
    delivery: int | None = None,
    states: Sequence[str] = (),
    open_only: bool = False,
) -> list[Place]:
    """Where things are: of one edition (by key or number), in some states, or not at rest.

    An article's key also finds its page.
    """
    query = _places()
    if edition is not None:
        query = query.where(editions.c.key.in_((edition, f"{PAGE}{edition}")))
    if number is not None:
        query = query.where(d.edition_id == number)
    if delivery is not None:
        query = query.where(d.id == delivery)
    if states:
        query = query.where(d.state.in_(states))
    if open_only:
        query = query.where(d.state != "settled")
    return [_place(row) for row in db.execute(query)]


def standing_at(db: Connection, channel: str, receipt: Receipt) -> list[Place]:
    """What a channel has where a receipt points; letters stand nowhere."""
    there = [d.reference == receipt.reference]
    if receipt.url:
        there.append(func.lower(d.url) == receipt.url.lower())
    here = and_(channels.c.name == channel, d.destination == receipt.destination, or_(*there))
    query = _places().where(here, d.subscriber_id.is_(None))
    return [_place(row) for row in db.execute(query)]


def digests(db: Connection, *, latest: int = 20) -> list[DigestCount]:
    """The newest digests with their letters counted by state, newest first."""
    newest = (
        select(editions.c.id)
        .where(editions.c.closed_at.is_not(None))
        .order_by(editions.c.closed_at.desc(), editions.c.id)
        .limit(latest)
    )
    unsent = and_(d.state == "settled", d.present.is_(None))
    state = case(
        (and_(unsent, d.wanted.is_not(None)), "given up"), (unsent, "called off"), else_=d.state
    )
    query = (
        select(editions, channels.c.name, state.label("state"), func.count(d.id).label("letters"))
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(deliveries, d.edition_id == editions.c.id)
        .where(editions.c.id.in_(newest))
        .group_by(*editions.c, channels.c.name, state)
        .order_by(editions.c.closed_at.desc(), editions.c.id)
    )
    counted: dict[int, tuple[Row[Any], dict[str, int]]] = {}
    for row in db.execute(query):
        _, states = counted.setdefault(row.id, (row, {}))
        if row.letters:
            states[row.state] = row.letters
    return [
        DigestCount(edition=row.id, channel=row.name, key=row.key, closed=row.closed_at,
                    status=row.status, states=states)
        for row, states in counted.values()
    ]  # fmt: skip


def uris(db: Connection) -> list[tuple[str, str]]:
    """Every article with its pub status, newest first."""
    query = select(articles.c.uri, articles.c.pub_status).order_by(articles.c.published_at.desc())
    return [(row.uri, row.pub_status) for row in db.execute(query)]


def history(db: Connection, uri: str) -> list[Happening]:
    """Everything that happened to an article, oldest first."""
    said = db.execute(select(revisions).where(revisions.c.uri == uri)).all()
    told = [
        Happening(
            at=row.recorded_at, what=row.kind, channel="", detail=row.note, version=row.version
        )
        for row in said
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
    return sorted(told + joined + done, key=lambda one: one.at)


def _places() -> Select[Any]:
    return (
        select(
            deliveries, editions.c.key.label("edition"), channels.c.name.label("channel"),
            channels.c.key.label("channel_key"), subscribers.c.email,
        )
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(subscribers, subscribers.c.id == d.subscriber_id)
        .order_by(channels.c.id, d.id)
    )  # fmt: skip


def _place(row: Row[Any]) -> Place:
    return Place(
        delivery=row.id,
        key=delivery_key(row.channel_key, row.edition, row.address),
        channel=row.channel,
        edition=row.edition,
        edition_number=row.edition_id,
        address=row.address,
        email=row.email,
        state=row.state,
        present=row.present is not None,
        given_up=row.state == "settled" and row.wanted is not None and row.wanted != row.present,
        wanted_version=row.wanted_version,
        present_version=row.present_version,
        reference=row.reference,
        url=row.url,
        destination=row.destination,
        why=row.why,
        not_before=row.not_before,
    )
