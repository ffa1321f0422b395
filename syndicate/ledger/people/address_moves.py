"""Move a person to another address: their subscriptions, record of consent and letters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, insert, or_, select, update

from syndicate.ledger.people.followers import move_follows
from syndicate.ledger.people.lists import BOUNCED, COMPLAINED, end_subscriptions, number_of
from syndicate.ledger.people.tokens import Tokens
from syndicate.ledger.schema import forgotten, letters, requests, subscribers, subscriptions

ENDED = "moved"  # why a subscription ended whose owner was a reader at the new address, too
LATE_BOUNCES = timedelta(days=7)  # of letters to the address that somebody has left
s = subscriptions.c


def address_of(db: Connection, subscriber: int | None) -> str:
    """Return a subscriber's address; "" for nobody."""
    query = select(subscribers.c.email).where(subscribers.c.id == subscriber)
    return str(db.scalar(query) or "")


def may_arrive(db: Connection, tokens: Tokens, email: str) -> bool:
    """Return whether an address may be written to: not one that was forgotten or is suppressed."""
    hidden = forgotten.c.hash == tokens.hide(email)
    if db.scalar(select(forgotten.c.hash).where(hidden)) is not None:
        return False
    number = number_of(db, email)
    silent = or_(s.ended_reason.startswith(BOUNCED), s.ended_reason == COMPLAINED)
    ended = and_(s.subscriber_id == number, silent)
    return number is None or db.scalar(select(s.id).where(ended).limit(1)) is None


def move_person(db: Connection, subscriber: int, email: str, at: datetime) -> int:
    """Move somebody to an address; returns who they are there.

    Where nobody has it, they keep their number and all that is theirs. Else it is a reader's, who
    gets the subscriptions that they do not have.
    """
    other = number_of(db, email)
    mine = and_(s.subscriber_id == subscriber, s.ended_at.is_(None))
    moved = f"; moved to this address {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, confirmed by letter"
    if other is None:
        values: dict[str, Any] = {"email": email, "bounces": 0, "bounce": None, "bounced_at": None}
        here = subscribers.c.id == subscriber
        db.execute(update(subscribers).where(here).values(**values))
        db.execute(update(subscriptions).where(mine).values(source=s.source + moved))
        return subscriber
    _hand_over(db, subscriber, other, moved, at)
    return other


def _hand_over(db: Connection, subscriber: int, other: int, moved: str, at: datetime) -> None:
    """Give one reader what another one has and they have not."""
    theirs = select(s.channel_id).where(s.subscriber_id == other, s.ended_at.is_(None))
    mine = and_(s.subscriber_id == subscriber, s.ended_at.is_(None), s.channel_id.not_in(theirs))
    rows = [
        {
            "channel_id": row.channel_id,
            "subscriber_id": other,
            "started_at": at,
            "source": row.source + moved,
            "wording": row.wording,
            "consented_at": row.consented_at,
        }
        for row in db.execute(select(subscriptions).where(mine)).all()
    ]
    end_subscriptions(db, subscriber, ENDED, at)
    move_follows(db, subscriber, other)
    if rows:
        db.execute(insert(subscriptions), rows)
    same = letters.alias()
    twice = exists().where(same.c.edition_id == letters.c.edition_id, same.c.subscriber_id == other)
    got = and_(letters.c.subscriber_id == subscriber, letters.c.state == "sent", ~twice)
    db.execute(update(letters).where(got).values(subscriber_id=other))


def moved_lately(db: Connection, subscriber: int, at: datetime) -> bool:
    """Return whether a bounce may be of the address that somebody has just left."""
    note = and_(requests.c.wants == "moved", requests.c.subscriber_id == subscriber)
    query = select(requests.c.id).where(note, requests.c.at > at - LATE_BOUNCES).limit(1)
    return db.scalar(query) is not None
