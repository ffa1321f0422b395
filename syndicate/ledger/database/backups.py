"""Backups of an SQLite ledger: made, listed, and cleaned of people who are to be forgotten."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from glob import escape
from hashlib import sha256
from pathlib import Path
from time import time

from sqlalchemy import Engine, select, text

from syndicate.errors import LedgerError
from syndicate.ledger.database.engine import BUSY, now, path_of, stamp, transaction
from syndicate.ledger.schema import backups, moves
from syndicate.system import disk
from syndicate.system.process import Holder

SQLITE_URL = "sqlite:///"  # and its path
ERASED = "forgotten-"  # and the number: what an erased subscriber is called
PART = re.compile(r"\.([0-9a-f]{8})\.(\d+)\.([0-9a-f]{8})\.part$")  # host, process, its beginning
AT_REST = 3600.0  # seconds after which nobody writes a part any more, on whatever machine
REMEMBERED = text(
    "INSERT INTO backups (path, at) VALUES (:path, :at)"
    " ON CONFLICT (path) DO UPDATE SET at = excluded.at"
)


def backup(engine: Engine, to: Path) -> None:
    """Make a consistent copy of an SQLite ledger, while others may write to it."""
    sweep(to)
    part = to.with_name(f"{to.name}{ending(Holder.me())}")  # its own: others may copy, too
    try:
        with closing(sqlite3.connect(str(engine.url.database), timeout=BUSY / 1000)) as source:
            disk.create_private(part).close()
            with closing(sqlite3.connect(part)) as target:
                source.backup(target)
        part.rename(to)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise LedgerError(f"{to}: the ledger cannot be copied here: {error}") from error


def sweep(to: Path) -> None:
    """Unlink what copies that were killed have left beside one: everybody's addresses."""
    for part in to.parent.glob(f"{escape(to.name)}.*.part"):
        found = PART.fullmatch(part.name.removeprefix(to.name))
        with suppress(OSError):
            if found and (_is_dead(*found.groups()) or part.stat().st_mtime < time() - AT_REST):
                for end in ("-journal", "-wal", "-shm", ""):  # itself last: what is left is found
                    part.with_name(f"{part.name}{end}").unlink(missing_ok=True)


def ending(holder: Holder) -> str:
    """End the name of a part, so that it shows whether who writes it is alive."""
    return f".{_short(holder.host)}.{holder.pid}.{_short(holder.boot, holder.started)}.part"


def _is_dead(host: str, pid: str, began: str) -> bool:
    """Return whether it is certain, from here, that the writer of a part is dead."""
    here = Holder.of(int(pid))
    return host == _short(here.host) and began != _short(here.boot, here.started)


def _short(*words: str) -> str:
    return sha256("\n".join(words).encode()).hexdigest()[:8]


def beside(engine: Engine, version: int) -> str | None:
    """Copy an SQLite ledger before it is changed; PostgreSQL has its own backups."""
    path = path_of(engine)
    if path is None:
        return None
    copy = Path(f"{path}.v{version}.bak")
    if not copy.exists():
        backup(engine, copy)
    return str(copy)


def remember(engine: Engine, to: Path) -> None:
    """Keep in mind where a copy is."""
    with transaction(engine) as db:
        db.execute(REMEMBERED, {"path": str(to.absolute()), "at": stamp(db, now(db))})


def known(engine: Engine) -> list[Path]:
    """Return the paths of our own copies, present or not."""
    with transaction(engine, reads=True) as db:
        made = [Path(path) for path in db.scalars(select(backups.c.path).order_by(backups.c.path))]
        came = db.scalars(select(moves.c.place).where(moves.c.arrives)).all()
    path = path_of(engine)
    older = sorted(path.parent.glob(f"{path.name}.v*.bak")) if path else []
    files = (Path(place.removeprefix(SQLITE_URL)) for place in came if place.startswith(SQLITE_URL))
    return [*older, *made, *(file for file in files if file.exists())]


def erase(path: Path, email: str, hidden: str) -> bool:
    """Erase a person from a copy of any version, for good; whether they were in it."""
    with closing(sqlite3.connect(path, timeout=BUSY / 1000)) as db:
        with db, _allowing_changes(db):
            found = db.execute("SELECT id FROM subscribers WHERE email = ?", (email,)).fetchone()
            if found and _has(db, "goodbyes"):
                mine = "SELECT id FROM subscriptions WHERE subscriber_id = ?"
                db.execute(f"DELETE FROM goodbyes WHERE subscription_id IN ({mine})", found)  # noqa: S608
            if found:
                _erase(db.execute, found[0])
            if _has(db, "forgotten"):
                row = (hidden, "1970-01-01 00:00:00.000000")
                db.execute("INSERT OR IGNORE INTO forgotten (hash, at) VALUES (?, ?)", row)
            if _has(db, "requests"):
                db.execute("DELETE FROM requests WHERE email = ?", (email,))
        rewrite(db.execute)
        return found is not None


@contextmanager
def _allowing_changes(db: sqlite3.Connection) -> Iterator[None]:
    """Let a ledger that was moved be changed, in this one transaction."""
    db.execute("BEGIN IMMEDIATE")  # what changes tables begins none by itself
    forbidding = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in forbidding:
        db.execute(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in forbidding:
        db.execute(statement)


def _erase(execute: Callable[..., object], number: int) -> None:
    execute("DELETE FROM subscriptions WHERE subscriber_id = ?", (number,))
    row = (f"{ERASED}{number}", number)
    execute("UPDATE subscribers SET email = ?, name = '' WHERE id = ?", row)


def rewrite(execute: Callable[[str], object]) -> None:
    """Leave nothing of what was erased on the pages of an SQLite file, or in its journal."""
    execute("VACUUM")
    execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _has(db: sqlite3.Connection, table: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return db.execute(query, (table,)).fetchone() is not None
