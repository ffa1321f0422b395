"""Let all commands of a test run share what SQLAlchemy has compiled for the first of them.

A command of its own makes an engine of its own, and an engine compiles each statement once; in
one process that runs thousands of commands this was a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event

from syndicate.ledger.database import engine as ledger_engine

STATEMENTS = 5_000


@contextmanager
def shared() -> Iterator[None]:
    """Until the end, the ledgers' engines of one database have one dialect and one cache."""
    firsts: dict[str, tuple[Dialect, Any]] = {}

    def make(url: URL, **how: Any) -> Engine:
        engine = create_engine(url, query_cache_size=STATEMENTS, **how)
        name = engine.dialect.name
        if name in firsts:  # the key of what is compiled holds the dialect itself
            engine.dialect, engine._compiled_cache = firsts[name]
        else:
            event.listen(engine, "engine_connect", remember)
        return engine

    def remember(db: Connection) -> None:
        """Take the first dialect that has met its server, and knows its version."""
        firsts.setdefault(db.dialect.name, (db.dialect, db.engine._compiled_cache))

    with patch.object(ledger_engine, "create_engine", make):
        yield
