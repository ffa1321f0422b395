"""Files as they have to be dealt with where others can write, too, and where the power may fail."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

KINDS = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFIFO: "it is a pipe and no file",
    stat.S_IFSOCK: "it is a socket and no file",
    stat.S_IFCHR: "it is a device and no file",
    stat.S_IFBLK: "it is a device and no file",
}


class NoFile(OSError):
    """What is there has no end, or no content: a pipe, a device, a folder."""

    def __init__(self, mode: int) -> None:
        super().__init__(KINDS.get(stat.S_IFMT(mode), "it is no file"))
        self.strerror = self.args[0]


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a file to be read; NoFile at once for what a program could wait at for ever."""
    _refuse_other(path.stat().st_mode)  # to open a device can do something by itself
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(number, "rb") as file:
        _refuse_other(os.fstat(number).st_mode)  # it may have been replaced
        yield file


def contents(path: Path, most: int) -> bytes:
    """Return what is in a file, ``most`` bytes and one more of it where it goes on."""
    with opened(path) as file:
        return file.read(most + 1)


def sync_folder(folder: Path) -> None:
    """Have the disk hold a folder's names: a file that was moved there survives a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system can
            os.fsync(number)
    finally:
        os.close(number)


def _refuse_other(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NoFile(mode)
