"""Consequences of errors: one table for posts, digests' letters and letters to single people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from syndicate.errors import (
    Bounced,
    Deferred,
    DeliveryError,
    InDoubt,
    Paused,
    Refused,
    Unavailable,
    Unconnected,
)

DUE, IN_DOUBT, REFUSED = "due", "in_doubt", "refused"


class Concerns(StrEnum):
    """Extent of an error: what else can be expected to fail in the same way."""

    READER = "reader"  # this mailbox; other readers' letters may well be taken
    DELIVERY = "delivery"  # this post or letter
    CHANNEL = "channel"  # everything that is sent there now


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """State of a delivery after an error, and what follows for its reader and its channel."""

    state: str  # of a publish; a revise or a removal is due again where a publish is in doubt
    concerns: Concerns
    counts: bool = False  # against the reader, who is taken off the lists in the end
    pauses: bool = False  # the list, until a letter is taken again
    why: str

    @property
    def outcome(self) -> str:
        """Return the word for it in the journal of attempts."""
        return "unavailable" if self.state == DUE else self.state

    @property
    def is_open(self) -> bool:
        """Return whether it is tried again, or looked for."""
        return self.state != REFUSED


CONSEQUENCES: Mapping[type[DeliveryError], Consequence] = {
    Refused: Consequence(
        state=REFUSED,
        concerns=Concerns.DELIVERY,
        why="the destination said no, and would say no again",
    ),
    Bounced: Consequence(
        state=REFUSED,
        concerns=Concerns.READER,
        counts=True,
        why="the reader's mail system will never take it",
    ),
    Unconnected: Consequence(
        state=REFUSED,
        concerns=Concerns.CHANNEL,
        why="a setting of this machine keeps every connection from being made",
    ),
    Unavailable: Consequence(
        state=DUE,
        concerns=Concerns.CHANNEL,
        why="nothing happened; it may after a while, at the earliest when the destination says",
    ),
    Deferred: Consequence(
        state=DUE,
        concerns=Concerns.READER,
        why="the reader's mail system puts it off: tried again with backoff, and not for ever",
    ),
    Paused: Consequence(
        state=DUE,
        concerns=Concerns.CHANNEL,
        pauses=True,
        why="we are refused, whoever the reader: nobody else is tried until that is put right",
    ),
    InDoubt: Consequence(
        state=IN_DOUBT,
        concerns=Concerns.CHANNEL,
        why="it may have happened: looked for, and never blindly tried again",
    ),
    DeliveryError: Consequence(
        state=REFUSED,
        concerns=Concerns.DELIVERY,
        why="the channel does not say what happened, nor that asking again may help",
    ),
}


def kind_of(error: DeliveryError) -> type[DeliveryError]:
    """Return the class by which the table knows an error; a channel's own one has its base's."""
    return next(kind for kind in type(error).__mro__ if kind in CONSEQUENCES)


def consequence_of(error: DeliveryError) -> Consequence:
    """Return the row of the table for an error."""
    return CONSEQUENCES[kind_of(error)]


def wait_of(error: Exception) -> float | None:
    """Return the seconds for which a destination asked to be left alone; None where it did not."""
    return error.retry_after if isinstance(error, Unavailable) else None
