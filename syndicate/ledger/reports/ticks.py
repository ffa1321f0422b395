"""Runs of `tick`: when, on which machines, and what they have reported already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import reported, ticks

KEPT = 100  # ticks
SAID_AGAIN = timedelta(days=1)  # after which what has not changed is reported once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One run of ``tick``, by the office's clock."""

    host: str
    began: datetime
    ended: datetime | None

    @property
    def latest(self) -> datetime:
        """Return the last that is known of it."""
        return self.ended or self.began


class Ticks:
    """The newest runs of `tick`, and what they have reported."""

    def __init__(self, engine: Engine, host: str) -> None:
        self.engine = engine
        self.host = host

    def begin(self, at: datetime) -> int:
        """Note that one has begun; returns its number."""
        with transaction(self.engine) as db:
            made = db.execute(insert(ticks).values(host=self.host, began_at=at))
            assert made.inserted_primary_key is not None
            number = int(made.inserted_primary_key[0])
            db.execute(delete(ticks).where(ticks.c.id <= number - KEPT))
            return number

    def end(self, number: int, at: datetime, unmended: Collection[str]) -> set[str]:
        """Note that it has ended, and what it could not mend; returns what was reported before."""
        with transaction(self.engine) as db:
            db.execute(update(ticks).where(ticks.c.id == number).values(ended_at=at))
            rows = db.execute(select(reported)).all()
            lately = {r.fingerprint for r in rows if at - SAID_AGAIN < r.at <= at}
            known = lately.intersection(unmended)
            mended = {row.fingerprint for row in rows} - known
            db.execute(delete(reported).where(reported.c.fingerprint.in_(mended)))
            for fingerprint in sorted(set(unmended) - known):
                db.execute(insert(reported).values(fingerprint=fingerprint, at=at))
            return known


def newest(db: Connection) -> list[Tick]:
    """Return the newest ticks of all machines, oldest first."""
    query = select(ticks).order_by(ticks.c.id.desc()).limit(KEPT)
    return [
        Tick(host=row.host, began=row.began_at, ended=row.ended_at)
        for row in reversed(db.execute(query).all())
    ]
