"""Atomic files: complete or absent for every reader, even after a crash."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EDQUOT, EEXIST, EFBIG, EISDIR, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path
from tempfile import TemporaryFile, mkstemp

from syndicate import DeliveryError, Refused, Unavailable

GENERATOR_MARKS = (  # of what this program wrote
    b">syndicate</generator>",
    b'<meta name="generator" content="syndicate">',
    b"made by syndicate",
)
TEMPORARY_NAME = re.compile(r"\.syndicate-.+\.tmp")
DISK_FULL_ERRORS = {ENOSPC, EDQUOT, EFBIG}


class ChangedFolders:
    """The folders that are written to, until they are synced."""

    def __init__(self) -> None:
        self._cleared: set[Path] = set()
        self._changed: dict[Path, None] = {}

    def clear(self, folder: Path) -> None:
        """Delete, once, the temporary files of dead writers in a folder."""
        if folder not in self._cleared:
            _clear(folder)
            self._cleared.add(folder)

    def changed(self, folder: Path) -> None:
        """Remember that a folder's names have changed."""
        self._changed[folder] = None

    def sync(self) -> None:
        """Fsync every changed folder."""
        while self._changed:
            folder = next(iter(self._changed))
            with suppress(FileNotFoundError):  # it went with its last file
                sync(folder)
            del self._changed[folder]


def write_file(path: Path, content: bytes, folders: ChangedFolders | None = None) -> None:
    """Write a file atomically, unless it has this content already.

    With ``folders``, the file's name is durable once they are synced.
    """
    make_folder(path.parent)
    with _writing_in(path.parent, folders) as written:
        if not has(path, content):
            _replace(path, content)
            written.changed(path.parent)


def delete_file(path: Path, folders: ChangedFolders | None = None) -> None:
    """Delete a file, and its folder if that is a subject's and empty now."""
    if path.parent.is_dir():
        with _writing_in(path.parent, folders) as written, suppress(FileNotFoundError):
            path.unlink()
            written.changed(path.parent)
        if path.parent.parent.name == "subjects":
            with suppress(OSError):
                path.parent.rmdir()


def has(path: Path, content: bytes) -> bool:
    """Return whether a file has exactly this content."""
    if not path.is_file() or path.stat().st_size != len(content):
        return False
    return path.read_bytes() == content


def is_foreign(path: Path, content: bytes) -> bool:
    """Return whether a file exists that another program wrote."""
    if not path.is_file() or has(path, content):
        return False
    return not is_marked(path.read_bytes())


def is_marked(content: bytes) -> bool:
    """Return whether this program wrote it."""
    return any(mark in content for mark in GENERATOR_MARKS)


def try_out(folder: Path) -> None:
    """Fail as writing into a folder would, and leave nothing there.

    Where the folder is missing, its closest existing parent is tried.
    """
    with TemporaryFile(dir=_lowest_existing(folder)) as file:  # has no name, where that can be
        file.write(b"\0")
        file.flush()


def make_folder(path: Path) -> None:
    """Create a folder and its parents, readable for a web server."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)  # another process may be quicker
        folder.chmod(0o755)  # whatever the umask is
        sync(folder.parent)


@contextmanager
def explaining_errors(setting: str, path: Path) -> Iterator[None]:
    """Turn errors of the file system into delivery errors: one line, with the fix."""
    try:
        yield
    except OSError as error:
        raise explanation(setting, path, error) from error


def explanation(setting: str, path: Path, error: OSError) -> DeliveryError:
    """Return the error, with its fix, for one of the operating system."""
    if error.errno in DISK_FULL_ERRORS:
        return Unavailable(f"{setting}: the disk is full at {path.parent}; make room and run again")
    if error.errno in (ENOTDIR, EEXIST):
        return not_a_folder(setting, _lowest_existing(path.parent))
    if error.errno == EISDIR:
        return Refused(f"{setting}: {path} is a folder where a file belongs; move it away")
    if error.errno in (EACCES, EPERM):
        return Refused(f"{setting}: no permission to write {path}; give it to this user")
    if error.errno == EROFS:
        return Refused(
            f"{setting}: {path.parent} is read-only; choose a folder that can be written"
        )
    return Unavailable(f"{setting}: {path} cannot be written ({error.strerror}); run again")


def not_a_folder(setting: str, path: Path) -> Refused:
    return Refused(f"{setting}: {path} is not a folder; move it away or name another folder")


def _lowest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if os.path.lexists(place))


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = _temporary(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(handle, _mode(path))
            os.fsync(handle)
            temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _temporary(path: Path) -> tuple[int, Path]:
    """Create and lock a temporary file beside another; the lock shows that its writer is alive.

    No other user may open it, so no other can hold the lock.
    """
    while True:
        handle, name = mkstemp(prefix=f".syndicate-{path.name}.", suffix=".tmp", dir=path.parent)
        if _is_mine(handle, Path(name)):
            return handle, Path(name)
        os.close(handle)  # somebody who clears up was quicker


def _is_mine(handle: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # this file system has no locks: nothing is cleared here
        return True
    return path.exists()


def _mode(path: Path) -> int:
    """Return the existing file's mode, else one readable for a web server."""
    is_there = path.is_file() and not path.is_symlink()
    return path.stat().st_mode & 0o777 if is_there else 0o644


@contextmanager
def _writing_in(folder: Path, folders: ChangedFolders | None) -> Iterator[ChangedFolders]:
    """Clear a folder for writing; without ``folders``, sync it afterwards."""
    written = folders or ChangedFolders()
    written.clear(folder)
    yield written
    if folders is None:
        written.sync()


def _clear(folder: Path) -> None:
    """Delete the temporary files of dead writers.

    A writer holds a lock on its own file, and the lock dies with it. The folder itself is never
    locked: anyone who can read it could hold that lock for ever.
    """
    for name in filter(TEMPORARY_NAME.fullmatch, os.listdir(folder)):
        with suppress(OSError):  # another user's; somebody is writing; there are no locks here
            handle = os.open(folder / name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                (folder / name).unlink()
            finally:
                os.close(handle)


def sync(folder: Path) -> None:
    """Fsync a folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
