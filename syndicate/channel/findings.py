"""Findings of a channel: of its settings when they are checked, of what stands in an audit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syndicate.model.delivery import Receipt, Rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of checking one thing that a channel needs."""

    what: str  # two or three words
    ok: bool
    detail: str  # where it is not ok: the setting's path, and what to do


class Deviation(StrEnum):
    """Difference between a destination and the ledger."""

    GONE = "gone"  # what was published stands there no more
    EDITED = "edited"  # something else stands in its place
    UNTRACKED = "untracked"  # it stands there, and the ledger does not know it
    UNREAD = "unread"  # it cannot be read back: no deviation, but nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One thing that stands at a destination, as the ledger has it."""

    number: int  # its delivery's
    rendition: Rendition
    receipt: Receipt
    fresh: bool = False  # it was published or changed minutes ago: a copy elsewhere may be behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs, or that cannot be read."""

    what: Deviation
    published: Published | None = None  # None of what is untracked, and of a channel as a whole
    address: str = ""  # where it is: a file, a message's number
    url: str | None = None
    detail: str = ""  # for a person: what is otherwise, or why it cannot be read


UNREADABLE = Difference(
    what=Deviation.UNREAD, detail="what was published there cannot be read back by this program"
)
