"""A relay that hangs up with an answer (421, RFC 5321 3.8) before it has taken a letter. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_AT_MAIL = 2  # connections in a row, until it is not the connection: nobody was named yet
MOST_READERS = 3  # in a row to whose letters it was said, until it is not they


@dataclass(frozen=True, slots=True)
class Farewell:
    """What a relay said as it hung up, and to what: MAIL, RCPT, DATA, "the letter"."""

    step: str
    words: str  # in a line, with nobody's address
    recipient: str


@dataclass(slots=True)
class Farewells:
    """The farewells in a row, without a letter that was taken in between."""

    at_mail: int = 0
    readers: set[str] = field(default_factory=set)
    newest: Farewell | None = None

    def forget(self) -> None:
        """A letter was taken: the relay is not closed to us."""
        self.at_mail, self.newest = 0, None
        self.readers.clear()

    def note(self, farewell: Farewell) -> bool:
        """Take down one more; True where so many say that no letter of ours is taken just now."""
        self.newest = farewell
        self.at_mail += farewell.step == "MAIL"
        self.readers.add(farewell.recipient)
        return self.at_mail >= MOST_AT_MAIL or len(self.readers) >= MOST_READERS
