"""The private mark of a feed's folder: a file whose name nobody can guess.

Only its existence counts, so that it is never read. Its name begins with a dot, and only its owner
may open it: no web server shows it, and it holds no secret in case one does.
"""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

from syndicate_feed.files import sync

MARK_TEXT = (
    b"syndicate knows this folder by this file: leave it here, and leave it out of copies"
    b" (rsync --exclude='.syndicate-*').\n"
)


def path(folder: Path, mark: str) -> Path:
    """Return the path of a mark in a folder; the name does not reveal what the ledger keeps."""
    return folder / f".syndicate-{sha256(mark.encode()).hexdigest()[:32]}"


def mark_exists(path: Path) -> bool:
    """Return whether the mark exists; a link, or anything but a file, is not ours."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def create_mark(path: Path) -> None:
    """Create and fsync the file; on a full disk leave nothing behind."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    number = os.open(path, flags, 0o600)
    try:
        os.write(number, MARK_TEXT)
        os.fsync(number)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(number)
    sync(path.parent)
