"""An SQLite ledger's file: made whole, by whoever comes first, and watched while it is used."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp

from syndicate.disk import sync_folder
from syndicate.errors import LedgerError

PUT_BACK = "put the newest backup in its place, then `syndicate ledger restored`"


@dataclass
class Watch:
    """One file, from the first look at it on: it must stay that file, and must not be emptied."""

    path: Path
    is_new: bool = False  # and still empty
    _seen: tuple[int, int] | None = field(default=None, init=False)

    def look(self) -> None:
        """Raise LedgerError where the file is gone, another one, or empty."""
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise LedgerError(
                f"ledger.url: {self.path} is gone while it was used: {PUT_BACK}"
            ) from error
        self._seen = self._seen or (found.st_dev, found.st_ino)
        if self._seen != (found.st_dev, found.st_ino):
            raise LedgerError(
                f"ledger.url: {self.path} was replaced while it was used: if a backup was put back,"
                " `syndicate ledger restored`"
            )
        if not (found.st_size or self.is_new or _has_journal(self.path)):
            raise LedgerError(f"ledger.url: {self.path} was emptied while it was used: {PUT_BACK}")


def refuse_what_is_none(path: Path) -> None:
    """Raise LedgerError where something lies in a ledger's place that cannot be one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise LedgerError(f"ledger.url: {path} cannot be opened: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "no file"
        raise LedgerError(f"ledger.url: {path} is {what} (name a file for the ledger)")
    if not (found.st_size or _has_journal(path)):
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


def _has_journal(path: Path) -> bool:
    """Whether all of it may lie in its journal still."""
    try:
        return os.stat(f"{path}-wal").st_size > 0
    except OSError:
        return False
