"""Lists and their subscriptions; a list is one email channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, text, update

from syndicate.ledger.database.engine import execute_counting, transaction
from syndicate.ledger.people.tokens import SUBSCRIPTION, Tokens
from syndicate.ledger.processes.claims import FREE, take_turn
from syndicate.ledger.schema import channels, forgotten, goodbyes, subscribers, subscriptions
from syndicate.model.bounces import count_bounce

s = subscriptions.c
REASONS = LEFT, BOUNCED, COMPLAINED = "unsubscribed", "bounced", "complained"
REMOVED = "removed"  # by the office: ends a way back
# as text, since SQLAlchemy has ON CONFLICT for each database apart; another process may be quicker
JOINED = text(
    "INSERT INTO subscribers (email, name) VALUES (:email, :name) ON CONFLICT (email) DO NOTHING"
)


class Joining(StrEnum):
    """Outcome for an address that was to be put on a list."""

    ADDED = "added"
    KNOWN = "known"  # already on it
    LEFT = "left before"  # and stays away
    ENDED = "left"  # was on it until now
    KEPT = "came back since"  # left, but joined again after that, and stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Joiner:
    """Person to be put on a list, with the record of their consent."""

    email: str
    name: str = ""
    source: str = ""
    wording: str = ""  # what they agreed to
    consented: datetime | None = None  # None: unknown
    ended: str = ""  # why they are on it no more, if so: only that is kept
    ended_at: datetime | None = None  # None: unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One person on one list."""

    id: int  # the subscriber's
    email: str
    name: str
    since: datetime
    ended: datetime | None
    reason: str
    source: str
    wording: str
    consented: datetime | None
    list_name: str


class Lists:
    """The subscriptions of one ledger. Addresses come in normalised, in lower case."""

    def __init__(self, engine: Engine, tokens: Tokens) -> None:
        self.engine = engine
        self.tokens = tokens

    def add(
        self, channel: int, people: Sequence[Joiner], at: datetime, *, again: bool = False
    ) -> list[Joining]:
        """Put people on a list, all of them or nobody.

        Whoever has left, or was forgotten, comes back only if ``again`` is set.
        """
        with transaction(self.engine) as db:
            return self.join(db, channel, people, at, again=again)

    def join(
        self, db: Connection, channel: int, people: Sequence[Joiner], at: datetime, *, again: bool
    ) -> list[Joining]:
        """Put people on a list within a transaction, in a few statements for all of them."""
        take_turn(db)  # no other process adds the same people meanwhile
        away = self._away(db, people)
        if again:
            back = [away.pop(p.email) for p in people if p.email in away and not p.ended]
            db.execute(delete(forgotten).where(forgotten.c.hash.in_(back)))
        ids = _add_subscribers(db, [person for person in people if person.email not in away])
        standing = _standing(db, channel, ids.values())
        found, rows = [], dict[int, dict[str, Any]]()
        for person in people:
            number = ids.get(person.email)
            if number is None:
                found.append(Joining.LEFT)
            elif person.ended:
                row = _row(channel, number, person, at)
                if standing.get(number) is None or number in rows:
                    rows[number] = row  # kept in mind: they left
                    found.append(Joining.LEFT)
                else:
                    found.append(_leave_elsewhere(db, person, row, standing[number]))
                standing[number] = found[-1] is Joining.KEPT
            else:
                how = _how(standing.get(number), again=again)
                if how is Joining.ADDED:
                    rows[number] = _row(channel, number, person, at)
                    standing[number] = True
                found.append(how)
        if rows:
            db.execute(insert(subscriptions), list(rows.values()))
        both = zip(people, found, strict=True)
        departed = [person for person, how in both if person.ended and how is not Joining.KEPT]
        _silence(db, channel, ids, departed)
        return found

    def end(self, channel: int, email: str, reason: str, at: datetime) -> bool:
        """End a subscription for good, without a goodbye; False if there was none."""
        with transaction(self.engine) as db:
            take_turn(db)
            number = number_of(db, email)
            ended = end_subscriptions(db, number, reason, at, channel=channel)
            close_way_back(db, [number] if number else [], REMOVED, channel=channel)
            return bool(ended)

    def named(self, token: str) -> tuple[int, int] | None:
        """Return (channel, subscriber) of the subscription that a token names, active or not."""
        with transaction(self.engine, reads=True) as db:
            numbers = by_key(db)
        found = self.tokens.read(token, SUBSCRIPTION, numbers)
        return (numbers[found[0]], found[1]) if found else None

    def is_beyond(self, subscriber: int) -> bool:
        """Return True if a token of ours names somebody newer than everybody in this ledger.

        No row is ever deleted: who is forgotten keeps a number.
        """
        with transaction(self.engine, reads=True) as db:
            return subscriber > int(db.scalar(select(func.max(subscribers.c.id))) or 0)

    def subscription(self, channel: int, subscriber: int) -> Subscription | None:
        """Return a person's last subscription to a list; None for somebody who was forgotten."""
        with transaction(self.engine, reads=True) as db:
            return last_subscription(db, channel, subscriber)

    def last(self, channel: int, email: str) -> Subscription | None:
        """Return the last subscription of an address to a list; None where it never had any."""
        with transaction(self.engine, reads=True) as db:
            number = number_of(db, email)
            return None if number is None else last_subscription(db, channel, number)

    def of(self, email: str) -> list[Subscription]:
        """Return all subscriptions that an address ever had."""
        with transaction(self.engine, reads=True) as db:
            return subscriptions_of(db, email)

    def on(self, channel: int, *, ended: bool = False) -> Iterator[Subscription]:
        """Yield the subscriptions to a list; with those that ended if ``ended``."""
        query = _people().where(s.channel_id == channel).order_by(subscribers.c.email, s.id)
        if not ended:
            query = query.where(s.ended_at.is_(None))
        with transaction(self.engine, reads=True) as db:
            for row in db.execute(query.execution_options(yield_per=1000)):
                yield _subscription(row)

    def count(self, channel: int) -> int:
        """Count the subscribers of a list."""
        with transaction(self.engine, reads=True) as db:
            return subscriber_count(db, channel)

    def _away(self, db: Connection, people: Sequence[Joiner]) -> dict[str, str]:
        """Return those of them who were forgotten, with their hashes."""
        if db.scalar(select(forgotten.c.hash).limit(1)) is None:
            return {}
        hashes = {person.email: self.tokens.hide(person.email) for person in people}
        query = select(forgotten.c.hash).where(forgotten.c.hash.in_(list(hashes.values())))
        found = set(db.scalars(query))
        return {email: hidden for email, hidden in hashes.items() if hidden in found}


def record_bounce(db: Connection, subscriber: int, code: str, at: datetime) -> bool:
    """Count a letter that came back; True if that ended the person's subscriptions."""
    here = subscribers.c.id == subscriber
    row = db.execute(select(subscribers).where(here).with_for_update(key_share=True)).first()
    if row is None:
        return False
    tally = count_bounce(code, row.bounces, row.bounced_at, at)
    values = {"bounces": tally.count, "bounce": code, "bounced_at": at}
    db.execute(update(subscribers).where(here).values(**values))
    if not tally.final:
        return False
    ended = end_subscriptions(db, subscriber, f"{BOUNCED} {code}", at)
    close_way_back(db, [subscriber], BOUNCED)
    return bool(ended)


def close_way_back(
    db: Connection, subscribers: Collection[int], why: str, *, channel: int | None = None
) -> None:
    """Cancel the goodbyes to people and their ways back: to a list, or to any.

    After their subscriptions are ended, so that who leaves at the same time is among them.
    """
    theirs = _goodbyes_to(subscribers, channel)
    values = {"state": "closed", "why": why, **FREE}
    db.execute(update(goodbyes).where(theirs).values(**values))


def _goodbyes_to(subscribers: Collection[int], channel: int | None) -> Any:
    theirs = select(s.id).where(s.subscriber_id.in_(subscribers))
    if channel is not None:
        theirs = theirs.where(s.channel_id == channel)
    return goodbyes.c.subscription_id.in_(theirs)


def end_subscriptions(
    db: Connection, subscriber: int | None, reason: str, at: datetime, *, channel: int | None = None
) -> int:
    """End a person's subscription to a list, or all of them; returns how many there were."""
    ended = update(subscriptions).where(s.subscriber_id == subscriber, s.ended_at.is_(None))
    if channel is not None:
        ended = ended.where(s.channel_id == channel)
    return execute_counting(db, ended.values(ended_at=at, ended_reason=reason))


def subscriptions_of(db: Connection, email: str) -> list[Subscription]:
    """Return all subscriptions that an address ever had, oldest first."""
    query = _people().where(subscribers.c.email == email).order_by(s.id)
    return [_subscription(row) for row in db.execute(query)]


def last_subscription(db: Connection, channel: int, subscriber: int) -> Subscription | None:
    """Return a person's last subscription to a list; None for somebody who was forgotten."""
    query = _people().where(s.channel_id == channel, s.subscriber_id == subscriber)
    row = db.execute(query.order_by(s.id.desc())).first()
    return _subscription(row) if row else None


def subscribed(db: Connection, subscriber: int | None) -> list[int]:
    """Return the lists that somebody is on."""
    mine = select(s.channel_id).where(s.subscriber_id == subscriber, s.ended_at.is_(None))
    return list(db.scalars(mine.order_by(s.channel_id)))


def subscriber_count(db: Connection, channel: int) -> int:
    """Count the subscribers of a list."""
    query = select(func.count()).where(s.channel_id == channel, s.ended_at.is_(None))
    return int(db.scalar(query.select_from(subscriptions)) or 0)


def by_key(db: Connection) -> dict[str, int]:
    """Return every channel's number by its key."""
    return {row.key: int(row.id) for row in db.execute(select(channels.c.key, channels.c.id))}


def number_of(db: Connection, email: str) -> int | None:
    """Return the subscriber with an address; None for a stranger's."""
    number = db.scalar(select(subscribers.c.id).where(subscribers.c.email == email))
    return None if number is None else int(number)


def subscriber_number(db: Connection, email: str) -> int:
    """Return the number of an address, which gets one where it has none."""
    return _add_subscribers(db, [Joiner(email=email)])[email]


def _add_subscribers(db: Connection, people: Sequence[Joiner]) -> dict[str, int]:
    """Return every address's number; new subscribers get one."""
    first: dict[str, str] = {}
    for person in people:
        first.setdefault(person.email, person.name)
    if not first:
        return {}
    known = select(subscribers.c.email, subscribers.c.id).where(subscribers.c.email.in_(first))
    ids = {row.email: int(row.id) for row in db.execute(known)}
    new = [{"email": email, "name": name} for email, name in first.items() if email not in ids]
    if new:
        db.execute(JOINED, new)
        ids = {row.email: int(row.id) for row in db.execute(known)}
    return ids


def _standing(db: Connection, channel: int, numbers: Collection[int]) -> dict[int, bool]:
    """Return by number whether those who are or were on a list still are."""
    query = select(s.subscriber_id, func.count() - func.count(s.ended_at)).where(
        s.channel_id == channel, s.subscriber_id.in_(list(numbers))
    )
    return {who: bool(active) for who, active in db.execute(query.group_by(s.subscriber_id))}


def _how(standing: bool | None, *, again: bool) -> Joining:
    if standing:
        return Joining.KNOWN
    return Joining.LEFT if standing is False and not again else Joining.ADDED


def _leave_elsewhere(db: Connection, person: Joiner, row: dict[str, Any], active: bool) -> Joining:
    """End the subscription of somebody who left elsewhere, unless it began after that."""
    if not active:
        return Joining.LEFT
    here = and_(s.channel_id == row["channel_id"], s.subscriber_id == row["subscriber_id"])
    here = and_(here, s.ended_at.is_(None))
    if person.ended_at is not None:
        here = and_(here, s.started_at < person.ended_at)
    ended = update(subscriptions).where(here)
    ended = ended.values(ended_at=row["ended_at"], ended_reason=person.ended)
    return Joining.ENDED if execute_counting(db, ended) else Joining.KEPT


def _row(channel: int, number: int, person: Joiner, at: datetime) -> dict[str, Any]:
    ended, reason = (at, person.ended) if person.ended else (None, None)
    return {
        "channel_id": channel,
        "subscriber_id": number,
        "started_at": at,
        "ended_at": ended,
        "ended_reason": reason,
        "source": person.source,
        "wording": person.wording,
        "consented_at": person.consented,
    }


def _silence(
    db: Connection, channel: int, ids: Mapping[str, int], departed: Sequence[Joiner]
) -> None:
    """Send no goodbye to those who left elsewhere, too.

    Who complained, or cannot be written to, has no way back either.
    """
    why = {ids[person.email]: person.ended for person in departed if person.email in ids}
    if not why or db.scalar(select(goodbyes.c.subscription_id).limit(1)) is None:
        return
    waiting = and_(goodbyes.c.state.in_(("due", "sending")), _goodbyes_to(why, channel))
    values = {"state": "over", "why": "the office said it, too", **FREE}
    db.execute(update(goodbyes).where(waiting).values(**values))
    for reason in (BOUNCED, COMPLAINED):
        lost = [who for who, ended in why.items() if ended.startswith(reason)]
        close_way_back(db, lost, reason)


def _people() -> Any:
    query = select(
        subscriptions, subscribers.c.email, subscribers.c.name, channels.c.name.label("list")
    )
    query = query.join(subscribers, subscribers.c.id == s.subscriber_id)
    return query.join(channels, channels.c.id == s.channel_id)


def _subscription(row: Any) -> Subscription:
    return Subscription(
        id=row.subscriber_id,
        email=row.email,
        name=row.name,
        since=row.started_at,
        ended=row.ended_at,
        reason=row.ended_reason or "",
        source=row.source,
        wording=row.wording,
        consented=row.consented_at,
        list_name=row.list,
    )
