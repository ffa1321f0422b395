"""An SMTP server on this machine that keeps what it is given and fails when it is asked to."""

from __future__ import annotations

import socket
import ssl
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from syndicate.loopback.clients import Bye, LoopbackServer, Session
from syndicate.loopback.line_faults import GARBLE, HANGS_UP, MANNERS, SILENT, Manner

Step = Literal[
    "connect", "ehlo", "starttls", "tls", "auth", "mail", "rcpt", "data", "body", "dot", "sent",
    "rset", "quit",
]  # fmt: skip
Act = Literal["refuse", "defer", "hang up", "wait", "stop reading", "sip", "beneath"] | Manner

SMTP_EXTENSIONS = ("PIPELINING", "8BITMIME")
MOST_LETTER_BYTES = 32 * 1024 * 1024  # of one letter (RFC 1870)
MOST_LINE_BYTES = 4096
HANDSHAKE = b"\x16\x03\x03\x40\x00" + bytes(2_000)  # the beginning of a record of TLS
MOST_RECIPIENTS = 100  # RFC 5321 4.5.3.1.8
REFUSALS = {"connect": 554, "auth": 535, "dot": 554}  # else 550
DEFERRALS = {"connect": 421, "auth": 454}  # else 451


class ReceivedLetter(NamedTuple):
    """One letter as it was received: dots unstuffed, nothing added."""

    mail_from: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpFault:
    """Fault at a step: ``SmtpFault(at="rcpt", do="defer", recipient="bob@example.net")``.

    ``tls`` is the handshake, ``dot`` is after a letter's final dot and before the answer to it,
    ``sent`` is after that answer. ``nth`` counts how often the step was reached, from 1; 0 is
    every time. With ``keep`` a letter is kept although its client was hung up on.

    A ``Manner`` spoils the usual answer, ``stop reading`` leaves a letter on its way, with
    ``sip`` each of its lines is waited before, and ``beneath`` is noise beneath TLS.
    """

    at: Step
    do: Act
    nth: int = 0
    recipient: str = ""  # from rcpt on: only where this is the recipient
    code: int = 0  # instead of the usual reply
    text: str = ""  # instead of "as asked"
    seconds: float = 0.0  # to wait; between two pieces of an answer
    keep: bool = False


class SmtpServer(LoopbackServer):
    """``with SmtpServer() as smtp:`` listens at ``smtp.url`` and collects ``smtp.letters``.

    ``starttls`` offers STARTTLS, ``tls`` speaks TLS from the first byte (smtps). With a
    ``user`` nothing is taken before AUTH. ``faults`` may be changed while it runs. With
    ``always_data`` it answers DATA by 354 even where nobody is left to get the letter.
    """

    def __init__(
        self,
        *,
        user: str = "",
        password: str = "",
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        faults: Iterable[SmtpFault] = (),
        extensions: Iterable[str] = SMTP_EXTENSIONS,
        always_data: bool = False,
    ) -> None:
        super().__init__()
        self.user, self.password = user, password
        self.starttls, self.tls = starttls, tls
        self.names: set[str] = set()  # who said EHLO
        self.faults = list(faults)
        self.extensions = tuple(extensions)
        self.always_data = always_data
        self.letters: list[ReceivedLetter] = []
        self.commands: list[str] = []  # the verbs as they came, of all clients
        self._reached: Counter[tuple[Step, str]] = Counter()

    @property
    def url(self) -> str:
        return f"{'smtps' if self.tls else 'smtp'}://127.0.0.1:{self.port}"

    def keep(self, letter: ReceivedLetter) -> None:
        with self.lock:
            self.letters.append(letter)

    def fault(self, step: Step, recipient: str = "") -> SmtpFault | None:
        """Return the fault that strikes here, if any; every call counts as reaching the step."""
        with self.lock:
            self._reached[step, ""] += 1
            if recipient:
                self._reached[step, recipient] += 1
            for fault in self.faults:
                if fault.at == step and fault.recipient in ("", recipient):
                    count = self._reached[step, fault.recipient]
                    if fault.nth in (0, count):
                        return fault
        return None

    def meet(self, connection: socket.socket) -> Session:
        return _Session(self, connection)


class _Session(Session):
    """One client's conversation."""

    most_line = MOST_LINE_BYTES

    def __init__(self, server: SmtpServer, connection: socket.socket) -> None:
        super().__init__(connection)
        self.server = server
        self.spoils: SmtpFault | None = None  # the next answer
        self.sips = 0.0  # seconds before each line of a letter
        self.trusted = not server.user
        self.mail_from: str | None = None
        self.recipients: list[str] = []

    def run(self) -> None:
        if self.server.tls:
            self._secure(self.server.tls)
        if self._goes_wrong("connect"):
            raise Bye
        self._say(220, "loopback ESMTP")
        while True:
            verb, _, rest = self.line().partition(" ")
            self.server.commands.append(verb.upper())
            action = self.VERBS.get(verb.upper())
            if action is None:
                self._say(500, "unknown command")
            else:
                action(self, rest.strip())

    def _ehlo(self, name: str) -> None:
        self.server.names.add(name)
        if self._goes_wrong("ehlo"):
            return
        self._reset()
        able = ["loopback", *self.server.extensions, f"SIZE {MOST_LETTER_BYTES}"]
        if self.server.starttls and not self.encrypted:
            able.append("STARTTLS")
        if self.server.user:
            able.append("AUTH PLAIN LOGIN")
        lines = [f"250-{line}" for line in able[:-1]] + [f"250 {able[-1]}"]
        self._answer("".join(f"{line}\r\n" for line in lines).encode())

    def _helo(self, name: str) -> None:
        if not self._goes_wrong("ehlo"):
            self._reset()
            self._say(250, "loopback")

    def _starttls(self, rest: str) -> None:
        if not self.server.starttls or self.encrypted:
            self._say(502, "not offered")
        elif not self._goes_wrong("starttls"):
            self._say(220, "go ahead")
            self._secure(self.server.starttls)
            self._reset()

    def _secure(self, context: ssl.SSLContext) -> None:
        if self._goes_wrong("tls"):
            raise Bye
        if self.spoils:
            self._answer(HANDSHAKE)
            raise Bye
        self.encrypt(context)

    def _auth(self, rest: str) -> None:
        if not self.server.user:
            self._say(502, "not offered")
        elif not self._goes_wrong("auth"):
            mechanism, _, first = rest.partition(" ")
            self.trusted = self._credentials(mechanism.upper(), first) == (
                self.server.user,
                self.server.password,
            )
            self._say(*((235, "welcome") if self.trusted else (535, "5.7.8 not you")))

    def _credentials(self, mechanism: str, first: str) -> tuple[str, str] | None:
        try:
            if mechanism == "PLAIN":
                _, user, password = _decoded(first or self._ask("")).split("\0")
                return user, password
            if mechanism == "LOGIN":
                user = _decoded(first or self._ask("Username:"))
                return user, _decoded(self._ask("Password:"))
        except ValueError:
            pass
        return None

    def _mail(self, rest: str) -> None:
        if not self.trusted:
            self._say(530, "5.7.0 authentication required")
        elif self.mail_from is not None:
            self._say(503, "one at a time: RSET first")
        elif not self._goes_wrong("mail"):
            self.mail_from = _path(rest)
            self._say(250, "ok")

    def _rcpt(self, rest: str) -> None:
        recipient = _path(rest)
        if self.mail_from is None:
            self._say(503, "MAIL first")
        elif len(self.recipients) >= MOST_RECIPIENTS:
            self._say(452, "4.5.3 too many recipients")
        elif not self._goes_wrong("rcpt", recipient):
            self.recipients.append(recipient)
            self._say(250, "ok")

    def _data(self, rest: str) -> None:
        if not self.recipients and self.server.always_data and self.mail_from is not None:
            self._say(354, "end with a dot")
            self._body("")
            self._reset()
            self._say(554, "5.5.1 nobody to send it to")
        elif not self.recipients:
            self._say(503, "RCPT first")
        elif not self._goes_wrong("data", self.recipients[0]):
            self._say(354, "end with a dot")
            self._take(self._body(self.recipients[0]))

    def _body(self, recipient: str) -> bytes:
        lines: list[bytes] = []
        size = 0
        while (line := self.reader.readline(MOST_LETTER_BYTES)) != b".\r\n":
            if not lines and self._goes_wrong("body", recipient):
                raise Bye
            if self.sips:
                self.server.stopping.wait(self.sips)
            size += len(line)
            if not line or size > MOST_LETTER_BYTES:
                raise Bye
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def _take(self, content: bytes) -> None:
        letters = [ReceivedLetter(self.mail_from or "", who, content) for who in self.recipients]
        recipient = self.recipients[0]
        self._reset()
        if self._goes_wrong("dot", recipient, letters):
            return
        for letter in letters:
            self.server.keep(letter)
        self._say(250, "2.0.0 taken")
        if self._goes_wrong("sent", recipient):
            raise Bye

    def _rset(self, rest: str) -> None:
        self._reset()
        if not self._goes_wrong("rset"):
            self._say(250, "ok")

    def _noop(self, rest: str) -> None:
        self._say(250, "ok")

    def _quit(self, rest: str) -> None:
        if not self._goes_wrong("quit"):
            self._say(221, "bye")
        raise Bye

    VERBS: dict[str, Callable[[_Session, str], None]] = {  # noqa: RUF012
        "EHLO": _ehlo,
        "HELO": _helo,
        "STARTTLS": _starttls,
        "AUTH": _auth,
        "MAIL": _mail,
        "RCPT": _rcpt,
        "DATA": _data,
        "RSET": _rset,
        "NOOP": _noop,
        "QUIT": _quit,
    }

    def _goes_wrong(
        self, step: Step, recipient: str = "", letters: Iterable[ReceivedLetter] = ()
    ) -> bool:
        """Do what was asked for at this step; whether the step ended with it."""
        fault = self.server.fault(step, recipient)
        if fault is None:
            return False
        if fault.do == "wait":
            self.server.stopping.wait(fault.seconds)
            return False
        if fault.do == "sip":
            self.sips = fault.seconds
            return False
        if fault.do in MANNERS:
            self.spoils = fault
            return False
        for letter in letters if fault.keep else ():
            self.server.keep(letter)
        if fault.do == "beneath":
            socket.socket.sendall(self.connection, GARBLE)
        if fault.do in ("stop reading", "beneath"):
            self.until_left(self.server.stopping)
            raise Bye
        if fault.do == "hang up":
            raise Bye
        usual = REFUSALS.get(step, 550) if fault.do == "refuse" else DEFERRALS.get(step, 451)
        reason = fault.text or f"as asked, at {step} {recipient}"
        self._say(fault.code or usual, reason.replace("{}", recipient).strip())
        if (fault.code or usual) == 421:
            raise Bye
        return True

    def _reset(self) -> None:
        self.mail_from = None
        self.recipients = []

    def _ask(self, question: str) -> str:
        self._say(334, b64encode(question.encode()).decode())
        return self.line()

    def _say(self, code: int, text: str) -> None:
        self._answer(f"{code} {text}\r\n".encode())

    def _answer(self, answer: bytes) -> None:
        fault, self.spoils = self.spoils, None
        if fault is None:
            self.connection.sendall(answer)
            return
        manner = cast(Manner, fault.do)
        for piece in MANNERS[manner](answer):
            self.connection.sendall(piece)
            if self.server.stopping.wait(fault.seconds):
                raise Bye
        if manner in SILENT:
            self.until_left(self.server.stopping)
        if manner in SILENT | HANGS_UP:
            raise Bye


def _path(rest: str) -> str:
    """The address in ``FROM:<a@b> SIZE=1`` or ``TO:<a@b>``; blanks may stand in quotes."""
    return rest.partition("<")[2].rpartition(">")[0]


def _decoded(text: str) -> str:
    return b64decode(text, validate=True).decode()
