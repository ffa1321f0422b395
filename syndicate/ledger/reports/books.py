"""The books of digests: every letter that was frozen is in exactly one state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from syndicate.ledger.database.engine import now
from syndicate.ledger.schema import channels, editions, letters, runs
from syndicate.ledger.sending.runs import letter_counts

CHECKED_FOR = timedelta(days=1)  # after its end nothing changes a run but `resolve`, which opens it
r, x = runs.c, letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Imbalance:
    """A digest whose letters do not add up to as many as were frozen."""

    edition: int
    channel: str
    key: str
    frozen: int
    frozen_at: datetime
    states: Mapping[str, int]  # of the letters that there are

    @property
    def found(self) -> int:
        return sum(self.states.values())


def imbalances(db: Connection) -> list[Imbalance]:
    """Return the digests whose books do not balance, among those open or ended lately.

    frozen = sent + refused + due (deferred among them) + sending + in doubt + called off + given
    up. What of a long list is not written down yet is due.
    """
    current = or_(r.ended_at.is_(None), r.ended_at > now(db) - CHECKED_FOR)
    query = (
        select(r.edition_id, r.letters, r.frozen_at, channels.c.name, editions.c.key)
        .join(editions, editions.c.id == r.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(letters, x.edition_id == r.edition_id)
        .where(current, r.upto.is_(None), r.counts.is_(None))
        .group_by(r.edition_id, r.letters, r.frozen_at, channels.c.name, editions.c.key)
        .having(func.count(x.subscriber_id) != r.letters)
        .order_by(r.edition_id)
    )
    return [
        Imbalance(
            edition=row.edition_id, channel=row.name, key=row.key, frozen=row.letters,
            frozen_at=row.frozen_at, states=letter_counts(db, row.edition_id),
        )
        for row in db.execute(query).all()
    ]  # fmt: skip
