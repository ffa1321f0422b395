"""A file as an inbox: one message, or an mbox; nothing is ever written into it."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from syndicate import Visit
from syndicate_email.inbox.box import (
    MESSAGE_BYTES,
    MOST_UNREAD_LETTERS,
    TOKEN_HEAD_BYTES,
    Listing,
    too_many,
)

FILE_READ_BYTES = 1024 * 1024  # at once
SEARCHED_BYTES = 256 * 1024 * 1024  # of an mbox, from its end
KEY_BYTES = 4096  # of a message, which with its length make its key
BEGINS = b"From "
BEGINNING = re.compile(rb"\nFrom ")
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


class FileBox:
    """A file of messages."""

    stays = True

    def __init__(self, path: Path) -> None:
        self.place = f"file {path}"
        self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._where: dict[str, tuple[int, int]] = {}  # start, end
        try:
            found = os.fstat(self._file)
            if not S_ISREG(found.st_mode):
                raise OSError(0, "it is not a file", f"{path}")
            self._size = found.st_size
            self._is_mbox = self._at(0, len(BEGINS)) == BEGINS
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        os.close(self._file)

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        listing = Listing()
        for first, last in self._messages(listing, visit):
            start = self._at(first, KEY_BYTES)
            key = sha256(b"%d\0" % (last - first) + start).hexdigest()[:32]
            if key in known:
                listing.known.add(key)
            elif key not in self._where:
                self._where[key] = (first, last)
        listing.new = list(self._where)
        return listing

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for key in keys:
            yield key, self._at(self._where[key][0], TOKEN_HEAD_BYTES)

    def content(self, key: str) -> bytes | None:
        first, last = self._where[key]
        content = self._at(first, min(last - first, MESSAGE_BYTES))
        return ESCAPED.sub(rb"\1", content) if self._is_mbox else content

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        return set()  # a file does not lose single letters

    def mark(self, key: str) -> None:
        """Do nothing: the file is only read."""

    def _messages(self, listing: Listing, visit: Visit) -> Iterator[tuple[int, int]]:
        if not self._is_mbox:
            if self._at(0, MESSAGE_BYTES).strip():
                yield 0, self._size
            return
        starts = self._starts(listing, visit)
        for start, end in zip(starts, [*starts[1:], self._size], strict=True):
            line = self._at(start, KEY_BYTES)  # an envelope, which is not the message's
            first = start + (line.find(b"\n") + 1 or len(line))
            blank = end - 2 >= first and self._at(end - 2, 2) == b"\n\n"
            yield first, end - blank

    def _starts(self, listing: Listing, visit: Visit) -> list[int]:
        """Return the offsets of messages; in too long a file only of those near its end."""
        skipped = max(0, self._size - SEARCHED_BYTES)
        starts = deque([0] if not skipped else [], MOST_UNREAD_LETTERS)
        found, at, until = len(starts), skipped, visit.left / 2
        while (chunk := self._at(at, FILE_READ_BYTES)) and visit.left >= until:
            for match in BEGINNING.finditer(chunk):
                starts.append(at + match.start() + 1)
                found += 1
            at += len(chunk) if at + len(chunk) >= self._size else len(chunk) - len(BEGINS)
        if skipped or found > MOST_UNREAD_LETTERS:
            many = (
                f"{SEARCHED_BYTES // 2**20} MiB" if skipped else f"{MOST_UNREAD_LETTERS:,} letters"
            )
            listing.notes.append(too_many(many))
        listing.is_whole = not skipped and found <= MOST_UNREAD_LETTERS and at >= self._size
        return list(starts)

    def _at(self, offset: int, count: int) -> bytes:
        return os.pread(self._file, count, offset)
