"""Attempts at a delivery: what each does at the destination, and what it leaves wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Update,
    and_,
    case,
    literal,
    null,
    or_,
    select,
    update,
)

from syndicate.errors import DeliveryError
from syndicate.ledger.processes.waits import is_over
from syndicate.ledger.schema import channels, deliveries, editions
from syndicate.ledger.sending.renditions import pictures_of
from syndicate.model.delivery import Receipt, Rendition, delivery_key

d = deliveries.c
# where nothing is (yet, or at another destination)
NOTHING_THERE: dict[str, Any] = {
    "present": null(),
    "reference": null(),
    "url": null(),
    "state": "due",
}


Result = Receipt | DeliveryError | None  # a receipt, None for a removal, or how it failed


class Verb(StrEnum):
    """Kind of effect at the destination."""

    PUBLISH = "publish"
    REVISE = "revise"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at one delivery, claimed by this process."""

    id: int
    delivery: int
    key: str
    address: str
    verb: Verb
    rendition: Rendition | None  # what it tries to put there; None removes
    files: dict[str, bytes]
    receipt: Receipt | None  # for what is there already
    started: datetime
    neighbours: tuple[Receipt | None, Receipt | None] = (None, None)
    followed: Receipt | None = None
    stood: bool = False


Ended = tuple[Attempt, Result]  # an attempt and how it ended


def attempt_at(
    db: Connection,
    row: Row[Any],
    id: int,
    verb: Verb,
    rendition: Rendition | None,
    media: Mapping[str, bytes],
    at: datetime,
) -> Attempt:
    """Return an attempt at a delivery, with what it puts there and what stands already."""
    own = replace(rendition, address=row.address) if rendition else None
    receipt = None
    if row.reference is not None:
        receipt = Receipt(reference=row.reference, url=row.url, destination=row.destination or "")
    return Attempt(
        id=id,
        delivery=row.id,
        address=row.address,
        verb=verb,
        rendition=own,
        files=pictures_of(own, media),
        receipt=receipt,
        started=at,
        followed=_followed(db, row) if row.follows else None,
        stood=row.present is None and row.destination is not None,
        key=delivery_key(row.channel_key, row.edition_key, row.address),
    )


def verb_for(row: Row[Any]) -> Verb | None:
    """Return the effect that makes present equal wanted; None where none is needed."""
    if row.replaces and row.present is None:
        return None
    if row.present == row.wanted and not row.lacking:
        return None
    if row.present is None:
        return Verb.PUBLISH
    return Verb.REMOVE if row.wanted is None else Verb.REVISE


def deliveries_with_keys(which: ColumnElement[bool]) -> Any:
    """Select deliveries with what an attempt needs to know."""
    return (
        select(
            deliveries,
            editions.c.key.label("edition_key"),
            channels.c.key.label("channel_key"),
            editions.c.channel_id,
        )
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(which)
        .order_by(d.id)
    )


def is_ready(moment: datetime) -> ColumnElement[bool]:
    """Match deliveries that need not wait any more."""
    return is_over(d.not_before, moment)


def resting(which: ColumnElement[bool]) -> Update:
    """Update deliveries whose present equals wanted to settled, unless under way or in doubt.

    What was only to replace something is no longer wanted where nothing is.
    """
    pointless = and_(d.replaces, d.present.is_(None))
    rests = or_(pointless, and_(d.wanted.is_not_distinct_from(d.present), ~d.lacking))
    return (
        update(deliveries)
        .where(which, d.state.in_(("due", "settled")))
        .values(
            wanted=case((pointless, null()), else_=d.wanted),
            state=case((rests, literal("settled")), else_=literal("due")),
        )
    )


def _followed(db: Connection, row: Row[Any]) -> Receipt | None:
    """Return the receipt of what a delivery follows; None where that does not stand."""
    here = and_(d.edition_id == row.edition_id, d.address == row.follows)
    receipt = select(d.reference, d.url, d.destination)
    return first_receipt(db, receipt.where(here, d.present.is_not(None)))


def first_receipt(db: Connection, receipts: Select[Any]) -> Receipt | None:
    found = db.execute(receipts.limit(1)).first()
    return (
        Receipt(reference=found.reference, url=found.url, destination=found.destination)
        if found
        else None
    )
