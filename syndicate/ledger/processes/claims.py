"""Claims on what is being sent, and advisory locks for what one process at a time may change."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, or_, select

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.processes.liveness import Processes, holding
from syndicate.ledger.processes.waits import CLAIM_FOR, is_over
from syndicate.system.process import LOCK

TURN = LOCK + 1  # the first half of the advisory locks below; the second one is what they are for
READERS_TURN = 1  # what letters that came in bring about, and who is on which list
INBOXES_TURN = 2  # which letters lie there and were read
FREE: dict[str, Any] = {"holder_id": None, "claimed_until": None}


def take_turn(db: Connection, what: int = READERS_TURN) -> None:
    """Take the advisory lock on this until the transaction ends.

    SQLite has one writer at a time anyhow. First of all locks but the planners', and never after
    another one, so that nobody waits in a ring.
    """
    if db.dialect.name != "sqlite":
        db.execute(select(func.pg_advisory_xact_lock(TURN, what)))


def claim_of(me: int, moment: datetime) -> dict[str, Any]:
    """Return the columns of a claim of ours."""
    return {"holder_id": me, "claimed_until": moment + CLAIM_FOR}


def abandoned(table: Any, dead: Collection[int], moment: datetime) -> ColumnElement[bool]:
    """Match claims whose holder is one of the dead, or that are too old."""
    past = is_over(table.c.claimed_until, moment, CLAIM_FOR)
    return or_(table.c.holder_id.in_(dead), past)


def end_dead_claims(
    engine: Engine,
    processes: Processes,
    table: Any,
    held: ColumnElement[bool],
    end: Callable[[Connection, ColumnElement[bool]], int],
    clock: Callable[[Connection], datetime],
) -> int:
    """``end`` the claims of dead processes and expired ones; returns the result of ``end``.

    Whether a process is dead may take seconds to see, so no transaction is open meanwhile.
    """
    with transaction(engine, reads=True) as db:
        holders = holding(db, select(table.c.holder_id).where(held))
    if not holders:
        return 0
    dead = processes.dead(holders)
    with transaction(engine) as db:
        dead = processes.still_dead(db, dead)
        return end(db, and_(held, abandoned(table, dead, clock(db))))
