"""Pace and rate limits of each destination, shared by all processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, update

from syndicate.ledger.database.engine import execute_counting, transaction
from syndicate.ledger.processes.waits import waits
from syndicate.ledger.schema import channels, used
from syndicate.model.rate import Rate

RATE_STEP = timedelta(minutes=1)  # what a rate is counted by


class Pace:
    """The pace and rate limits of channels, by the database's clock."""

    def __init__(self, engine: Engine, clock: Callable[[Connection], datetime]) -> None:
        self.engine = engine
        self.clock = clock

    def take_turn(self, channel: int, pace: timedelta, patience: timedelta) -> timedelta:
        """Return how long to wait for our turn; beyond ``patience`` no turn is taken."""
        here = channels.c.id == channel
        with transaction(self.engine) as db:
            row = db.execute(
                select(channels.c.next_at).where(here).with_for_update(key_share=True)
            ).one()
            now = self.clock(db)
            turn = row.next_at if waits(row.next_at, now) else now
            if turn - now <= patience:
                db.execute(update(channels).where(here).values(next_at=turn + pace, why=""))
            return turn - now

    def grant(self, channel: int, most: int, rates: Sequence[Rate]) -> tuple[int, float]:
        """Return how many of ``most`` effects may happen now, and seconds to wait for the next.

        What is granted counts as used, whether it happens or not.
        """
        here = channels.c.id == channel
        with transaction(self.engine) as db:
            row = db.execute(
                select(channels.c.next_at).where(here).with_for_update(key_share=True)
            ).one()
            now = self.clock(db)
            if waits(row.next_at, now):
                return 0, (row.next_at - now).total_seconds()
            for rate in rates:
                most = min(most, max(1, rate.count) if rate.seconds == 1 else most)
                if rate.seconds > 1:
                    room, wait = self._room(db, channel, rate, now)
                    if not room:
                        return 0, wait
                    most = min(most, room)
            pace = max((1 / rate.count for rate in rates if rate.seconds == 1), default=0.0)
            if pace:
                later = {"next_at": now + timedelta(seconds=pace * most), "why": ""}
                db.execute(update(channels).where(here).values(**later))
            if any(rate.seconds > 1 for rate in rates):
                self._use(db, channel, most, now)
            return most, pace * most

    def _room(self, db: Connection, channel: int, rate: Rate, now: datetime) -> tuple[int, float]:
        """Return how many a rate leaves, and how long until there are more; by the minute."""
        since = now - timedelta(seconds=rate.seconds)
        u = used.c
        here = and_(u.channel_id == channel, u.minute > since, u.minute <= now + RATE_STEP)
        found = db.execute(select(func.sum(u.count), func.min(u.minute)).where(here)).one()
        oldest = found[1] or now
        wait = (oldest + timedelta(seconds=rate.seconds) - now).total_seconds()
        return max(0, rate.count - int(found[0] or 0)), max(1.0, wait)

    def _use(self, db: Connection, channel: int, count: int, now: datetime) -> None:
        u, minute = used.c, now.replace(second=0, microsecond=0) + RATE_STEP
        here = and_(u.channel_id == channel, u.minute == minute)
        if not execute_counting(db, update(used).where(here).values(count=u.count + count)):
            old = or_(u.minute < now - timedelta(days=2), u.minute > now + RATE_STEP)
            db.execute(delete(used).where(u.channel_id == channel, old))
            db.execute(insert(used).values(channel_id=channel, minute=minute, count=count))

    def pause(self, channel: int, seconds: float, why: str = "") -> None:
        """Let nobody write to a destination before the pause is over that it asked for."""
        here = channels.c.id == channel
        with transaction(self.engine) as db:
            row = db.execute(
                select(channels.c.next_at).where(here).with_for_update(key_share=True)
            ).one()
            now = self.clock(db)
            until = now + timedelta(seconds=seconds)
            if not waits(row.next_at, now) or row.next_at < until:
                db.execute(update(channels).where(here).values(next_at=until, why=why))
