"""Receipts and attempts of an article at each address, and which version stood there when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.clock import not_far_ahead
from syndicate.ledger.reports.versions import Version
from syndicate.ledger.schema import (
    attempts,
    channels,
    deliveries,
    edition_items,
    editions,
    runs,
    syndications,
)
from syndicate.ledger.sending.attempts import Verb
from syndicate.ledger.sending.runs import letter_counts
from syndicate.model.edition_keys import COLLECTION, MEDIA, PAGE_PREFIX

RECEIPT = "receipt"  # the outcome of an attempt that succeeded

a, d = attempts.c, deliveries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptMade:
    """One attempt, and how it ended."""

    verb: str
    version: int
    started: datetime
    ended: datetime | None  # None: under way, or killed
    outcome: str  # "receipt", "refused", "unavailable", "in_doubt"; "" where none is known
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKept:
    """One address of an article, the receipt for what is there, and every attempt at it."""

    delivery: int
    channel: str
    edition: str  # the article's uri, page/URI, or media/SHA256
    address: str
    state: str
    present: bool
    version: int  # that stands there; 0 for none
    reference: str | None
    url: str | None
    destination: str | None
    attempts: tuple[AttemptMade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A version that stood at an address for a time."""

    channel: str
    address: str  # "post", a file's name; "collection" for the documents of a feed
    version: int
    since: datetime | None  # None: it was adopted, and nobody knows
    until: datetime | None  # None: it stands, or nobody knows when it went
    stands: bool
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A digest or letter that carried a version of an article; its letters are counted."""

    channel: str
    key: str  # the end of its window
    part: str  # new, correction
    version: int
    status: str
    frozen: datetime | None
    ended: datetime | None  # None: something of it is open
    letters: dict[str, int]  # by state


def receipts(db: Connection, uri: str, media: Sequence[str], killed: int = 0) -> list[ReceiptKept]:
    """Return every receipt of an article, its page and its ``media`` (sha256 names).

    Details of attempts at versions before ``killed`` may quote what was killed: they are left out.
    """
    keys = [uri, f"{PAGE_PREFIX}{uri}", *(f"{MEDIA}{sha256}" for sha256 in media)]
    rows = [row for batch in batches(keys) for row in _deliveries(db, editions.c.key.in_(batch))]
    made = _attempts(db, [row.id for row in rows], killed)
    return [_kept(row, made.get(row.id, ())) for row in rows]


def stood(
    db: Connection, uri: str, kept: Sequence[ReceiptKept], known: Sequence[Version]
) -> list[Stood]:
    """Return which version stood where and when: at its own addresses, and in collections."""
    own = [stay for place in kept if not place.edition.startswith(MEDIA) for stay in _stays(place)]
    return [*own, *_in_collections(db, uri, known)]


def carried(db: Connection, uri: str) -> list[Carried]:
    """Return the digests and letters that carried an article, oldest first."""
    query = (
        select(
            editions, channels.c.name, edition_items.c.part, edition_items.c.version,
            runs.c.frozen_at, runs.c.ended_at,
        )
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(runs, runs.c.edition_id == editions.c.id)
        .where(edition_items.c.uri == uri)
        .order_by(editions.c.id)
    )  # fmt: skip
    return [
        Carried(
            channel=row.name, key=row.key, part=row.part, version=row.version, status=row.status,
            frozen=row.frozen_at, ended=row.ended_at, letters=dict(letter_counts(db, row.id)),
        )
        for row in db.execute(query).all()
    ]  # fmt: skip


def _deliveries(db: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    query = (
        select(deliveries, editions.c.key, channels.c.name)
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(which)
        .order_by(channels.c.id, d.id)
    )
    return db.execute(query).all()


def _attempts(db: Connection, numbers: Sequence[int], killed: int) -> dict[int, list[AttemptMade]]:
    found: dict[int, list[AttemptMade]] = {}
    for batch in batches(numbers):
        for row in db.execute(select(attempts).where(a.delivery_id.in_(batch)).order_by(a.id)):
            made = AttemptMade(
                verb=row.verb, version=row.version, started=row.started_at, ended=row.ended_at,
                outcome=row.outcome or "", detail=row.detail if row.version >= killed else "",
            )  # fmt: skip
            found.setdefault(row.delivery_id, []).append(made)
    return found


def _kept(row: Row[Any], made: Sequence[AttemptMade]) -> ReceiptKept:
    return ReceiptKept(
        delivery=row.id, channel=row.name, edition=row.key, address=row.address, state=row.state,
        present=row.present is not None, version=row.present_version, reference=row.reference,
        url=row.url, destination=row.destination, attempts=tuple(made),
    )  # fmt: skip


def _stays(place: ReceiptKept) -> Iterator[Stood]:
    """Yield what stood at one address, one after the other, as its attempts tell."""
    stays: list[Stood] = []
    for made in place.attempts:
        if made.outcome != RECEIPT:
            continue
        if stays and stays[-1].until is None:
            stays[-1] = replace(stays[-1], until=made.ended, stands=False)
        if made.verb == Verb.REMOVE:
            stays = [replace(stay, url=None) for stay in stays]  # what is put up later has another
        else:
            stays.append(_stay(place, made.version, made.ended))
    if place.present and not (stays and stays[-1].stands):
        stays.append(_stay(place, place.version, None))  # adopted, or said to be there by a person
    if stays and not place.present:
        stays[-1] = replace(stays[-1], stands=False)
    yield from stays


def _stay(place: ReceiptKept, version: int, since: datetime | None) -> Stood:
    return Stood(
        channel=place.channel, address=place.address, version=version, since=since, until=None,
        stands=True, url=place.url,
    )  # fmt: skip


def _in_collections(db: Connection, uri: str, known: Sequence[Version]) -> Iterator[Stood]:
    """Yield since when each version stands in the documents of collections.

    They are written again after each revision: the first time is when readers got it there.
    """
    first = func.min(d.id).label("document")
    settled = func.min(case((d.state == "settled", 1), else_=0)).label("settled")
    query = (
        select(channels.c.name, syndications.c.at, first, settled)
        .join(channels, channels.c.id == syndications.c.channel_id)
        .join(editions, and_(editions.c.channel_id == channels.c.id, editions.c.key == COLLECTION))
        .join(deliveries, d.edition_id == editions.c.id)
        .where(syndications.c.uri == uri, d.present.is_not(None))
        .group_by(channels.c.name, syndications.c.at, channels.c.id)
        .order_by(channels.c.id)
    )
    for row in db.execute(query).all():
        url = db.scalar(select(d.url).where(d.id == row.document))
        written = _written(db, row.document)
        newest = written[-1][0] if written and row.settled else None
        moments = _moments(db, known, newest)
        yield from _in_collection(row.name, url, written, row.at, moments)


def _written(db: Connection, document: int) -> list[tuple[datetime, datetime]]:
    """Return when a document was written: when each attempt began, and ended."""
    ended = and_(a.delivery_id == document, a.outcome == RECEIPT)
    query = select(a.started_at, a.ended_at).where(ended).order_by(a.id)
    return [(row.started_at, row.ended_at) for row in db.execute(query)]


def _moments(
    db: Connection, known: Sequence[Version], newest: datetime | None
) -> list[tuple[int, datetime]]:
    """Return each version with its moment, which a clock that was ahead does not put off.

    None is later than those after it, nor than the ``newest`` document, which holds them all.
    """
    found: list[tuple[int, datetime]] = []
    for version in reversed(known):
        is_ahead = not_far_ahead(db, version.at) < version.at
        at = newest if newest and is_ahead else version.at
        found.append((version.version, min(at, found[-1][1]) if found else at))
    return found[::-1]


def _in_collection(
    name: str, url: str | None, written: Sequence[tuple[datetime, datetime]], belongs: datetime,
    known: Sequence[tuple[int, datetime]],
) -> list[Stood]:  # fmt: skip
    stays: list[Stood] = []
    for version, at in known:
        n = bisect_left(written, max(at, belongs), key=lambda times: times[0])
        if n == len(written):
            break
        since = written[n][1]
        if stays and stays[-1].since == since:
            stays.pop()  # it was overtaken before any reader saw it
        elif stays:
            stays[-1] = replace(stays[-1], until=since, stands=False)
        stays.append(
            Stood(
                channel=name,
                address=COLLECTION,
                version=version,
                since=since,
                until=None,
                stands=True,
                url=url,
            )
        )
    return stays
