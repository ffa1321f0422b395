"""Files as they have to be dealt with where others can write, too, and where the power may fail."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from select import select
from tempfile import mkstemp
from typing import BinaryIO

PRIVATE, PRIVATE_FOLDER = 0o600, 0o700  # whatever the umask is
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
BEGINS_WITHIN = 0.5  # seconds that a pipe has to be written into
FILE_TYPES = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFIFO: "it is a pipe, not a file",
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFCHR: "it is a device, not a file",
    stat.S_IFBLK: "it is a device, not a file",
}


class NoFile(OSError):
    """No regular file: a pipe, a device, a folder; it has no end, or no content."""

    def __init__(self, mode: int) -> None:
        super().__init__(FILE_TYPES.get(stat.S_IFMT(mode), "it is not a file"))
        self.strerror = self.args[0]


@contextmanager
def opened(path: Path, *, pipes: bool = False) -> Iterator[BufferedReader]:
    """Open a file to be read; NoFile at once for what a program could wait at for ever.

    ``pipes``: but for one that somebody writes into, as the shell's ``<(…)`` is.
    """
    mode = path.stat().st_mode
    if not (pipes and stat.S_ISFIFO(mode)):
        _refuse_other(mode)  # to open a device can do something by itself
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(number, "rb") as file:
        mode = os.fstat(number).st_mode  # it may have been replaced
        if pipes and stat.S_ISFIFO(mode) and _has_writer(number):
            os.set_blocking(number, True)
        else:
            _refuse_other(mode)
        yield file


def contents(path: Path, most: int) -> bytes:
    """Return what is in a file, ``most`` bytes and one more of it where it goes on."""
    with opened(path) as file:
        return file.read(most + 1)


def create_private(path: Path) -> BinaryIO:
    """Make a file that nobody else can read, from its first moment; no link is followed.

    FileExistsError where there is one.
    """
    return open(os.open(path, CREATE, PRIVATE), "wb")


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """Write a file that nobody else can read, whole or not at all.

    It takes the place of what is there; a device, like /dev/stdout, is written to, and so is a
    pipe that somebody reads. NoFile for any other: it would be waited for without an end.
    """
    if path.exists() and not path.is_file():
        with _begun(path) as device:
            yield device
        return
    with replacing(path) as file:
        yield file


@contextmanager
def replacing(path: Path, suffix: str = ".part") -> Iterator[BinaryIO]:
    """Write a new file beside one, which takes its place once it is on the disk, or never.

    It is of mode 0600 from its first moment; ``suffix`` ends its name until then.
    """
    number, name = mkstemp(prefix=f".{path.name}.", suffix=suffix, dir=path.parent)
    try:
        with open(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(number)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def replace_contents(target: Path, data: bytes, part_suffix: str) -> None:
    """Give a file other contents, all or none, once they are on the disk; its owner and mode stay.

    ``part_suffix`` ends the name of the new file until then.
    """
    state = target.stat()
    with replacing(target, part_suffix) as file:
        file.write(data)
        with suppress(PermissionError):  # only root may give a file away
            os.fchown(file.fileno(), state.st_uid, state.st_gid)
        os.fchmod(file.fileno(), state.st_mode & 0o7777)
    sync_folder(target.parent)


def _begun(path: Path) -> BinaryIO:
    """Open a device or a pipe to be written to, at once or not at all."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nobody reads it
            raise NoFile(path.stat().st_mode) from error
        raise
    os.set_blocking(number, True)
    return open(number, "wb")


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, that nobody else can enter."""
    absent = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for missing in reversed(absent):
        with suppress(FileExistsError):  # another process was quicker
            missing.mkdir(mode=PRIVATE_FOLDER)


def is_open_to_all(path: Path) -> bool:
    """Return True where everybody on the machine has a right to a file; a group's was given."""
    try:
        return bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False


def take_from_others(path: Path) -> bool:
    """Take from all others the rights to a file of ours; whether there was something to take.

    It is not opened to be read: closing it again would end every lock that this process has on it,
    and SQLite's own are such locks (POSIX; sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        state = os.lstat(path)
        is_ours = stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()
        if not (is_ours and state.st_mode & stat.S_IRWXO):
            return False
        _make_private(path, state)
        return True
    except OSError:  # gone meanwhile, or a file system without modes
        return False


def _make_private(path: Path, state: os.stat_result) -> None:
    """Change the mode of this file, and of none that was put in its place meanwhile."""
    if os.chmod in os.supports_follow_symlinks:
        os.chmod(path, PRIVATE, follow_symlinks=False)
        return
    number = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)  # is no opening to the locks
    try:
        if os.path.samestat(os.fstat(number), state):
            os.chmod(f"/proc/self/fd/{number}", PRIVATE)
    finally:
        os.close(number)


def sync_folder(folder: Path) -> None:
    """Have the disk hold a folder's names: a file that was moved there survives a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system can
            os.fsync(number)
    finally:
        os.close(number)


def _has_writer(pipe: int) -> bool:
    """Return True for a pipe from which something comes, or whose other end is held."""
    if select([pipe], [], [], BEGINS_WITHIN)[0]:
        return True
    try:
        os.read(pipe, 1)
    except BlockingIOError:
        return True
    return False  # its end; or a byte at this very moment, and the same command does it again


def _refuse_other(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NoFile(mode)
