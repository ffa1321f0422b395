"""An SQLite ledger's file: made whole, by whoever comes first, and watched while it is used."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from time import monotonic, sleep

from syndicate.errors import LedgerError
from syndicate.system.disk import FILE_TYPES, sync_folder
from syndicate.system.file_locks import writer_of

PUT_BACK = "restore the newest backup, then run `syndicate ledger restored`"
WAL_WRITE_LOCK = 120  # byte of the file of shared memory: sqlite.org/walformat.html
RESERVED_LOCK = 0x40000001  # byte of the database where it has no WAL: sqlite.org/fileformat2.html
SETTLES = 1.0  # seconds within which another process has written its pages, the first one first
LOOK_AGAIN = 0.02  # seconds


@dataclass
class Watch:
    """Watch on one file, from the first look on: it must stay that file, and stay whole."""

    path: Path
    is_new: bool = False  # and still empty
    _seen: tuple[int, int] | None = field(default=None, init=False)
    _state: tuple[int, int] | None = field(default=None, init=False)
    _harm: str = field(default="", init=False)  # it does not heal by itself

    def look(self, *, well: bool = False) -> None:
        """Raise LedgerError where the file is gone, another one, or no database any more.

        Its pages change but seldom: what is written goes into the journal. So its first one is read
        where its size or its time tells of a change; or in any case, to look ``well``.
        """
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise LedgerError(
                f"ledger.url: {self.path} disappeared during use: {PUT_BACK}"
            ) from error
        self._seen = self._seen or (found.st_dev, found.st_ino)
        if self._seen != (found.st_dev, found.st_ino):
            raise LedgerError(
                f"ledger.url: {self.path} was replaced during use: if you restored a"
                " backup, run `syndicate ledger restored`"
            )
        state = (found.st_size, found.st_mtime_ns)
        changed = self._state not in (None, state)
        if (well or changed) and not (self.is_new or self._harm):
            has_shrunk = self._state is not None and state[0] < self._state[0]
            self._harm = _harm(self.path, has_shrunk=has_shrunk)
        if self._harm:
            raise LedgerError(f"ledger.url: {self.path} {self._harm} while it was used: {PUT_BACK}")
        self._state = state


def _harm(path: Path, *, has_shrunk: bool) -> str:
    """Return how a database's file is damaged: no header, or fewer pages than it names.

    SQLite reads it, by itself: to open and close it here would end the locks on it.
    """
    until = monotonic() + SETTLES
    where = f"{path.as_uri()}?immutable=1"  # the file as it is, without its journal and its locks
    while True:
        try:
            with closing(sqlite3.connect(where, uri=True)) as db:
                return "" if db.execute("PRAGMA page_count").fetchone()[0] else "was emptied"
        except sqlite3.Error as error:
            # a full disk keeps pages in the journal, and the first one may tell of them already
            if "malformed" in f"{error}" and _has_journal(path) and not has_shrunk:
                return ""
            if "not a database" in f"{error}" or monotonic() > until:
                return "was damaged"
            sleep(LOOK_AGAIN)


def who_writes(path: Path) -> int | None:
    """Return the process that holds the write lock of a database; None where unknown."""
    return writer_of(Path(f"{path}-shm"), WAL_WRITE_LOCK) or writer_of(path, RESERVED_LOCK)


def _has_journal(path: Path) -> bool:
    try:
        return os.stat(f"{path}-wal").st_size > 0
    except OSError:
        return False


def refuse_what_is_none(path: Path) -> None:
    """Raise LedgerError where something lies in a ledger's place that cannot be one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerError(f"ledger.url: {path} cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        what = FILE_TYPES.get(stat.S_IFMT(found.st_mode), "it is not a file")
        raise LedgerError(f"ledger.url: {path}: {what} (name a file for the ledger)")
    if not found.st_size:  # whatever its journal holds: SQLite would throw that away
        raise LedgerError(
            f"ledger.url: {path} is empty: if there was a ledger, {PUT_BACK}; if there never was"
            " one, delete this file"
        )


def make(path: Path, fill: Callable[[Path], None]) -> None:
    """Make a new file in one step, so that nobody finds half of it; the first one's stands."""
    descriptor, name = mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        fill(part)
        _put(part, path)
        sync_folder(path.parent)
    finally:
        for left in (name, f"{name}-wal", f"{name}-shm", f"{name}-journal"):
            with suppress(OSError):
                os.unlink(left)


def _put(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        return  # somebody else was quicker
    except OSError:  # a disk without links
        if not path.exists():
            os.rename(part, path)
