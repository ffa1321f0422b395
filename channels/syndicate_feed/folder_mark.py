"""The private mark of a feed's folder: a file whose name nobody can guess.

Its being there is all that it tells, so that it need not be read. Its name begins with a dot, and
nobody but its maker may open it: no web server shows it, and there is no secret in it if one does.
"""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

from syndicate_feed.files import sync

TEXT = (
    b"syndicate knows this folder by this file: leave it here, and leave it out of copies"
    b" (rsync --exclude='.syndicate-*').\n"
)


def path(folder: Path, mark: str) -> Path:
    """Return where a mark is in a folder; the name tells nothing of what the ledger keeps."""
    return folder / f".syndicate-{sha256(mark.encode()).hexdigest()[:32]}"


def stands(path: Path) -> bool:
    """Whether the mark is there; what is no file, or a link to one, was made by others."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def put(path: Path) -> None:
    """Make the file, and have the disk hold it; a disk that is full keeps nothing of it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    number = os.open(path, flags, 0o600)
    try:
        os.write(number, TEXT)
        os.fsync(number)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(number)
    sync(path.parent)
