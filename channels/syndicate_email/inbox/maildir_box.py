"""A Maildir as an inbox: letters in ``new``, and unread ones in ``cur``."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from heapq import nlargest
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from syndicate import Visit
from syndicate_email.inbox.box import (
    MESSAGE_BYTES,
    MOST_UNREAD_LETTERS,
    TOKEN_HEAD_BYTES,
    Listing,
    too_many,
)

FLAGS = ":2,"
READ = frozenset("ST")  # seen, trashed
FILE_NAME_CHARACTERS = 100  # characters; longer ones are replaced by their fingerprint
CLOCK_EVERY = 500  # entries


class MaildirBox:
    """A folder that programs put letters into, each in a file of its own."""

    stays = False

    def __init__(self, folder: Path) -> None:
        self.place = f"maildir {folder}"
        self._folder = folder
        self._where: dict[str, str] = {}

    def close(self) -> None:
        """Do nothing: no file is open."""

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        listing = Listing()
        newest = nlargest(MOST_UNREAD_LETTERS + 1, self._unread(known, listing, visit))
        if len(newest) > MOST_UNREAD_LETTERS:
            listing.is_whole = False
            listing.notes.append(too_many(f"{MOST_UNREAD_LETTERS:,} letters"))
        for _, key, path in reversed(newest[:MOST_UNREAD_LETTERS]):
            self._where.setdefault(key, path)
        listing.new = list(self._where)
        return listing

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for key in keys:
            with suppress(OSError):  # reported when it is its turn
                yield key, _start_of(self._where[key], TOKEN_HEAD_BYTES)

    def content(self, key: str) -> bytes | None:
        try:
            return _start_of(self._where[key], MESSAGE_BYTES)
        except FileNotFoundError:  # another program was quicker
            return None

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        return set()  # another program has moved it

    def mark(self, key: str) -> None:
        path, cur = Path(self._where[key]), self._folder / "cur"
        name = path.name.partition(FLAGS)[0]
        elsewhere = [] if path.exists() else cur.glob(f"{glob.escape(name)}{FLAGS}*")
        for current in (path, *elsewhere):
            flags = "".join(sorted({*current.name.partition(FLAGS)[2], "S"}))
            with suppress(FileNotFoundError):
                current.rename(cur / f"{name}{FLAGS}{flags}")

    def _unread(
        self, known: Collection[str], listing: Listing, visit: Visit
    ) -> Iterator[tuple[int, str, str]]:
        """Yield (time, key, path) of each new letter; record the known ones."""
        until = visit.left / 2
        for part, read in (("new", frozenset[str]()), ("cur", READ)):
            with os.scandir(self._folder / part) as entries:
                for number, entry in enumerate(entries):
                    if number % CLOCK_EVERY == CLOCK_EVERY - 1 and visit.left < until:
                        listing.is_whole = False
                        return
                    name, _, flags = entry.name.partition(FLAGS)
                    if entry.name.startswith(".") or not read.isdisjoint(flags):
                        continue
                    if (key := _key(name)) in known:
                        listing.known.add(key)
                    elif (at := _arrived(entry, listing)) is not None:
                        yield at, key, entry.path


def _key(name: str) -> str:
    """Return a letter's name without its flags; the fingerprint of one that is not plain text."""
    if name.isascii() and len(name) <= FILE_NAME_CHARACTERS:
        return name
    return sha256(os.fsencode(name)).hexdigest()[:32]


def _arrived(entry: os.DirEntry[str], listing: Listing) -> int | None:
    """Return a letter's time of arrival; None for what is no letter."""
    try:
        found = entry.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        listing.problem = listing.problem or error
        return None
    if S_ISREG(found.st_mode):
        return found.st_mtime_ns
    if not S_ISDIR(found.st_mode) and not listing.notes:
        listing.notes.append(f"{entry.path} is neither a file nor a letter; move it away")
    return None


def _start_of(path: str, count: int) -> bytes:
    """Return the start of a file; OSError for a pipe or device, which might never answer."""
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not S_ISREG(os.fstat(opened).st_mode):
            raise OSError(0, "it is not a file", path)
        return os.pread(opened, count, 0)
    finally:
        os.close(opened)
