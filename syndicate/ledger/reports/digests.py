"""Digests and how their letters stand, counted by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, not_, or_, select, text

from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.waits import HELD, to_come
from syndicate.ledger.schema import PARTIAL, channels, editions, letters, runs, stencils, variants
from syndicate.ledger.sending.letters import is_withheld
from syndicate.ledger.sending.runs import letter_counts, put_off

LATELY = timedelta(days=7)  # how long letters that were given up are reported
# codes that speak of one mailbox alone (RFC 3463): there is none, it is off, it is full
MAILBOX_CODES = ("5.1.1", "5.1.2", "5.1.3", "5.1.10", "_.2.1", "_.2.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestCount:
    """A digest's letters by state. Its moments but ``closed`` are real ones."""

    edition: int
    channel: str
    key: str
    closed: datetime | None
    status: str
    letters: int  # as many as were frozen
    states: Mapping[str, int]
    composed: int  # how often: once more for each withdrawal in mid-run
    halted: str  # why it waits for a person
    paused: datetime | None  # since when the office itself is refused
    why: str  # what kept it from beginning
    put_off: str  # why most of those letters wait that were put off
    not_before: datetime | None  # None once it has passed
    frozen: datetime | None
    started: datetime | None
    ended: datetime | None  # None: something is open
    latest: datetime | None  # when the newest letter ended
    held: bool = False  # it waits because an article in it is held

    @property
    def is_held(self) -> bool:
        """Return whether it waits for the end of its list's hours."""
        return self.why.startswith(HELD)


def digests(
    db: Connection, *, latest: int = 20, numbers: Sequence[int] | None = None
) -> list[DigestCount]:
    """Return the newest digests with their letters by state, newest first; or these."""
    # an urgent article's letter has no window; without a value databases disagree where it stands
    newest = func.coalesce(editions.c.closed_at, editions.c.opened_at)
    whole = editions.alias()
    closed = func.coalesce(editions.c.closed_at, whole.c.closed_at).label("window_end")
    query = (
        select(editions, channels.c.name, runs, is_withheld().label("held"), closed)
        .join(channels, channels.c.id == editions.c.channel_id)
        .outerjoin(runs, runs.c.edition_id == editions.c.id)
        .outerjoin(variants, variants.c.edition_id == editions.c.id)
        .outerjoin(whole, whole.c.id == variants.c.digest_id)
        .where(or_(editions.c.closed_at.is_not(None), runs.c.edition_id.is_not(None)))
        .order_by(newest.desc(), editions.c.id)
    )
    these = query.limit(latest) if numbers is None else query.where(editions.c.id.in_(numbers))
    return [_digest(db, row) for row in db.execute(these).all()]


def unfinished(db: Connection) -> list[int]:
    """Return the digests with letters that are open."""
    query = select(runs.c.edition_id).where(runs.c.ended_at.is_(None))
    return list(db.scalars(query.order_by(runs.c.edition_id)))


def given_up(db: Connection) -> dict[int, tuple[int, str]]:
    """Return the digests lately ended with letters that were given up, and why.

    Not those of which the reader's own code says that there is no such mailbox, or that it takes
    nothing; any other reason may be our trouble.
    """
    code = letters.c.code
    own = or_(*(code.like(f"% {pattern}") for pattern in MAILBOX_CODES))
    ours = and_(letters.c.state == "refused", or_(code.is_(None), not_(own)))
    indexed = text(PARTIAL["ix_letters_trouble"])  # else no index is used
    lately = and_(ours, indexed, runs.c.ended_at > now(db) - LATELY)
    query = select(letters.c.edition_id, func.count(), func.max(letters.c.why))
    query = query.join(runs, runs.c.edition_id == letters.c.edition_id).where(lately)
    return {
        row[0]: (row[1], row[2] or "") for row in db.execute(query.group_by(letters.c.edition_id))
    }


def newest_runs(db: Connection) -> list[int]:
    """Return the newest digest of each list that had letters, with its other editions."""
    v = variants.c
    beside = select(v.edition_id).where(v.edition_id == runs.c.edition_id)
    newest = select(func.max(runs.c.edition_id)).join(editions, editions.c.id == runs.c.edition_id)
    own = list(db.scalars(newest.where(~beside.exists()).group_by(editions.c.channel_id)))
    return [*own, *db.scalars(select(v.edition_id).where(v.digest_id.in_(own)))]


def _digest(db: Connection, row: Row[Any]) -> DigestCount:
    newest = select(func.max(letters.c.at)).where(letters.c.edition_id == row.id)
    composed = select(func.max(stencils.c.number)).where(stencils.c.edition_id == row.id)
    return DigestCount(
        edition=row.id,
        channel=row.name,
        key=row.key,
        closed=row.window_end,
        status=row.status,
        letters=row.letters or 0,
        states=letter_counts(db, row.id),
        composed=db.scalar(composed) or 0,
        halted=row.halted or "",
        paused=row.paused_at,
        why=row.why or "",
        put_off=put_off(db, row.id) if row.letters and not row.ended_at else "",
        not_before=to_come(row.not_before, now(db)),
        frozen=row.frozen_at,
        started=row.started_at,
        ended=row.ended_at,
        latest=db.scalar(newest) if row.ended_at is None and row.letters else None,
        held=bool(row.held) and row.ended_at is None,
    )
