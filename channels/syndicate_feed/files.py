"""Files that nobody ever sees half of, even after a crash."""

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

MARKS = (  # of what this program wrote
    b">syndicate</generator>",
    b'<meta name="generator" content="syndicate">',
    b"made by syndicate",
)
TEMPORARY = re.compile(r"\.syndicate-.+\.tmp")
FULL = {ENOSPC, EDQUOT, EFBIG}


def put(path: Path, content: bytes) -> None:
    """Make a file have this content; one that has it already is not touched."""
    make_folder(path.parent)
    with _writing_in(path.parent) as folder:
        if not has(path, content):
            _replace(path, content)
            os.fsync(folder)


def has(path: Path, content: bytes) -> bool:
    """Whether a file has exactly this content."""
    if not path.is_file() or path.stat().st_size != len(content):
        return False
    return path.read_bytes() == content


def is_foreign(path: Path, content: bytes) -> bool:
    """Whether a file is there that somebody else wrote."""
    if not path.is_file() or has(path, content):
        return False
    there = path.read_bytes()
    return not any(mark in there for mark in MARKS)


def drop(path: Path) -> None:
    """Make a file be gone, and its folder if it was the last one in a folder of ours."""
    if path.parent.is_dir():
        with _writing_in(path.parent) as folder, suppress(FileNotFoundError):
            path.unlink()
            os.fsync(folder)
        if path.parent.parent.name == "subjects":
            with suppress(OSError):
                path.parent.rmdir()


def try_out(folder: Path) -> None:
    """Fail as writing into a folder would, and leave nothing there.

    Where the folder is missing, the one is tried in which it would be made.
    """
    with TemporaryFile(dir=_lowest_existing(folder)) as file:  # has no name, where that can be
        file.write(b"\0")
        file.flush()


def make_folder(path: Path) -> None:
    """Make a folder and those above it, so that a web server can read them."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)  # another process may be quicker
        folder.chmod(0o755)  # whatever the umask is
        _sync(folder.parent)


@contextmanager
def explained(setting: str, path: Path) -> Iterator[None]:
    """Say what went wrong on a disk in one line, and what to do about it."""
    try:
        yield
    except OSError as error:
        raise explanation(setting, path, error) from error


def explanation(setting: str, path: Path, error: OSError) -> DeliveryError:
    """The line for one error of the operating system."""
    if error.errno in FULL:
        return Unavailable(f"{setting}: the disk is full at {path.parent}; make room and run again")
    if error.errno in (ENOTDIR, EEXIST):
        return not_a_folder(setting, _lowest_existing(path.parent))
    if error.errno == EISDIR:
        return Refused(f"{setting}: {path} is a folder, and a file has to be there; move it away")
    if error.errno in (EACCES, EPERM):
        return Refused(f"{setting}: no permission for {path}; let this user write there")
    if error.errno == EROFS:
        return Refused(f"{setting}: {path.parent} is read-only; name a folder that can be written")
    return Unavailable(f"{setting}: {path} cannot be written ({error.strerror}); run again")


def not_a_folder(setting: str, path: Path) -> Refused:
    return Refused(f"{setting}: {path} is not a folder; move it away or name another folder")


def _lowest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if os.path.lexists(place))


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = mkstemp(prefix=f".syndicate-{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(handle, _mode(path))
            os.fsync(handle)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _mode(path: Path) -> int:
    """What an administrator chose for the file, else readable for a web server."""
    return path.stat().st_mode & 0o777 if path.is_file() else 0o644


@contextmanager
def _writing_in(folder: Path) -> Iterator[int]:
    """Open a folder for writing, and clear away what a dead writer left in it.

    Every writer holds a shared lock on the folder itself, and a lock dies with its holder: who
    gets an exclusive one knows that nobody is writing, so that all temporary files are stale.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if _locked(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
            _clear(folder)
        _locked(handle, fcntl.LOCK_SH)
        yield handle
    finally:
        os.close(handle)


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except OSError:  # somebody is writing, or this file system has no locks
        return False
    return True


def _clear(folder: Path) -> None:
    for name in os.listdir(folder):
        if TEMPORARY.fullmatch(name):
            with suppress(OSError):
                (folder / name).unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
