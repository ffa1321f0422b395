"""Preconditions of changing the ledger's tables: the right to, and nobody at work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, inspect, text

from syndicate.errors import LedgerError
from syndicate.ledger.database.engine import transaction
from syndicate.system.process import LOCK, Holder

PAGE = "docs/several-machines.md"
COMMAND = "syndicate ledger upgrade"
NO_RIGHT, NO_SCHEMA, READ_ONLY = "42501", "3F000", "25006"  # PostgreSQL's codes (SQLSTATE)
CLAIMING = ("deliveries", "blocks")  # whose rows name a holder

WHO = """
SELECT current_user, current_database(),
    (SELECT tableowner FROM pg_tables
     WHERE tablename = 'ledger' AND schemaname = ANY (current_schemas(false)) LIMIT 1)
"""
AT_WORK = """
SELECT h.host, h.pid, h.since FROM holders h JOIN pg_locks l
ON l.locktype = 'advisory' AND l.classid = :lock AND l.objid::bigint = h.id AND l.objsubid = 2
WHERE l.granted AND l.pid <> pg_backend_pid()
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY h.id LIMIT 1
"""


@contextmanager
def rights_for(engine: Engine, task: str) -> Iterator[None]:
    """Say who must do a task where this role may not; ``task`` is what has to be done first."""
    try:
        yield
    except LedgerError as error:
        code = getattr(getattr(error.__cause__, "orig", None), "sqlstate", None)
        if code not in (NO_RIGHT, NO_SCHEMA, READ_ONLY):
            raise
        raise LedgerError(f"ledger.url: {task}, and {_why_not(engine, code)}") from error


def _why_not(engine: Engine, code: str) -> str:
    with transaction(engine, reads=True) as db:
        role, database, owner = db.execute(text(WHO)).one()
    if code == READ_ONLY:
        return (
            f"the database {database!r} takes no changes here: it is a standby, or read-only (run"
            f" `{COMMAND}` with the address of the server that takes them)"
        )
    whose = f"their owner, {owner!r}" if owner else "the role that owns the tables"
    return (
        f"the role {role!r} may not do it: run `{COMMAND}` once as {whose} (see {PAGE};"
        " --url names another address)"
    )


def refuse_at_work(db: Connection) -> None:
    """Leave the tables alone while a program that knows only the old ones writes them."""
    who = _on_postgresql(db) if db.dialect.name == "postgresql" else _on_this_machine(db)
    if who:
        raise LedgerError(
            f"ledger.url: the ledger must be upgraded, but {who} is at work on it: stop"
            " cron on every machine, wait until nothing runs, and try again"
        )


def _on_postgresql(db: Connection) -> str:
    """Return a process whose heartbeat lock is held; whoever may have begun something holds one."""
    if found := db.execute(text(AT_WORK), {"lock": LOCK}).first():
        return f"process {found.pid} on {found.host.split()[0]} (since {found.since:%d %b %H:%M})"
    return ""


def _on_this_machine(db: Connection) -> str:
    """Return a living process that has a claim; SQLite has no lock that shows it."""
    tables = set(inspect(db).get_table_names())
    for table in CLAIMING:
        if table in tables:
            claims = f"SELECT holder_id FROM {table} WHERE holder_id IS NOT NULL"  # noqa: S608
            query = f"SELECT host, boot, pid, started FROM holders WHERE id IN ({claims})"  # noqa: S608
            for row in db.execute(text(query)):
                if Holder(**row._mapping).proven_alive():
                    return f"process {row.pid}"
    return ""
