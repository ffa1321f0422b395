"""Claims of dead processes, for read-only reports: nothing is freed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.claims import abandoned
from syndicate.ledger.processes.liveness import Processes, holding
from syndicate.ledger.schema import blocks, deliveries, letters

d, x = deliveries.c, letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedBlock:
    """Recipients of a digest whose sender is dead, and how many of them it was writing to."""

    edition: int
    first: int
    last: int
    sending: int


def abandoned_deliveries(db: Connection, processes: Processes) -> set[int]:
    """Return the deliveries whose holder is dead."""
    held = d.state.in_(("claimed", "sending"))
    dead = _dead(db, processes, select(d.holder_id).where(held))
    if dead is None:
        return set()
    return set(db.scalars(select(d.id).where(held, abandoned(deliveries, dead, now(db)))))


def abandoned_letters(db: Connection, processes: Processes) -> list[AbandonedBlock]:
    """Return the blocks of recipients whose holder is dead."""
    dead = _dead(db, processes, select(blocks.c.holder_id))
    if dead is None:
        return []
    found = []
    for row in db.execute(select(blocks).where(abandoned(blocks, dead, now(db)))).all():
        here = (x.edition_id == row.edition_id, x.subscriber_id.between(row.first, row.last))
        sending = select(func.count()).where(*here, x.state == "sending")
        found.append(
            AbandonedBlock(
                edition=row.edition_id,
                first=row.first,
                last=row.last,
                sending=int(db.scalar(sending) or 0),
            )
        )
    return found


def _dead(db: Connection, processes: Processes, claims: Select[Any]) -> list[int] | None:
    """Return those of the holders that are dead; None where nobody holds anything."""
    rows = holding(db, claims)
    if not rows:
        return None
    if db.dialect.name != "sqlite" and db.scalar(select(func.pg_is_in_recovery())):
        return []  # a standby has none of the locks by which the living are known
    return processes.dead(rows)
