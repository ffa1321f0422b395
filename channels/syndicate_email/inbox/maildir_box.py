"""A Maildir as an inbox: letters in ``new``, and those in ``cur`` that nobody has read."""

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
from syndicate_email.inbox.box import MOST_BYTES, MOST_HEAD, MOST_LETTERS, Listing, too_many

FLAGS = ":2,"
READ = frozenset("ST")  # seen, or thrown away
LONGEST_NAME = 100  # characters of one that is kept as it is
OFTEN = 500  # entries, after which the clock is looked at


class MaildirBox:
    """A folder that programs put letters into, each in a file of its own."""

    stays = False

    def __init__(self, folder: Path) -> None:
        self.place = f"maildir {folder}"
        self._folder = folder
        self._where: dict[str, str] = {}

    def close(self) -> None:
        """Nothing is held."""

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        listing = Listing()
        newest = nlargest(MOST_LETTERS + 1, self._unread(known, listing, visit))
        if len(newest) > MOST_LETTERS:
            listing.is_whole = False
            listing.notes.append(too_many(f"{MOST_LETTERS:,} letters"))
        for _, key, path in reversed(newest[:MOST_LETTERS]):
            self._where.setdefault(key, path)
        listing.new = list(self._where)
        return listing

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for key in keys:
            with suppress(OSError):  # it is told when it is its turn
                yield key, _start_of(self._where[key], MOST_HEAD)

    def content(self, key: str) -> bytes | None:
        try:
            return _start_of(self._where[key], MOST_BYTES)
        except FileNotFoundError:  # another program was quicker
            return None

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        return set()  # a file that is gone is gone

    def mark(self, key: str) -> None:
        path, cur = Path(self._where[key]), self._folder / "cur"
        name = path.name.partition(FLAGS)[0]
        elsewhere = [] if path.exists() else cur.glob(f"{glob.escape(name)}{FLAGS}*")
        for now in (path, *elsewhere):
            flags = "".join(sorted({*now.name.partition(FLAGS)[2], "S"}))
            with suppress(FileNotFoundError):
                now.rename(cur / f"{name}{FLAGS}{flags}")

    def _unread(
        self, known: Collection[str], listing: Listing, visit: Visit
    ) -> Iterator[tuple[int, str, str]]:
        """(time, key, path) of each letter that is not known; the known ones are taken down."""
        until = visit.left / 2
        for part, read in (("new", frozenset[str]()), ("cur", READ)):
            with os.scandir(self._folder / part) as entries:
                for number, entry in enumerate(entries):
                    if number % OFTEN == OFTEN - 1 and visit.left < until:
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
    """A letter's name, whatever flags it has; of one that is no plain text its hash."""
    if name.isascii() and len(name) <= LONGEST_NAME:
        return name
    return sha256(os.fsencode(name)).hexdigest()[:32]


def _arrived(entry: os.DirEntry[str], listing: Listing) -> int | None:
    """When a letter came; None for what is none."""
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
        listing.notes.append(f"{entry.path} is no file, and no letter; move it away")
    return None


def _start_of(path: str, count: int) -> bytes:
    """A file's beginning; OSError for anything else, which might never answer."""
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not S_ISREG(os.fstat(opened).st_mode):
            raise OSError(0, "it is no file", path)
        return os.pread(opened, count, 0)
    finally:
        os.close(opened)
