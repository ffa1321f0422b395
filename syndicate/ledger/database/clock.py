"""The ledger's clock: the database's, by which everything is ordered that machines do."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from syndicate.errors import LedgerError
from syndicate.ledger.database.engine import now

UNNOTED = timedelta(minutes=1)  # by which a machine's clock may be off, and nobody is told
MOST = timedelta(minutes=10)  # by which it may be off where something is written
FARTHEST_AHEAD = timedelta(days=1)  # of the database's clock: beyond it is a wrong clock's moment
ZERO = timedelta(0)
SHIFT = "syndicate_shift"  # the engine's option that holds a rehearsal's
REPAIR = "correct the wrong clock with NTP: `timedatectl set-ntp true`"
# a clock that nobody sets, and that goes on while the machine sleeps, where there is such a one
STEADY = getattr(time, "CLOCK_BOOTTIME", None)


class Clock:
    """The database's clock, without asking it each time.

    Asked when the ledger is opened and whenever somebody plans, it is carried on by a clock that
    nobody sets. It is never ahead of the database's: what another machine plans next is later.
    SQLite has no clock but its machine's.
    """

    def __init__(self) -> None:
        self.off = ZERO  # by how much this machine's is ahead of it, at least; negative: behind
        self.shift = ZERO  # a rehearsal's
        self._shown: datetime | None = None
        self._since = 0.0

    def __call__(self) -> datetime:
        if self._shown is None:
            return datetime.now(UTC)
        return self._shown + timedelta(seconds=steady() - self._since)

    def follow(self, db: Connection) -> None:
        """Take over what the database's clock shows, and compare this machine's with it."""
        if db.dialect.name == "sqlite":
            return
        asked = steady()
        moment = now(db)
        self._shown, self._since = moment, steady()
        self.off = _surely_ahead(datetime.now(UTC) - moment, self._since - asked)

    def rehearse(self, engine: Engine, now: datetime) -> None:
        """Let what the office does be dated as if it were ``now``, from here on."""
        self.shift = now - self()
        engine.update_execution_options(**{SHIFT: self.shift})

    @property
    def is_far_off(self) -> bool:
        """Return whether this machine's clock is too wrong to write by."""
        return abs(self.off) > MOST

    @property
    def remark(self) -> str:
        """Return a warning about this machine's clock; "" where it is right."""
        if abs(self.off) <= UNNOTED:
            return ""
        if self.is_far_off:
            return f"{self._difference}: this machine may not write ({REPAIR})"
        return f"{self._difference}, by which everything is ordered ({REPAIR})"

    def refuse_far_off(self) -> None:
        """Raise LedgerError where this machine's clock is too wrong to write by."""
        if self.is_far_off:
            raise LedgerError(
                f"{self._difference}: nothing was done ({REPAIR}, then run this command again)"
            )

    @property
    def _difference(self) -> str:
        side = "ahead of" if self.off > ZERO else "behind"
        return f"this machine's clock is {_span(abs(self.off))} {side} the database's"


def office_time(db: Connection) -> datetime:
    """Return the time by the database's clock, as a rehearsal shifts it."""
    by: timedelta = db.get_execution_options().get(SHIFT, ZERO)
    return now(db) + by


def not_far_ahead(db: Connection, at: datetime) -> datetime:
    """Return a moment of the office's clock, at most a day ahead of the database's."""
    return min(at, office_time(db) + FARTHEST_AHEAD)


def steady() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.monotonic() if STEADY is None else time.clock_gettime(STEADY)


def _surely_ahead(difference: timedelta, seconds: float) -> timedelta:
    """Return the part of a difference that cannot be the time of the database's answer."""
    return difference - min(max(difference, ZERO), timedelta(seconds=seconds))


def _span(length: timedelta) -> str:
    seconds = round(length.total_seconds(), -1)
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}s"
    return f"{seconds:.0f} seconds"
