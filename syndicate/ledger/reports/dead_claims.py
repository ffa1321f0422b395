"""What dead processes hold, for those who only look: nothing of it is written down here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.liveness import Presence, holding
from syndicate.ledger.processes.waits import CLAIM_FOR, is_over
from syndicate.ledger.schema import blocks, deliveries, letters

d, x = deliveries.c, letters.c


@dataclass(frozen=True, slots=True)
class Lost:
    """Recipients of a digest whose sender is gone, and how many of them it was writing to."""

    edition: int
    first: int
    last: int
    sending: int


def lost_deliveries(db: Connection, presence: Presence) -> set[int]:
    """The deliveries whose holder is gone."""
    held = d.state.in_(("claimed", "sending"))
    dead = _dead(db, presence, select(d.holder_id).where(held))
    if dead is None:
        return set()
    gone = or_(d.holder_id.in_(dead), is_over(d.claimed_until, now(db), CLAIM_FOR))
    return set(db.scalars(select(d.id).where(held, gone)))


def lost_letters(db: Connection, presence: Presence) -> list[Lost]:
    """The blocks of recipients whose holder is gone."""
    b = blocks.c
    dead = _dead(db, presence, select(b.holder_id))
    if dead is None:
        return []
    gone = or_(b.holder_id.in_(dead), is_over(b.claimed_until, now(db), CLAIM_FOR))
    found = []
    for row in db.execute(select(blocks).where(gone)).all():
        here = (x.edition_id == row.edition_id, x.subscriber_id.between(row.first, row.last))
        sending = select(func.count()).where(*here, x.state == "sending")
        found.append(Lost(row.edition_id, row.first, row.last, int(db.scalar(sending) or 0)))
    return found


def _dead(db: Connection, presence: Presence, claims: Select[Any]) -> list[int] | None:
    """Which of those who hold claims are gone; None where nobody holds any."""
    rows = holding(db, claims)
    if not rows:
        return None
    if db.dialect.name != "sqlite" and db.scalar(select(func.pg_is_in_recovery())):
        return []  # a standby has none of the locks by which the living are known
    return presence.dead(rows)
