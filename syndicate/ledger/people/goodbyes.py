"""Goodbyes: one letter for each subscription that its owner ended, with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, select, update

from syndicate.ledger.database.engine import execute_counting, now, transaction
from syndicate.ledger.people.lists import (
    LEFT,
    Subscription,
    by_key,
    end_subscriptions,
    last_subscription,
    record_bounce,
)
from syndicate.ledger.people.tokens import RETURN, Tokens
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import FREE, claim_of, end_dead_claims, take_turn
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.schema import goodbyes, subscribers, subscriptions

DIED = "the process that sent it died: look into the relay's log"
BACK_WITHIN = timedelta(days=30)  # after they left
SENT_WITHIN = timedelta(days=7)  # later it would only startle
g, s = goodbyes.c, subscriptions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """One subscription that its owner has ended."""

    subscription: int
    channel: int
    subscriber: int
    email: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClosedReturn:
    """A way back that ended before its time."""

    why: str  # COMPLAINED, BOUNCED or REMOVED


class Goodbyes:
    """Goodbyes of one ledger: due, sent, answered."""

    def __init__(self, engine: Engine, tokens: Tokens, processes: Processes) -> None:
        self.engine = engine
        self.tokens = tokens
        self.processes = processes

    def due(self, at: datetime) -> list[tuple[Leaving, ...]]:
        """Return the goodbyes that are due, those last that were put off before.

        The lists that one person left at one time are one letter. Whoever has come back meanwhile
        needs none.
        """
        with transaction(self.engine, reads=True) as db:
            rows = db.execute(_due(at - SENT_WITHIN)).all()
        found = [_leaving(row) for row in rows]
        of_one = groupby(found, key=lambda leaving: (leaving.at, leaving.subscriber))
        return [tuple(theirs) for _, theirs in of_one]

    def begin(self, letter: Sequence[Leaving]) -> bool:
        """Claim a letter and commit that it is being sent; False where another process has it."""
        me = self.processes.me()
        ours = g.subscription_id.in_([leaving.subscription for leaving in letter])
        with transaction(self.engine) as db:
            if moves.under_way(db, self.processes):
                return False
            query = select(g.subscription_id).where(ours, g.state == "due")
            query = query.order_by(g.subscription_id)
            if len(db.scalars(query.with_for_update()).all()) != len(letter):
                return False
            taken = update(goodbyes).where(ours)
            db.execute(taken.values(state="sending", **claim_of(me, now(db))))
            return True

    def end_dead_claims(self) -> int:
        """End what dead processes were sending, which may have left; returns how many."""
        return end_dead_claims(
            self.engine, self.processes, goodbyes, g.state == "sending", _died, now
        )

    def end(self, letter: Sequence[Leaving], *, over: bool, why: str = "") -> None:
        """End a letter: it was sent, or rests for good, or is tried again by the next run.

        What ended it meanwhile, a complaint for one, stands; so does another process's claim.
        """
        me = self.processes.me()
        ours = g.subscription_id.in_([leaving.subscription for leaving in letter])
        values = {"state": "over" if over else "due", "why": why, **FREE}
        open_ = and_(g.state == "sending", g.holder_id == me)
        with transaction(self.engine) as db:
            db.execute(update(goodbyes).where(ours, open_).values(**values))

    def count_bounce(self, letter: Sequence[Leaving], code: str, at: datetime) -> None:
        """Count a goodbye that its reader's mail system refused, as any other letter."""
        with transaction(self.engine) as db:
            take_turn(db)
            record_bounce(db, letter[0].subscriber, code, at)

    def token(self, leaving: Leaving, channel_key: str) -> str:
        """Return the token that brings exactly this subscription back."""
        return self.tokens.make(RETURN, channel_key, leaving.subscription)

    def end_one(self, channel: int, subscriber: int, at: datetime) -> bool:
        """End one subscription at its owner's wish; False if it had ended."""
        with transaction(self.engine) as db:
            take_turn(db)
            return bool(self.unsubscribe(db, subscriber, at, channel=channel))

    def restore(self, token: str, at: datetime) -> Subscription | ClosedReturn | None:
        """Do ``come_back`` in a transaction of its own."""
        with transaction(self.engine) as db:
            take_turn(db)
            return self.come_back(db, token, at)

    def unsubscribe(
        self, db: Connection, subscriber: int | None, at: datetime, *, channel: int | None = None
    ) -> int:
        """End a person's subscription to a list, or all, at their wish; how many there were."""
        mine = select(s.id).where(s.subscriber_id == subscriber, s.ended_at.is_(None))
        if channel is not None:
            mine = mine.where(s.channel_id == channel)
        ended = db.scalars(mine.with_for_update()).all()
        if ended:
            end_subscriptions(db, subscriber, LEFT, at, channel=channel)
            rows = [{"subscription_id": number, "at": at} for number in ended]
            db.execute(insert(goodbyes), rows)
        return len(ended)

    def come_back(
        self, db: Connection, token: str, at: datetime
    ) -> Subscription | ClosedReturn | None:
        """Make the subscription anew that a token names; None for one that is used or too old.

        The old one stays with its record of consent, and the new one says where it comes from.
        """
        keys = by_key(db)
        found = self.tokens.read(token, RETURN, keys)
        if found is None:
            return None
        here = and_(g.subscription_id == found[1], g.at > at - BACK_WITHIN)
        left = db.execute(select(goodbyes).where(here).with_for_update()).first()
        ended = db.execute(select(subscriptions).where(s.id == found[1])).first()
        if left is None or ended is None or ended.channel_id != keys[found[0]]:
            return None
        if left.state == "closed":
            return ClosedReturn(left.why)
        db.execute(delete(goodbyes).where(here))
        mine = and_(s.channel_id == ended.channel_id, s.subscriber_id == ended.subscriber_id)
        if db.scalar(select(s.id).where(mine, s.ended_at.is_(None))) is None:
            db.execute(insert(subscriptions).values(**_again(ended, left.at, at)))
        return last_subscription(db, ended.channel_id, ended.subscriber_id)


def forget_old_goodbyes(db: Connection, at: datetime) -> None:
    """Delete the goodbyes by which nobody can come back any more."""
    db.execute(delete(goodbyes).where(g.at <= at - BACK_WITHIN))


def _died(db: Connection, which: ColumnElement[bool]) -> int:
    return execute_counting(
        db, update(goodbyes).where(which).values(state="over", why=DIED, **FREE)
    )


def _due(after: datetime) -> Any:
    again = subscriptions.alias()  # and who came back and left again is told of the last time
    same = and_(again.c.channel_id == s.channel_id, again.c.subscriber_id == s.subscriber_id)
    back = select(again.c.id).where(same, again.c.id > s.id)
    query = select(s.id, s.channel_id, s.subscriber_id, subscribers.c.email, g.at)
    query = query.join(goodbyes, g.subscription_id == s.id)
    query = query.join(subscribers, subscribers.c.id == s.subscriber_id)
    query = query.where(g.state == "due", g.at > after, ~back.exists())
    return query.order_by(g.why != "", g.at, s.subscriber_id, s.id)


def _leaving(row: Any) -> Leaving:
    return Leaving(
        subscription=row.id,
        channel=row.channel_id,
        subscriber=row.subscriber_id,
        email=row.email,
        at=row.at,
    )


def _again(ended: Any, left: datetime, at: datetime) -> dict[str, Any]:
    first = ended.source.partition("; back ")[0]
    back, left_at = (f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for when in (at, left))
    source = f"{first}; back {back}, after leaving {left_at}"
    return {
        "channel_id": ended.channel_id,
        "subscriber_id": ended.subscriber_id,
        "started_at": at,
        "source": source.removeprefix("; "),
        "wording": ended.wording,
        "consented_at": at,
    }
