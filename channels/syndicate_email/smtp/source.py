"""The letters to send, filled in one by one as a connection has room for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from syndicate import Delivery, Outcome, Refused, Unavailable
from syndicate_email.refusals.verdict import Refusals
from syndicate_email.smtp.conversation import OutgoingLetter

DOMAIN_PAUSE_SECONDS = 900.0  # until a domain that refuses everybody is tried again

Prepare = Callable[[Delivery], OutgoingLetter]


class LetterSource:
    """The letters to come, filled in one by one as they are started."""

    def __init__(
        self, deliveries: Iterator[Delivery | None], prepare: Prepare, refusals: Refusals
    ) -> None:
        self.deliveries = deliveries
        self.prepare = prepare
        self.refusals = refusals
        self.ended = False
        self.held = False  # nothing may be started just now
        self.count = 0

    def next(self) -> OutgoingLetter | Outcome | None:
        """Return the next letter; an Outcome where it cannot be written; None where none is due."""
        if self.ended:
            return None
        try:
            delivery = next(self.deliveries)
        except StopIteration:
            self.ended = True
            self.held = False
            return None
        self.held = delivery is None
        if delivery is None:
            return None
        self.count += 1
        try:
            letter = self.prepare(delivery)
        except Refused as error:
            return Outcome(delivery, error)
        if words := self.refusals.hold(letter.recipient):
            domain = letter.recipient.rpartition("@")[2]
            return Outcome(
                delivery,
                Unavailable(f"{domain} refuses our letters: {words}", DOMAIN_PAUSE_SECONDS),
            )
        return letter
