"""How fast a destination may be written to, by whichever process: one line for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from syndicate.ledger.engine import transaction
from syndicate.ledger.schema import channels


class Pace:
    """The next moment at which each channel may have an effect, by the database's clock."""

    def __init__(self, engine: Engine, clock: Callable[[Connection], datetime]) -> None:
        self.engine = engine
        self.clock = clock

    def take_turn(self, channel: int, pace: timedelta, patience: timedelta) -> timedelta:
        """How long to wait for our turn; where that is beyond ``patience``, no turn is taken."""
        here = channels.c.id == channel
        with transaction(self.engine) as db:
            row = db.execute(select(channels.c.next_at).where(here).with_for_update()).one()
            now = self.clock(db)
            turn = max(now, row.next_at or now)
            if turn - now <= patience:
                db.execute(update(channels).where(here).values(next_at=turn + pace))
            return turn - now

    def pause(self, channel: int, seconds: float) -> None:
        """The destination asked for a pause: nobody writes there before it is over."""
        here = channels.c.id == channel
        with transaction(self.engine) as db:
            row = db.execute(select(channels.c.next_at).where(here).with_for_update()).one()
            until = self.clock(db) + timedelta(seconds=seconds)
            if row.next_at is None or row.next_at < until:
                db.execute(update(channels).where(here).values(next_at=until))
