"""Liveness of processes: this one is registered, others are alive or proven dead."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, Select, insert, select, text

from syndicate.errors import LedgerError
from syndicate.ledger.database.engine import database_errors, dialler, now, transaction
from syndicate.ledger.schema import holders
from syndicate.system import stop
from syndicate.system.process import LOCK, Holder

if TYPE_CHECKING:
    from syndicate.ledger.processes.heartbeat import Heartbeat

LOST_SECONDS = 6.0  # without its lock, after which a process of another machine is dead
LOOK_SECONDS = 0.25  # between two looks
LIVING_SQL = text(
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = :ours AND objsubid = 2"
    " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
POOLED = (
    "ledger.url: the pooler gives every transaction another session, in which no lock of ours lasts"
    " (pgbouncer: pool_mode = session for this database)"
)


def holding(db: Connection, claims: Select[Any]) -> Sequence[Row[Any]]:
    """Return the processes that hold some claims, given by a query for their numbers."""
    return db.execute(select(holders).where(holders.c.id.in_(claims))).all()


class Processes:
    """Registry of the processes that share one ledger."""

    def __init__(self, engine: Engine, holder: Holder | None = None) -> None:
        self.engine = engine
        self.holder = holder or Holder.me()
        self._id: int | None = None
        self._heartbeat: Heartbeat | None = None  # PostgreSQL's

    def close(self) -> None:
        """Release the heartbeat: from now on this process counts as dead."""
        if self._heartbeat is not None:
            self._heartbeat.close()
            self._heartbeat = None

    def me(self) -> int:
        """Return this process's number, known to the ledger before it claims anything."""
        if self._id is None:
            mine = {
                "host": self.holder.host,
                "boot": self.holder.boot,
                "pid": self.holder.pid,
                "started": self.holder.started,
            }
            with transaction(self.engine) as db:
                made = db.execute(insert(holders).values(**mine, since=now(db)))
                assert made.inserted_primary_key is not None
                number = int(made.inserted_primary_key[0])
            if self.engine.dialect.name != "sqlite":
                self._live(number)
            self._id = number
        return self._id

    def _live(self, number: int) -> None:
        from syndicate.ledger.processes.heartbeat import Heartbeat

        with database_errors(self.engine), stop.at_a_server():
            self._heartbeat = Heartbeat(dialler(self.engine), number)
        with transaction(self.engine, reads=True) as db:
            if db.scalar(text("SELECT pg_backend_pid()")) == self._heartbeat.session:
                raise LedgerError(POOLED)

    def dead(self, rows: Sequence[Row[Any]]) -> list[int]:
        """Return the holders that are proven dead.

        Of this boot of this host the kernel knows. At PostgreSQL another machine's process is gone
        where its lock is, and does not come back: a connection that was ended is opened anew.
        """
        others = [
            (row.id, Holder(host=row.host, boot=row.boot, pid=row.pid, started=row.started))
            for row in rows
            if row.id != self._id
        ]
        if self.engine.dialect.name == "sqlite":
            return [number for number, holder in others if holder.proven_dead()]
        here = [number for number, holder in others if holder.is_here() and holder.proven_dead()]
        elsewhere = {number for number, holder in others if not holder.is_here()}
        return here + sorted(self._silent(elsewhere))

    def still_dead(self, db: Connection, dead: Sequence[int]) -> list[int]:
        """Return the processes that are still without their lock."""
        if not dead or db.dialect.name == "sqlite":
            return list(dead)
        living = self._living(db)
        return [number for number in dead if number not in living]

    def _silent(self, holding: set[int]) -> set[int]:
        """Return the processes that have no lock, and get none for a while."""
        until = monotonic() + LOST_SECONDS
        while True:
            with transaction(self.engine, reads=True) as db:
                holding = holding - self._living(db)
            if not holding or monotonic() >= until:
                return holding
            if not stop.rest(LOOK_SECONDS):
                return set()  # there is no time to make sure

    def _living(self, db: Connection) -> set[int]:
        return {int(number) for number in db.scalars(LIVING_SQL, {"ours": LOCK})}
