"""This process, as the ledger knows it, and whether others are still alive."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select

from syndicate.ledger.engine import now, transaction
from syndicate.ledger.holder import LOCK, Holder
from syndicate.ledger.schema import holders


class Presence:
    """Who we are to those who look at our claims."""

    def __init__(self, engine: Engine, holder: Holder | None = None) -> None:
        self.engine = engine
        self.holder = holder or Holder.me()
        self._id: int | None = None
        self._lock: Connection | None = None  # keeps PostgreSQL's advisory lock

    def close(self) -> None:
        """Let go: whoever looks now finds this process gone."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def me(self) -> int:
        """This process's number, known to the ledger before it claims anything."""
        if self._id is None:
            mine = {"host": self.holder.host, "boot": self.holder.boot,
                    "pid": self.holder.pid, "started": self.holder.started}  # fmt: skip
            with transaction(self.engine) as db:
                made = db.execute(insert(holders).values(**mine, since=now(db)))
                assert made.inserted_primary_key is not None
                self._id = int(made.inserted_primary_key[0])
            if self.engine.dialect.name != "sqlite":
                self._lock = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                self._lock.execute(select(func.pg_advisory_lock(LOCK, self._id)))
        return self._id

    def dead(self, db: Connection, row: Row[Any]) -> bool:
        """Whether it is certain that a holder is gone."""
        if row.id == self._id:
            return False
        if db.dialect.name == "sqlite":
            return Holder(row.host, row.boot, row.pid, row.started).proven_dead()
        return bool(db.scalar(select(func.pg_try_advisory_xact_lock(LOCK, row.id))))
