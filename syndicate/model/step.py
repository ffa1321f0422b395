"""One address as the ledger knows it, and what should be there from now on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from syndicate.model.delivery import Rendition


class Action(StrEnum):
    """Kind of step, as a reader notices it."""

    CREATE = "create"
    CORRECT = "correct"  # readers are told
    REFILE = "refile"  # a silent fix
    WITHDRAW = "withdraw"  # a notice takes its place
    REINSTATE = "reinstate"  # the article takes the place of its notice
    REFRESH = "refresh"  # other bytes, the same revision
    REMOVE = "remove"
    ANNOUNCE = "announce"  # others are told that something changed
    NOTHING = "nothing"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """State of one address in the ledger."""

    state: str
    wanted: str | None  # the digest of what should be there; None is nothing
    version: int  # the article's version that it says
    present: str | None  # the digest of what is there
    reference: str | None = None
    url: str | None = None
    destination: str | None = None

    @property
    def is_given_up(self) -> bool:
        """A person let it be: it rests although it is not as it should be."""
        return self.state == "settled" and self.wanted is not None and self.wanted != self.present


CALLED_OFF = "called off before it was published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One address, and what should be there from now on."""

    address: str
    action: Action
    rendition: Rendition | None  # None is nothing
    why: str = ""
    replaces: bool = False  # only where something is: nothing is published for it
    fallback: Rendition | None = None  # what to put there if a removal is refused
