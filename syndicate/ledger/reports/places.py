"""The ledger for people: what is where, what is open, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, not_, or_, select, text

from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.waits import still_waits, waits
from syndicate.ledger.schema import (
    PARTIAL,
    articles,
    attempts,
    channels,
    deliveries,
    editions,
    letters,
    revisions,
    runs,
    stencils,
    subscribers,
    syndications,
)
from syndicate.ledger.sending.runs import counted, put_off
from syndicate.model.delivery import Receipt, delivery_key
from syndicate.model.edition_keys import PAGE

AT_ONCE = timedelta(seconds=30)  # the next turn of a destination's own pace is no wait
LATELY = timedelta(days=7)  # how long it is told what letters were given up
# codes that speak of one mailbox alone (RFC 3463): there is none, it is off, it is full
READERS_OWN = ("5.1.1", "5.1.2", "5.1.3", "5.1.10", "_.2.1", "_.2.2")

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
    not_before: datetime | None  # None once it has passed
    subscriber: int | None = None  # a letter's: it is named EDITION/SUBSCRIBER


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
    """How a digest's letters stand. Its moments but ``closed`` are real ones."""

    edition: int
    channel: str
    key: str
    closed: datetime | None
    status: str
    letters: int  # as many as were frozen
    states: Mapping[str, int]
    composed: int  # how often: once more for each withdrawal in mid-run
    halted: str  # why it waits for a person
    paused: datetime | None  # since when the office itself is refused
    why: str  # what kept it from beginning
    put_off: str  # why most of those letters wait that were put off
    not_before: datetime | None  # None once it has passed
    frozen: datetime | None
    started: datetime | None
    ended: datetime | None  # None: something is open
    latest: datetime | None  # when the newest letter ended


class Waits(StrEnum):
    """What of a channel waits for a moment."""

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


def waiting(db: Connection, channel: int | None = None) -> list[Waiting]:
    """What waits until when and why, in all channels or in one."""
    moment, x = now(db), letters.c
    every = select(channels).order_by(channels.c.id)
    found = []
    for row in db.execute(every if channel is None else every.where(channels.c.id == channel)):
        mine = select(editions.c.id).where(editions.c.channel_id == row.id)
        asked = row.next_at is not None and (row.why or row.next_at - moment > AT_ONCE)
        if asked and waits(row.next_at, moment):
            found.append(_waiting(row.name, Waits.CHANNEL, 1, row.next_at, row.why))
        later = and_(d.edition_id.in_(mine), d.state == "due", still_waits(d.not_before, moment))
        query = select(func.count(), func.max(d.not_before), func.max(d.why)).where(later)
        found += [_waiting(row.name, Waits.POSTS, *one) for one in db.execute(query) if one[0]]
        r = runs.c
        later = and_(
            r.edition_id.in_(mine), r.ended_at.is_(None), still_waits(r.not_before, moment)
        )
        query = select(func.count(), func.max(r.not_before), func.max(r.why)).where(later)
        found += [_waiting(row.name, Waits.DIGEST, *one) for one in db.execute(query) if one[0]]
        open_ = select(r.edition_id).where(r.edition_id.in_(mine), r.ended_at.is_(None))
        later = and_(
            x.edition_id.in_(open_), x.state == "due", text(PARTIAL["ix_letters_deferred"]),
            still_waits(x.not_before, moment),
        )  # fmt: skip
        query = select(func.count(), func.max(x.not_before), func.max(x.why)).where(later)
        found += [_waiting(row.name, Waits.LETTERS, *one) for one in db.execute(query) if one[0]]
    return found


def _waiting(channel: str, what: Waits, count: int, until: datetime, why: str | None) -> Waiting:
    return Waiting(channel=channel, what=what, count=count, until=until, why=why or "")


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
    moment = now(db)
    return [_place(row, moment) for row in db.execute(query)]


def standing_at(db: Connection, channel: str, receipt: Receipt) -> list[Place]:
    """What a channel has where a receipt points; letters stand nowhere."""
    there = [d.reference == receipt.reference]
    if receipt.url:
        there.append(func.lower(d.url) == receipt.url.lower())
    here = and_(channels.c.name == channel, d.destination == receipt.destination, or_(*there))
    moment = now(db)
    return [_place(row, moment) for row in db.execute(_places().where(here))]


def letters_in(
    db: Connection, edition: int, states: Sequence[str], *, subscriber: int | None = None,
    most: int = 50,
) -> list[Place]:  # fmt: skip
    """A digest's letters in some states, one by one; or one person's."""
    x = letters.c
    query = (
        select(letters, subscribers.c.email, editions.c.key, channels.c.name,
               channels.c.key.label("channel_key"))
        .join(editions, editions.c.id == x.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(subscribers, subscribers.c.id == x.subscriber_id)
        .where(x.edition_id == edition, x.state.in_(states))
        .order_by(x.subscriber_id)
        .limit(most)
    )  # fmt: skip
    if set(states) <= TROUBLE:
        query = query.where(text(PARTIAL["ix_letters_trouble"]))  # else no index is used
    if subscriber is not None:
        query = query.where(x.subscriber_id == subscriber)
    moment = now(db)
    return [_letter(row, moment) for row in db.execute(query)]


def digests(
    db: Connection, *, latest: int = 20, numbers: Sequence[int] | None = None
) -> list[DigestCount]:
    """The newest digests with their letters counted by state, newest first; or these."""
    # an urgent article's letter has no window; without a value databases disagree where it stands
    newest = func.coalesce(editions.c.closed_at, editions.c.opened_at)
    query = (
        select(editions, channels.c.name, runs)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(runs, runs.c.edition_id == editions.c.id)
        .where(or_(editions.c.closed_at.is_not(None), runs.c.edition_id.is_not(None)))
        .order_by(newest.desc(), editions.c.id)
    )
    these = query.limit(latest) if numbers is None else query.where(editions.c.id.in_(numbers))
    return [_digest(db, row) for row in db.execute(these).all()]


def unfinished(db: Connection) -> list[int]:
    """The digests with letters that are open."""
    query = select(runs.c.edition_id).where(runs.c.ended_at.is_(None))
    return list(db.scalars(query.order_by(runs.c.edition_id)))


def given_up(db: Connection) -> dict[int, tuple[int, str]]:
    """The digests lately ended with letters that were given up, and why.

    Not those of which the reader's own code says that there is no such mailbox, or that it takes
    nothing; any other reason may be our trouble.
    """
    code = letters.c.code
    own = or_(*(code.like(f"% {one}") for one in READERS_OWN))
    ours = and_(letters.c.state == "refused", or_(code.is_(None), not_(own)))
    indexed = text(PARTIAL["ix_letters_trouble"])  # else no index is used
    lately = and_(ours, indexed, runs.c.ended_at > now(db) - LATELY)
    query = select(letters.c.edition_id, func.count(), func.max(letters.c.why))
    query = query.join(runs, runs.c.edition_id == letters.c.edition_id).where(lately)
    return {
        row[0]: (row[1], row[2] or "") for row in db.execute(query.group_by(letters.c.edition_id))
    }


def newest_runs(db: Connection) -> list[int]:
    """The newest digest of each list that had letters."""
    newest = select(func.max(runs.c.edition_id)).join(editions, editions.c.id == runs.c.edition_id)
    return list(db.scalars(newest.group_by(editions.c.channel_id)))


def _digest(db: Connection, row: Row[Any]) -> DigestCount:
    newest = select(func.max(letters.c.at)).where(letters.c.edition_id == row.id)
    composed = select(func.max(stencils.c.number)).where(stencils.c.edition_id == row.id)
    return DigestCount(
        edition=row.id, channel=row.name, key=row.key, closed=row.closed_at, status=row.status,
        letters=row.letters or 0, states=counted(db, row.id),
        composed=db.scalar(composed) or 0, halted=row.halted or "",
        paused=row.paused_at,
        why=row.why or "", put_off=put_off(db, row.id) if row.letters and not row.ended_at else "",
        not_before=_to_come(row.not_before, now(db)), frozen=row.frozen_at,
        started=row.started_at, ended=row.ended_at,
        latest=db.scalar(newest) if row.ended_at is None and row.letters else None,
    )  # fmt: skip


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


TROUBLE = {"in_doubt", "refused", "given_up"}


def _places() -> Select[Any]:
    return (
        select(
            deliveries, editions.c.key.label("edition"), channels.c.name.label("channel"),
            channels.c.key.label("channel_key"),
        )
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .order_by(channels.c.id, d.id)
    )  # fmt: skip


def _letter(row: Row[Any], moment: datetime) -> Place:
    address = f"{row.subscriber_id}"
    sent = row.state == "sent"
    return Place(
        delivery=0, key=delivery_key(row.channel_key, row.key, address), channel=row.name,
        edition=row.key, edition_number=row.edition_id, address=address, email=row.email or "",
        state=row.state, present=sent, given_up=row.state == "given_up", wanted_version=0,
        present_version=0, reference=None, url=None, destination=None, why=row.why or "",
        not_before=_to_come(row.not_before, moment),
        subscriber=row.subscriber_id,
    )  # fmt: skip


def _to_come(until: datetime | None, moment: datetime) -> datetime | None:
    return until if waits(until, moment) else None


def _place(row: Row[Any], moment: datetime) -> Place:
    return Place(
        delivery=row.id,
        key=delivery_key(row.channel_key, row.edition, row.address),
        channel=row.channel,
        edition=row.edition,
        edition_number=row.edition_id,
        address=row.address,
        email=None,
        state=row.state,
        present=row.present is not None,
        given_up=row.state == "settled" and row.wanted is not None and row.wanted != row.present,
        wanted_version=row.wanted_version,
        present_version=row.present_version,
        reference=row.reference,
        url=row.url,
        destination=row.destination,
        why=row.why,
        not_before=_to_come(row.not_before, moment),
    )
