"""Places: what is at each address, what should be, and which letters are where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, text

from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.waits import HELD, to_come
from syndicate.ledger.schema import (
    PARTIAL,
    channels,
    deliveries,
    editions,
    letters,
    subscribers,
)
from syndicate.ledger.sending.queue import is_held
from syndicate.model.delivery import Receipt, delivery_key
from syndicate.model.edition_keys import PAGE_PREFIX

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
    held: bool = False  # it waits because its article is held
    subscriber: int | None = None  # a letter's: it is named EDITION/SUBSCRIBER

    @property
    def is_held(self) -> bool:
        """Return whether it waits for the end of its channel's hours."""
        return self.state == "due" and self.why.startswith(HELD)


def places(
    db: Connection,
    *,
    edition: str | None = None,
    delivery: int | None = None,
    states: Sequence[str] = (),
    open_only: bool = False,
) -> list[Place]:
    """Return the places of one edition, in some states, or not at rest.

    An article's key also finds its page.
    """
    query = _places()
    if edition is not None:
        query = query.where(editions.c.key.in_((edition, f"{PAGE_PREFIX}{edition}")))
    if delivery is not None:
        query = query.where(d.id == delivery)
    if states:
        query = query.where(d.state.in_(states))
    if open_only:
        query = query.where(d.state != "settled")
    moment = now(db)
    return [_place(row, moment) for row in db.execute(query)]


def places_in(db: Connection, numbers: Iterable[int]) -> dict[int, dict[str, Place]]:
    """Return the places of some editions, by the edition's number and by address."""
    moment, found = now(db), dict[int, dict[str, Place]]()
    for batch in batches(numbers):
        for row in db.execute(_places().where(d.edition_id.in_(batch))):
            found.setdefault(row.edition_id, {})[row.address] = _place(row, moment)
    return found


def standing_at(db: Connection, channel: str, receipt: Receipt) -> list[Place]:
    """Return what a channel has where a receipt points; letters stand nowhere."""
    matches = [d.reference == receipt.reference]
    if receipt.url:
        matches.append(func.lower(d.url) == receipt.url.lower())
    here = and_(channels.c.name == channel, d.destination == receipt.destination, or_(*matches))
    moment = now(db)
    return [_place(row, moment) for row in db.execute(_places().where(here))]


def letters_in(
    db: Connection,
    edition: int,
    states: Sequence[str],
    *,
    subscriber: int | None = None,
    most: int = 50,
) -> list[Place]:
    """Return a digest's letters in some states, one by one; or one person's."""
    x = letters.c
    query = (
        select(
            letters,
            subscribers.c.email,
            editions.c.key,
            channels.c.name,
            channels.c.key.label("channel_key"),
        )
        .join(editions, editions.c.id == x.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(subscribers, subscribers.c.id == x.subscriber_id)
        .where(x.edition_id == edition, x.state.in_(states))
        .order_by(x.subscriber_id)
        .limit(most)
    )
    if set(states) <= TROUBLE:
        query = query.where(text(PARTIAL["ix_letters_trouble"]))  # else no index is used
    if subscriber is not None:
        query = query.where(x.subscriber_id == subscriber)
    moment = now(db)
    return [_letter(row, moment) for row in db.execute(query)]


TROUBLE = {"in_doubt", "refused", "given_up"}


def _places() -> Select[Any]:
    return (
        select(
            deliveries,
            editions.c.key.label("edition"),
            channels.c.name.label("channel"),
            channels.c.key.label("channel_key"),
            is_held().label("held"),
        )
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .order_by(channels.c.id, d.id)
    )


def _letter(row: Row[Any], moment: datetime) -> Place:
    address = f"{row.subscriber_id}"
    sent = row.state == "sent"
    return Place(
        delivery=0,
        key=delivery_key(row.channel_key, row.key, address),
        channel=row.name,
        edition=row.key,
        edition_number=row.edition_id,
        address=address,
        email=row.email or "",
        state=row.state,
        present=sent,
        given_up=row.state == "given_up",
        wanted_version=0,
        present_version=0,
        reference=None,
        url=None,
        destination=None,
        why=row.why or "",
        not_before=to_come(row.not_before, moment),
        subscriber=row.subscriber_id,
    )


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
        not_before=to_come(row.not_before, moment),
        held=bool(row.held) and row.state in ("due", "claimed"),
    )
