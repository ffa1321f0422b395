"""The SMTP dialogue of one connection, letter after letter, and its answers. No sockets here."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from syndicate import (
    Bounced,
    Deferred,
    Delivery,
    DeliveryError,
    InDoubt,
    Paused,
    Receipt,
    Unavailable,
)
from syndicate.text import squeeze
from syndicate_email.refusals.verdict import (
    PER_SESSION,
    Cause,
    Envelope,
    Refusals,
    cause_of,
    own_code,
    slows_us,
)
from syndicate_email.smtp.clients import MOST_ANSWER, MOST_SMTP_LINES, SEPARATORS
from syndicate_email.smtp.connector import MOST_SAID, Connector, printable
from syndicate_email.smtp.hangups import Hangup

log = logging.getLogger(__name__)
CLOSING = 421  # the relay hangs up after this answer (RFC 5321 3.8)
LEADING_ENHANCED_CODE = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
END_OF_DATA = b".\r\n"
RSET = b"RSET\r\n"


class Stage(Enum):
    """The command, or end of data, that an answer belongs to."""

    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    RSET = auto()
    NOTHING = auto()  # the dot after no letter, RFC 2920 3.1


@dataclass(slots=True, eq=False, kw_only=True)
class OutgoingLetter:
    """One letter, dot-stuffed for a relay; it ends with CRLF."""

    delivery: Delivery
    sender: str
    recipient: str
    pieces: Sequence[bytes]
    reference: str
    tries: int = 0  # connections that broke under it
    failed: bool = False  # one of its commands was refused: answers to the others do not count
    ended: bool = False  # how it ended was reported
    ends_at: int | None = None  # bytes sent up to and including the final dot


Ended = tuple[OutgoingLetter, Receipt | DeliveryError]
Awaited = tuple[
    Stage, OutgoingLetter | None, int
]  # bytes that must have been sent before it may answer


class OutOfStep(ValueError):
    """An answer that does not belong here: which answer belongs to which command is lost."""


class SenderRefused(Exception):
    """MAIL was refused, which holds for every recipient."""


class Conversation:
    """Takes letters, gives the bytes ``to_send()``, and reads answers in ``receive()``.

    With ``pipelining`` (RFC 2920) a letter's end and the next one's beginning go together: one
    round trip a letter; without it each command waits for the answer to the one before. At most
    two letters are in flight at once.
    """

    def __init__(self, connector: Connector, refusals: Refusals, *, pipelining: bool) -> None:
        self.connector = connector
        self.refusals = refusals  # of the whole run
        self._is_traced = log.isEnabledFor(logging.DEBUG)
        self.pipelining = pipelining
        self.awaited: deque[Awaited] = deque()
        self.deferred: deque[tuple[bytes, Stage, OutgoingLetter | None]] = deque()
        self.outbox: list[bytes] = []
        self.queued_bytes = 0  # in all
        self.sent_bytes = 0  # in all
        self.answers = 0  # complete ones received
        self.letters = 0
        self.closing = False
        self.taken = 0  # letters
        self.full = False  # it takes no more letters, but another connection would
        self.hangup: Hangup | None = None  # why the relay hangs up
        self._received = b""
        self._lines: list[bytes] = []
        self._orphans: list[OutgoingLetter] = []  # letters without a pending answer

    @property
    def idle(self) -> bool:
        """True while nothing is in flight."""
        return not self.awaited and not self.deferred

    @property
    def awaits_verdict(self) -> bool:
        """A letter was sent to its end, and not answered yet."""
        return any(step is Stage.DOT for step, _, _ in self.awaited)

    @property
    def can_take(self) -> bool:
        """Another letter can begin now."""
        if self.closing or self.deferred:
            return False
        if not self.awaited:
            return True
        first, _, _ = self.awaited[0]
        return self.pipelining and first is Stage.DOT and len(self.awaited) == 1

    def take(self, letter: OutgoingLetter) -> None:
        """Begin a letter."""
        self.letters += 1
        letter.failed, letter.ended, letter.ends_at = False, False, None
        self._send(f"MAIL FROM:<{letter.sender}>\r\n".encode(), Stage.MAIL, letter)
        self._send(f"RCPT TO:<{letter.recipient}>\r\n".encode(), Stage.RCPT, letter)
        self._send(b"DATA\r\n", Stage.DATA, letter)

    def to_send(self) -> list[bytes]:
        """Return the pieces that are due, and forget them."""
        pieces, self.outbox = self.outbox, []
        return pieces

    def receive(self, received: bytes) -> Iterator[Ended]:
        """Read answers; yield the letters that ended.

        OutOfStep for what is no answer; SenderRefused where the sender was refused.
        """
        for code, text in self._replies(received):
            self.answers += 1
            if self._is_traced:
                log.debug("< %d %s", code, text.decode(errors="replace"))
            if code == CLOSING:
                self.closing = True
                self._hang_up(text)
            if not self.awaited:
                if code != CLOSING:
                    raise OutOfStep(f"answered nothing that it was asked ({code})")
                return
            step, letter, asked = self.awaited[0]
            agrees = code == 354 if step is Stage.DATA else code // 100 == 2
            if (self.sent_bytes < asked or not agrees) and code != CLOSING:
                self._keep_step(step, code, asked)
            self.awaited.popleft()
            if letter is not None and (ended := self._take_answer(step, letter, code, text)):
                letter.ended = True
                yield ended
                if step is Stage.MAIL:
                    raise SenderRefused(str(ended[1]), code)
            if not self.awaited:
                self._send_deferred()

    def _keep_step(self, step: Stage, code: int, asked: int) -> None:
        """Raise OutOfStep for an answer that is too early, or of the wrong kind."""
        refuses = code // 100 in (4, 5)
        if self.sent_bytes < asked:
            if step is not Stage.DOT or not refuses:
                raise OutOfStep(f"answered {_called(step)} before it had it ({code})")
            self.closing = True  # it wants no more of this letter, whose rest would be commands
        elif not refuses and step not in (Stage.DOT, Stage.NOTHING):
            raise OutOfStep(f"answered {_called(step)} with a strange {code}")

    def _hang_up(self, text: bytes) -> None:
        """Record the relay's last words, and which command of which letter they answer."""
        step, letter, _ = self.awaited[0] if self.awaited else (Stage.NOTHING, None, 0)
        recipient = letter.recipient if letter else ""
        words = _line(text)
        words = _without_address(recipient, words) if recipient else words
        self.hangup = Hangup(step=_called(step), words=words, recipient=recipient)

    def lose(self, trouble: str = "hung up") -> Iterator[tuple[OutgoingLetter, InDoubt | None]]:
        """Yield the letters in flight of a lost connection, with a doubt where one may be taken."""
        awaited = [letter for _, letter, _ in self.awaited if letter]
        deferred = [letter for _, _, letter in self.deferred if letter]
        for letter in dict.fromkeys((*self._orphans, *awaited, *deferred)):
            if letter.ended:
                continue
            taken = letter.ends_at is not None and self.sent_bytes >= letter.ends_at
            yield letter, self._doubt(trouble) if taken else None

    def _take_answer(
        self, step: Stage, letter: OutgoingLetter, code: int, text: bytes
    ) -> Ended | None:
        """Act on an answer; return how the letter ended, where it did."""
        if code >= 400 and not letter.failed and self._is_enough(step, code, text):
            letter.failed = self.closing = self.full = True  # another connection takes it
            letter.ends_at = None
            self._orphans.append(letter)
            return None
        if step is Stage.DOT:
            return letter, self._verdict(letter, code, text)
        if letter.failed:
            if step is Stage.DATA:  # only now: before, it would have been taken for a letter
                self._send(
                    *((END_OF_DATA, Stage.NOTHING) if code == 354 else (RSET, Stage.RSET)), None
                )
        elif step is Stage.DATA and code == 354:
            self._hand_over(letter)
        elif step is Stage.DATA or code // 100 != 2:
            if code != CLOSING:
                return self._failed(step, letter, code, text)
            self._orphans.append(letter)  # lost with the connection
        return None

    def _is_enough(self, step: Stage, code: int, text: bytes) -> bool:
        """Return whether a refusal means that this connection has had its number of letters."""
        refused = code // 100 == 4 or (code // 100 == 5 and self.taken > 0)
        return refused and step is not Stage.DATA and PER_SESSION.search(_line(text)) is not None

    def _failed(self, step: Stage, letter: OutgoingLetter, code: int, text: bytes) -> Ended | None:
        letter.failed = True
        if step is Stage.MAIL:
            self.closing = True
            return letter, Unavailable(self.connector.refusal_line("MAIL", code, _line(text)))
        if step is Stage.DATA or not self.pipelining:
            self._send(RSET, Stage.RSET, None)
        return letter, self._refusal(step.name, letter, code, text)

    def _hand_over(self, letter: OutgoingLetter) -> None:
        if self._is_traced:
            log.debug("> a letter of %d bytes", sum(map(len, letter.pieces)))
        self._put(*letter.pieces, END_OF_DATA)
        letter.ends_at = self.queued_bytes
        self.awaited.append((Stage.DOT, letter, self.queued_bytes))

    def _verdict(self, letter: OutgoingLetter, code: int, text: bytes) -> Receipt | DeliveryError:
        if code // 100 == 2:
            self.taken += 1
            self.refusals.taken += 1
            return Receipt(reference=letter.reference)
        if code // 100 in (4, 5):
            return self._refusal("the letter", letter, code, text)
        self.closing = True
        return InDoubt(
            f"{self.connector.setting}: the relay answered the letter with a strange {code}"
        )

    def _refusal(self, what: str, letter: OutgoingLetter, code: int, text: bytes) -> DeliveryError:
        """Return the error of a refusal: Bounced, Deferred, or Paused where it is about us."""
        line = _line(text)
        words = _without_address(letter.recipient, line)
        enhanced = LEADING_ENHANCED_CODE.match(line)
        number = f"{code} {enhanced[1]}" if enhanced else f"{code}"
        message = self.connector.refusal_line(what, code, words)
        if code // 100 == 4:
            return Paused(message) if slows_us(line) else Deferred(message, number)
        envelope = Envelope((letter.sender,), (letter.recipient,))
        match cause_of("DOT" if what == "the letter" else what, code, line, envelope):
            case Cause.READER:
                return Bounced(message, f"{code} {own_code(line, envelope)}")
            case Cause.OURS:
                return Paused(message)
        about_us = self.refusals.note(letter.recipient, f"{code} {words}")
        return Paused(message) if about_us else Deferred(message, number)

    def _doubt(self, trouble: str) -> InDoubt:
        return InDoubt(
            f"{self.connector.setting}: the relay {self.connector.relay} {trouble} without saying"
            " whether it took the letter"
        )

    def _send(self, command: bytes, step: Stage, letter: OutgoingLetter | None) -> None:
        if self._is_traced:
            log.debug("> %s", command.decode(errors="replace").strip())
        if not self.pipelining and (self.deferred or self.awaited):
            self.deferred.append((command, step, letter))
        else:
            self._put(command)
            self.awaited.append((step, letter, self.queued_bytes))

    def _send_deferred(self) -> None:
        """Send the commands that had to wait for an answer."""
        while self.deferred and not self.closing and not self.awaited:
            command, step, letter = self.deferred.popleft()
            if letter is not None and letter.failed:
                continue
            self._put(command)
            self.awaited.append((step, letter, self.queued_bytes))

    def _put(self, *pieces: bytes) -> None:
        self.outbox += pieces
        self.queued_bytes += sum(map(len, pieces))

    def _replies(self, received: bytes) -> Iterator[tuple[int, bytes]]:
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            if line[3:4] not in SEPARATORS or not line[:3].isdigit():
                raise OutOfStep("sent what is no SMTP answer")
            self._lines.append(line[4:])
            if line[3:4] == b"-":
                self._measure()
                continue
            text = b" ".join(self._lines)
            self._lines.clear()
            yield int(line[:3]), text
        if len(self._received) > MOST_ANSWER:
            raise OutOfStep("gave an answer without an end")

    def _measure(self) -> None:
        """Raise OutOfStep where an answer of many lines is too long."""
        if len(self._lines) > MOST_SMTP_LINES or sum(map(len, self._lines)) > MOST_ANSWER:
            raise OutOfStep("gave an answer without an end")


STEP_NAMES = {Stage.DOT: "the letter", Stage.NOTHING: "no letter"}


def _called(step: Stage) -> str:
    return STEP_NAMES.get(step, step.name)


def _without_address(address: str, text: str) -> str:
    """Return a text that may be logged: without its recipient's address."""
    return re.sub(re.escape(address), "…", text, flags=re.IGNORECASE)


def _line(text: bytes) -> str:
    return squeeze(printable(text[:MOST_SAID].decode(errors="replace")))
