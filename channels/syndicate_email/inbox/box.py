"""What an inbox of any kind can do: list what is unread, show it, and mark it as read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syndicate import Visit

MOST_BYTES = 1024 * 1024  # read of one message
MOST_HEAD = 16 * 1024  # bytes of it that are looked at for a token, before it is its turn
MOST_LETTERS = 50_000  # unread, looked at in one run: the newest


@dataclass(slots=True, kw_only=True)
class Listing:
    """What lies in an inbox and is unread, by what the inbox calls it."""

    new: list[str] = field(default_factory=list)  # oldest first
    known: set[str] = field(default_factory=set)  # what was read there before
    is_whole: bool = True
    notes: list[str] = field(default_factory=list)  # for a person
    problem: OSError | None = None  # what kept one letter from being looked at


class Box(Protocol):
    """An inbox that is open."""

    stays: bool  # what was read lies there as before
    place: str  # names it; "" is one where nothing can be known again

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        """What is unread now."""

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Some of these letters, with what tells cheaply whether it holds a token."""

    def content(self, key: str) -> bytes | None:
        """The start of a letter, or None where it is gone; it stays unread."""

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        """Which of some letters that seemed gone are unread there all the same."""

    def mark(self, key: str) -> None:
        """It is read now."""

    def close(self) -> None:
        """Let go of it."""


def too_many(count: str) -> str:
    """What is said of an inbox of which only a part is looked at."""
    return (
        f"the inbox holds more than {count}, of which the newest are read; mark the old ones as"
        " read, or move them away"
    )
