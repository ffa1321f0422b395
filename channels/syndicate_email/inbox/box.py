"""The interface of every kind of inbox: list unread letters, read them, mark them as read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syndicate import Visit

MESSAGE_BYTES = 1024 * 1024  # read of one message
TOKEN_HEAD_BYTES = 16 * 1024  # bytes of it that are looked at for a token, before it is its turn
MOST_UNREAD_LETTERS = 50_000  # unread, looked at in one run: the newest


@dataclass(slots=True, kw_only=True)
class Listing:
    """The unread letters of an inbox, by its own keys."""

    new: list[str] = field(default_factory=list)  # oldest first
    known: set[str] = field(default_factory=set)  # keys of letters read before
    is_whole: bool = True
    notes: list[str] = field(default_factory=list)  # for the operator
    problem: OSError | None = None  # why a letter could not be checked


class Box(Protocol):
    """An open inbox."""

    stays: bool  # reading a letter leaves no trace there
    place: str  # identifies it; "" where keys are not stable

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        """List the unread letters."""

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield some of these letters with their first bytes, cheaply, to look for tokens."""

    def content(self, key: str) -> bytes | None:
        """Return the start of a letter, which stays unread; None where it has disappeared."""

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        """Return those of some letters without content that are still listed as unread."""

    def mark(self, key: str) -> None:
        """Mark a letter as read."""

    def close(self) -> None:
        """Close it."""


def too_many(count: str) -> str:
    """Return the note for an inbox that is only read in part."""
    return (
        f"the inbox holds more than {count}; only the newest are read. Mark the old ones as"
        " read, or move them away"
    )
