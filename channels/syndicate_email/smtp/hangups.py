"""Count relays' hang-ups with an answer (421, RFC 5321 3.8) before a letter was taken. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_AT_MAIL = 2  # connections in a row, until it is not the connection: nobody was named yet
MOST_READERS = 3  # in a row to whose letters it was said, until it is not they


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """A relay's last answer, and the command that it answered: MAIL, RCPT, DATA, "the letter"."""

    step: str
    words: str  # in a line, with nobody's address
    recipient: str


@dataclass(slots=True, kw_only=True)
class Hangups:
    """Hang-ups in a row, with no letter taken in between."""

    at_mail: int = 0
    readers: set[str] = field(default_factory=set)
    newest: Hangup | None = None

    def forget(self) -> None:
        """Start anew: a letter was taken, so the relay is not closed to us."""
        self.at_mail, self.newest = 0, None
        self.readers.clear()

    def note(self, hangup: Hangup) -> bool:
        """Count one more; return True when they mean that it takes no letter of ours for now."""
        self.newest = hangup
        self.at_mail += hangup.step == "MAIL"
        self.readers.add(hangup.recipient)
        return self.at_mail >= MOST_AT_MAIL or len(self.readers) >= MOST_READERS
