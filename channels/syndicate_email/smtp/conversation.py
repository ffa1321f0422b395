"""What is said to a relay letter after letter, and what its answers mean: no sockets here."""

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
    Envelope,
    Refusals,
    Whose,
    own_code,
    slows_us,
    whose,
)
from syndicate_email.smtp.clients import MOST_ANSWER, MOST_LINES, SEPARATORS
from syndicate_email.smtp.closings import Farewell
from syndicate_email.smtp.connector import MOST_SAID, Dialler, printable

log = logging.getLogger(__name__)
CLOSING = 421  # the relay hangs up after this answer (RFC 5321 3.8)
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
END = b".\r\n"
RSET = b"RSET\r\n"


class Step(Enum):
    """What an answer is awaited to."""

    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    RSET = auto()
    NOTHING = auto()  # the dot after no letter, RFC 2920 3.1


@dataclass(slots=True, eq=False)
class Posting:
    """One letter, dot-stuffed for a relay; it ends with CRLF."""

    delivery: Delivery
    sender: str
    recipient: str
    pieces: Sequence[bytes]
    reference: str
    tries: int = 0  # connections that broke under it
    failed: bool = False  # one of its commands was refused: the others do not count
    elsewhere: bool = False  # this connection has had enough letters: another one takes it
    over: int | None = None  # how many bytes the relay has had when it has the final dot


Ended = tuple[Posting, Receipt | DeliveryError]
Awaited = tuple[Step, Posting | None, int]  # bytes it has had when it may answer


class OutOfStep(ValueError):
    """An answer that no mail server gives here: nobody knows any more what answers what."""


class SenderRefused(Exception):
    """MAIL was refused: that says nothing of the recipient, and holds for everybody."""


class Conversation:
    """One connection's dialogue: ``take()`` letters, send what is ``to_say()``, ``hear()`` answers.

    With ``pipelining`` (RFC 2920) a letter's end and the next one's beginning go together: one
    round trip a letter; without it each command waits for the answer to the one before. At most
    two letters are under way at once.
    """

    def __init__(self, dialler: Dialler, refusals: Refusals, *, pipelining: bool) -> None:
        self.dialler = dialler
        self.refusals = refusals  # of the whole run
        self._is_traced = log.isEnabledFor(logging.DEBUG)
        self.pipelining = pipelining
        self.awaited: deque[Awaited] = deque()
        self.unsaid: deque[tuple[bytes, Step, Posting | None]] = deque()
        self.out: list[bytes] = []
        self.said = 0  # bytes put out
        self.sent = 0  # bytes that have left
        self.answers = 0  # whole ones that came
        self.letters = 0
        self.closing = False
        self.taken = 0  # letters
        self.full = False  # it takes no more letters, and another connection does
        self.farewell: Farewell | None = None  # why the relay hangs up
        self._heard = b""
        self._lines: list[bytes] = []
        self._orphans: list[Posting] = []  # nothing more is awaited to them

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self.awaited and not self.unsaid

    @property
    def owed(self) -> bool:
        """Whether the answer to a whole letter is awaited."""
        return any(step is Step.DOT for step, _, _ in self.awaited)

    @property
    def hungry(self) -> bool:
        """Whether it can take another letter now."""
        if self.closing or self.unsaid:
            return False
        if not self.awaited:
            return True
        first, _, _ = self.awaited[0]
        return self.pipelining and first is Step.DOT and len(self.awaited) == 1

    def take(self, posting: Posting) -> None:
        """Begin a letter."""
        self.letters += 1
        posting.failed, posting.elsewhere, posting.over = False, False, None
        self._say(f"MAIL FROM:<{posting.sender}>\r\n".encode(), Step.MAIL, posting)
        self._say(f"RCPT TO:<{posting.recipient}>\r\n".encode(), Step.RCPT, posting)
        self._say(b"DATA\r\n", Step.DATA, posting)

    def to_say(self) -> list[bytes]:
        """The pieces of what is to be sent now."""
        said, self.out = self.out, []
        return said

    def hear(self, heard: bytes) -> Iterator[Ended]:
        """Take in what came; yields the letters that ended.

        OutOfStep for what is no answer; SenderRefused where that was refused.
        """
        for code, text in self._replies(heard):
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
            step, posting, asked = self.awaited[0]
            agrees = code == 354 if step is Step.DATA else code // 100 == 2
            if (self.sent < asked or not agrees) and code != CLOSING:
                self._keep_step(step, code, asked)
            self.awaited.popleft()
            if posting is not None and (ended := self._answered(step, posting, code, text)):
                yield ended
                if step is Step.MAIL:
                    raise SenderRefused(str(ended[1]), code)
            if not self.awaited:
                self._go_on()

    def _keep_step(self, step: Step, code: int, asked: int) -> None:
        """OutOfStep for an answer that comes too early, or is of no kind that is awaited."""
        refuses = code // 100 in (4, 5)
        if self.sent < asked:
            if step is not Step.DOT or not refuses:
                raise OutOfStep(f"answered {_called(step)} before it had it ({code})")
            self.closing = True  # it wants no more of this letter, whose rest would be commands
        elif not refuses and step not in (Step.DOT, Step.NOTHING):
            raise OutOfStep(f"answered {_called(step)} with a strange {code}")

    def _hang_up(self, text: bytes) -> None:
        """Take down the relay's farewell, to what it was said, and of whose letter."""
        step, posting, _ = self.awaited[0] if self.awaited else (Step.NOTHING, None, 0)
        recipient = posting.recipient if posting else ""
        said = _line(text)
        words = _without(recipient, said) if recipient else said
        self.farewell = Farewell(_called(step), words, recipient)

    def lose(self, trouble: str = "hung up") -> Iterator[tuple[Posting, InDoubt | None]]:
        """The connection is gone: what was under way, and None for what was surely not taken."""
        awaited = [one for _, one, _ in self.awaited if one]
        unsaid = [one for _, _, one in self.unsaid if one]
        for posting in dict.fromkeys((*self._orphans, *awaited, *unsaid)):
            if posting.failed and not posting.elsewhere:
                continue
            taken = posting.over is not None and self.sent >= posting.over
            yield posting, self._doubt(trouble) if taken else None

    def _answered(self, step: Step, posting: Posting, code: int, text: bytes) -> Ended | None:
        """Do what an answer calls for; how the letter ended, where it did."""
        if code >= 400 and not posting.failed and self._is_enough(step, code, text):
            posting.failed = posting.elsewhere = self.closing = self.full = True
            posting.over = None
            self._orphans.append(posting)
            return None
        if step is Step.DOT:
            return posting, self._verdict(posting, code, text)
        if posting.failed:
            if step is Step.DATA:  # only now: before, it would have been taken for a letter
                self._say(*((END, Step.NOTHING) if code == 354 else (RSET, Step.RSET)), None)
        elif step is Step.DATA and code == 354:
            self._hand_over(posting)
        elif step is Step.DATA or code // 100 != 2:
            if code != CLOSING:
                return self._failed(step, posting, code, text)
            self._orphans.append(posting)  # lost with the connection
        return None

    def _is_enough(self, step: Step, code: int, text: bytes) -> bool:
        """Whether this connection takes no more letters, and the next one does."""
        refused = code // 100 == 4 or (code // 100 == 5 and self.taken > 0)
        return refused and step is not Step.DATA and PER_SESSION.search(_line(text)) is not None

    def _failed(self, step: Step, posting: Posting, code: int, text: bytes) -> Ended | None:
        posting.failed = True
        if step is Step.MAIL:
            self.closing = True
            return posting, Unavailable(self.dialler.said("MAIL", code, _line(text)))
        if step is Step.DATA or not self.pipelining:
            self._say(RSET, Step.RSET, None)
        return posting, self._refusal(step.name, posting, code, text)

    def _hand_over(self, posting: Posting) -> None:
        if self._is_traced:
            log.debug("> a letter of %d bytes", sum(map(len, posting.pieces)))
        self._put(*posting.pieces, END)
        posting.over = self.said
        self.awaited.append((Step.DOT, posting, self.said))

    def _verdict(self, posting: Posting, code: int, text: bytes) -> Receipt | DeliveryError:
        if code // 100 == 2:
            self.taken += 1
            self.refusals.taken += 1
            return Receipt(posting.reference)
        if code // 100 in (4, 5):
            return self._refusal("the letter", posting, code, text)
        self.closing = True
        return InDoubt(
            f"{self.dialler.setting}: the relay answered the letter with a strange {code}"
        )

    def _refusal(self, what: str, posting: Posting, code: int, text: bytes) -> DeliveryError:
        """What a refusal means for this letter; Paused where it is about us."""
        line = _line(text)
        said = _without(posting.recipient, line)
        enhanced = ENHANCED.match(line)
        number = f"{code} {enhanced[1]}" if enhanced else f"{code}"
        message = self.dialler.said(what, code, said)
        if code // 100 == 4:
            return Paused(message) if slows_us(line) else Deferred(message, number)
        envelope = Envelope((posting.sender,), (posting.recipient,))
        match whose("DOT" if what == "the letter" else what, code, line, envelope):
            case Whose.READER:
                return Bounced(message, f"{code} {own_code(line, envelope)}")
            case Whose.OURS:
                return Paused(message)
        about_us = self.refusals.note(posting.recipient, f"{code} {said}")
        return Paused(message) if about_us else Deferred(message, number)

    def _doubt(self, trouble: str) -> InDoubt:
        return InDoubt(
            f"{self.dialler.setting}: the relay {self.dialler.relay} {trouble} without saying"
            " whether it took the letter"
        )

    def _say(self, command: bytes, step: Step, posting: Posting | None) -> None:
        if self._is_traced:
            log.debug("> %s", command.decode(errors="replace").strip())
        if not self.pipelining and (self.unsaid or self.awaited):
            self.unsaid.append((command, step, posting))
        else:
            self._put(command)
            self.awaited.append((step, posting, self.said))

    def _go_on(self) -> None:
        """Say what had to wait for an answer."""
        while self.unsaid and not self.closing and not self.awaited:
            command, step, posting = self.unsaid.popleft()
            if posting is not None and posting.failed:
                continue
            self._put(command)
            self.awaited.append((step, posting, self.said))

    def _put(self, *words: bytes) -> None:
        self.out += words
        self.said += sum(map(len, words))

    def _replies(self, heard: bytes) -> Iterator[tuple[int, bytes]]:
        *lines, self._heard = (self._heard + heard).split(b"\n")
        for line in lines:
            if line[3:4] not in SEPARATORS or not line[:3].isdigit():
                raise OutOfStep("said what no mail server says")
            self._lines.append(line[4:])
            if line[3:4] == b"-":
                self._measure()
                continue
            text = b" ".join(self._lines)
            self._lines.clear()
            yield int(line[:3]), text
        if len(self._heard) > MOST_ANSWER:
            raise OutOfStep("gave an answer without an end")

    def _measure(self) -> None:
        """OutOfStep where an answer that goes on has gone on for too long."""
        if len(self._lines) > MOST_LINES or sum(map(len, self._lines)) > MOST_ANSWER:
            raise OutOfStep("gave an answer without an end")


CALLED = {Step.DOT: "the letter", Step.NOTHING: "no letter"}


def _called(step: Step) -> str:
    return CALLED.get(step, step.name)


def _without(address: str, text: str) -> str:
    """A text that may be logged: whom it names is nobody's business there."""
    return re.sub(re.escape(address), "…", text, flags=re.IGNORECASE)


def _line(text: bytes) -> str:
    return squeeze(printable(text[:MOST_SAID].decode(errors="replace")))
