"""Let all commands of a test run share what SQLAlchemy has compiled for the first of them.

A command of its own makes an engine of its own, and an engine compiles each statement once; in
one process that runs thousands of commands this was a quarter of the time. The tables of a new
ledger are compiled anew for each ledger even on one engine, which was a tenth of a first command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    create_mock_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.schema import ExecutableDDLElement

from syndicate.ledger.database import engine as ledger_engine
from syndicate.ledger.schema import metadata

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

    tables = patch.object(MetaData, "create_all", _tables_from_script())
    with patch.object(ledger_engine, "create_engine", make), tables:
        yield


def _tables_from_script() -> Callable[..., None]:
    """Return a ``create_all`` that compiles the ledger's tables once for each kind of database."""
    real = MetaData.create_all
    scripts: dict[str, list[str]] = {}

    def create_all(self: MetaData, bind: Any, **how: Any) -> None:
        if self is not metadata or how or not isinstance(bind, Connection):
            real(self, bind, **how)
            return
        existing = {*inspect(bind).get_table_names()}
        if existing and not existing >= {*metadata.tables}:
            real(self, bind)
        elif not existing:
            name = bind.dialect.name
            if name not in scripts:
                scripts[name] = _script(real, f"{name}://")
            for statement in scripts[name]:
                bind.exec_driver_sql(statement)

    return create_all


def _script(create_all: Callable[..., None], url: str) -> list[str]:
    script: list[str] = []
    dialect = make_url(url).get_dialect()()

    def write(ddl: ExecutableDDLElement, *_given: Any, **_how: Any) -> None:
        script.append(f"{ddl.compile(dialect=dialect)}")

    create_all(metadata, create_mock_engine(url, write), checkfirst=False)
    return script
