"""Bring an older ledger to the newest version: numbered steps, forward only."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    Connection,
    Engine,
    insert,
    inspect,
    select,
    text,
    update,
)

from syndicate.errors import LedgerError
from syndicate.ledger.database.backups import beside
from syndicate.ledger.database.engine import path_of, transaction, without_timeout
from syndicate.ledger.database.sqlite_file import PUT_BACK
from syndicate.ledger.database.upgrades import refuse_at_work, rights_for
from syndicate.ledger.schema import (
    ledger,
    metadata,
    postgresql_too,
)
from syndicate.ledger.steps import editorial_desk

VERSION = 2  # 1 is that of 0.1.0: tests/data/ledger-1.*.sql


# the step to each version from the one before it, for both databases; a step is never changed once
# it was released, and uses no table of `schema`, which goes on changing
MIGRATIONS: dict[int, Callable[[Connection], None]] = {2: editorial_desk}


def version(db: Connection) -> int:
    """Return a ledger's version; 0 where there is none yet."""
    if not inspect(db).has_table("ledger"):
        return 0
    return int(db.scalar(select(ledger.c.version)) or 0)


def is_real(db: Connection) -> bool:
    """Return whether there is a ledger that was not made for rehearsals."""
    found = version(db)
    return bool(found) and not db.scalar(select(ledger.c.rehearsal))


def create(db: Connection, created: dict[str, object]) -> None:
    """Make the tables of a new ledger, unless somebody else just did."""
    if db.dialect.name == "postgresql":
        postgresql_too()
        db.execute(text("SELECT pg_advisory_xact_lock(1937337956)"))  # one creator at a time
    if version(db) == 0:
        metadata.create_all(db)
        db.execute(insert(ledger).values(id=1, version=VERSION, **created))


def refuse_strangers(db: Connection) -> None:
    """Leave alone an SQLite file that is another program's, or was a ledger and is emptied."""
    if (path := path_of(db.engine)) and not inspect(db).has_table("ledger"):
        raise LedgerError(
            f"ledger.url: {path} is a database without a ledger in it (name another file; if there"
            f" was one, {PUT_BACK})"
        )


def migrate(engine: Engine) -> str | None:
    """Take every step that is missing, all or none; returns what was done, in a sentence."""
    with transaction(engine, reads=True) as db:
        found = version(db)
        if found == VERSION:
            return None
        refuse_newer(found)
        refuse_at_work(db)
    copied = beside(engine, found)
    task = f"this ledger is of version {found} and must be upgraded to version {VERSION}"
    with rights_for(engine, task), transaction(engine) as db:
        without_timeout(db)
        held = int(db.scalar(select(ledger.c.version).with_for_update()) or found)
        if held == VERSION:  # another one was quicker, and may be at work already
            return None
        refuse_newer(held)
        refuse_at_work(db)
        for number in range(held + 1, VERSION + 1):
            MIGRATIONS[number](db)
        db.execute(update(ledger).values(version=VERSION))
    message = f"the ledger was upgraded to version {VERSION}"
    return f"{message}; a copy of the old one: {copied}" if copied else message


def refuse_outdated(found: int) -> None:
    """Stop where somebody only looks: an older ledger is brought up to date by what writes."""
    if found < VERSION:
        raise LedgerError(
            f"ledger.url: this ledger is of version {found}, and this program works with"
            f" {VERSION}: what only looks changes nothing; run `syndicate ledger upgrade`"
        )


def refuse_newer(found: int) -> None:
    """Stop before a program that is too old harms a ledger."""
    if found > VERSION:
        raise LedgerError(
            f"ledger.url: this ledger is of version {found}, but this program knows only"
            f" {VERSION}: install the newer version of syndicate that created it"
        )


def refuse_another(found: int) -> None:
    """Stop where somebody brought the ledger up to date while this command was at it."""
    if found != VERSION:
        raise LedgerError(
            f"ledger.url: the ledger was upgraded to version {found} while this command"
            " ran: run it again with that version of syndicate"
        )
