"""Matters for the desk: each is told once, and once that it is over, by however many ticks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, insert, null, or_, select
from sqlalchemy import update as change

from syndicate.ledger.database.engine import execute_counting, transaction
from syndicate.ledger.processes.claims import FREE, claim_of, end_dead_claims, take_turn
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.schema import matters

MATTERS_TURN = 3  # the lock on which matters there are
m = matters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Something that failed unattended, for a person to look at."""

    key: str  # names it: the same as long as it lasts
    says: str
    command: str = ""  # that settles it
    channel: str = ""  # that may be down; "" for none
    since: datetime | None = None  # as the ledger has it
    is_over: bool = False
    told_by: str = ""  # the way by which it was told


class Matters:
    """The matters of one ledger. What is claimed here is told by this process alone.

    Who dies between telling and noting it is followed by another tick that tells it again: an
    alarm is better heard twice than never.
    """

    def __init__(
        self, engine: Engine, processes: Processes, clock: Callable[[Connection], datetime]
    ) -> None:
        self.engine, self.processes, self.clock = engine, processes, clock

    def update(self, found: Sequence[Matter], at: datetime, *, is_whole: bool) -> None:
        """Note which matters there are now; where that ``is_whole``, all others are over."""
        with transaction(self.engine) as db:
            take_turn(db, MATTERS_TURN)
            known = {row.key: row for row in db.execute(select(matters))}
            current = {matter.key: matter for matter in found}
            for key, matter in current.items():
                words = {"says": matter.says, "command": matter.command}
                if key in known:
                    db.execute(change(matters).where(m.key == key).values(**words, over_at=null()))
                else:
                    db.execute(insert(matters).values(key=key, since=at, **words))
            if is_whole:
                _end(db, known.keys() - current.keys(), at)

    def claim(self) -> list[Matter]:
        """Claim what nobody was told yet: matters, and that others are over."""
        end_dead_claims(
            self.engine, self.processes, matters, m.holder_id.is_not(None), _free, self.clock
        )
        me = self.processes.me()
        with transaction(self.engine) as db:
            take_turn(db, MATTERS_TURN)
            untold = m.told_at.is_(None) & m.over_at.is_(None)
            over = m.told_at.is_not(None) & m.over_at.is_not(None)
            here = and_(m.holder_id.is_(None), or_(untold, over))
            rows = db.execute(select(matters).where(here).order_by(m.since, m.key)).all()
            mine = m.key.in_([row.key for row in rows])
            db.execute(change(matters).where(mine).values(**claim_of(me, self.clock(db))))
        return [
            Matter(
                key=row.key, says=row.says, command=row.command, since=row.since,
                is_over=row.over_at is not None, told_by=row.told_by,
            )
            for row in rows
        ]  # fmt: skip

    def note_told(self, told: Sequence[Matter], by: str, at: datetime) -> None:
        """Note what this process has told; what is over is forgotten."""
        new = [matter.key for matter in told if not matter.is_over]
        over = [matter.key for matter in told if matter.is_over]
        with transaction(self.engine) as db:
            take_turn(db, MATTERS_TURN)
            mine = m.holder_id == self.processes.me()
            values = {"told_at": at, "told_by": by, **FREE}
            db.execute(change(matters).where(mine, m.key.in_(new)).values(**values))
            ended = and_(mine, m.key.in_(over))
            db.execute(delete(matters).where(ended, m.over_at.is_not(None)))
            # it came back while its end was told: a matter of its own
            anew = {"told_at": null(), "told_by": "", "since": at, **FREE}
            db.execute(change(matters).where(ended).values(**anew))

    def let_go(self) -> None:
        """Leave to a later tick what could not be told."""
        with transaction(self.engine) as db:
            mine = m.holder_id == self.processes.me()
            db.execute(change(matters).where(mine).values(**FREE))


def _end(db: Connection, keys: Collection[str], at: datetime) -> None:
    """Note that matters are over; one that nobody was told of is forgotten."""
    ended = m.key.in_(keys)
    unknown = and_(m.told_at.is_(None), m.holder_id.is_(None))
    db.execute(delete(matters).where(ended, unknown))
    db.execute(change(matters).where(ended, m.over_at.is_(None)).values(over_at=at))


def _free(db: Connection, which: ColumnElement[bool]) -> int:
    return execute_counting(db, change(matters).where(which).values(**FREE))
