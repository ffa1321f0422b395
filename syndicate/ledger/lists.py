"""Who is on which list; a list is one email channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, and_, func, insert, select, update

from syndicate.ledger.engine import transaction
from syndicate.ledger.schema import subscribers, subscriptions

s = subscriptions.c


class Joining(StrEnum):
    """What became of an address that was to be put on a list."""

    ADDED = "added"
    KNOWN = "known"  # already on it
    LEFT = "left before"  # and stays away


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person on one list."""

    id: int  # the subscriber's
    email: str
    name: str
    since: datetime
    ended: datetime | None
    reason: str


class Lists:
    """The subscriptions of one ledger. Addresses come in normalised, in lower case."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add(
        self, channel: int, people: list[tuple[str, str]], source: str, at: datetime, *, again: bool
    ) -> list[Joining]:
        """Put (email, name) pairs on a list; who has left comes back only when asked ``again``."""
        with transaction(self.engine) as db:
            return [self._join(db, channel, *who, source, at, again) for who in people]

    def end(self, channel: int, email: str, reason: str, at: datetime) -> bool:
        """End a subscription; False if there was none."""
        ours = and_(
            s.channel_id == channel,
            s.ended_at.is_(None),
            s.subscriber_id.in_(select(subscribers.c.id).where(subscribers.c.email == email)),
        )
        with transaction(self.engine) as db:
            ended = update(subscriptions).where(ours).values(ended_at=at, ended_reason=reason)
            return bool(db.execute(ended).rowcount)

    def on(self, channel: int, *, ended: bool = False) -> Iterator[Subscription]:
        """Who is on a list, and who was if ``ended``."""
        query = (
            select(subscriptions, subscribers.c.email, subscribers.c.name)
            .join(subscribers, subscribers.c.id == s.subscriber_id)
            .where(s.channel_id == channel)
            .order_by(subscribers.c.email, s.id)
        )
        if not ended:
            query = query.where(s.ended_at.is_(None))
        with transaction(self.engine, reads=True) as db:
            for row in db.execute(query.execution_options(yield_per=1000)):
                yield Subscription(row.subscriber_id, row.email, row.name, row.started_at,
                                   row.ended_at, row.ended_reason or "")  # fmt: skip

    def count(self, channel: int) -> int:
        """How many are on a list."""
        query = select(func.count()).where(s.channel_id == channel, s.ended_at.is_(None))
        with transaction(self.engine, reads=True) as db:
            return int(db.scalar(query.select_from(subscriptions)) or 0)

    def _join(
        self, db: Connection, channel: int, email: str, name: str, source: str, at: datetime,
        again: bool,
    ) -> Joining:  # fmt: skip
        who = db.scalar(select(subscribers.c.id).where(subscribers.c.email == email))
        if who is None:
            made = db.execute(insert(subscribers).values(email=email, name=name))
            assert made.inserted_primary_key is not None
            who = made.inserted_primary_key[0]
        here = and_(s.channel_id == channel, s.subscriber_id == who)
        before = db.execute(select(s.ended_at).where(here)).all()
        if any(row.ended_at is None for row in before):
            return Joining.KNOWN
        if before and not again:
            return Joining.LEFT
        new = {"channel_id": channel, "subscriber_id": who, "started_at": at, "source": source}
        db.execute(insert(subscriptions).values(**new))
        return Joining.ADDED
