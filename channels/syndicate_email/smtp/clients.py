"""smtplib's clients with a deadline for each answer and a limit to its size."""

from __future__ import annotations

import logging
import socket
import ssl
from smtplib import SMTP, SMTP_SSL, SMTPResponseException, SMTPServerDisconnected
from typing import TYPE_CHECKING, Any

from syndicate.network.exchange import Exchange, Limits, Overdue, connect
from syndicate.text import excerpt, squeeze

log = logging.getLogger(__name__)
if TYPE_CHECKING:
    _Base = SMTP
else:
    _Base = object

MOST_ANSWER = 64 * 1024  # bytes of one whole answer
MOST_SMTP_LINES = 200  # of one whole answer; EHLO's has a dozen
SMTP_READ_BYTES = 4096  # at once
SEPARATORS = (b" ", b"-", b"\t", b"\r", b"\n", b"")  # behind an answer's number (RFC 5321 4.2)


class NotSmtp(OSError):
    """Something else than a mail server answers; its own words say what it is."""


class UnsolicitedOutput(OSError):
    """The server sent more than answers: which answer belongs to which command is lost."""

    def __init__(self, words: bytes) -> None:
        super().__init__(f'it says more than it was asked: "{printable_line(words)}"')
        self.strerror = self.args[0]


class Client(_Base):
    """Connects and logs in: each answer within ``patience`` seconds, all within twice that.

    smtplib itself starts its timeout anew with each byte, keeps whatever comes, and drops the
    first letters of an answer without a code.
    """

    def __init__(self, host: str, port: int, name: str, *, patience: float, **given: Any) -> None:
        self._patience = patience
        self._ahead = b""  # what came behind the last whole answer
        self._is_login = False  # what is sent is a password, or a part of one
        self.begin()
        super().__init__(host, port, name, **given)

    def begin(self) -> None:
        """Start the deadline anew."""
        measure = Limits(seconds=self._patience, octets=MOST_ANSWER, lines=MOST_SMTP_LINES)
        self._whole = Exchange(measure.within(2 * self._patience))
        self._measure = measure
        self._step = Exchange(measure)

    def in_turn(self) -> None:
        """Raise UnsolicitedOutput where more came than answers."""
        if self._ahead:
            ahead, self._ahead = self._ahead, b""
            self.close()
            raise UnsolicitedOutput(ahead)

    def send(self, s: Any) -> None:
        """Send a command; its answer's deadline starts now."""
        self.in_turn()
        self._next_step()
        self._trace(s if isinstance(s, bytes) else s.encode())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Return one whole answer: its code, and the words of its lines."""
        try:
            lines = [self._line()]
            while lines[-1][3:4] == b"-":
                lines.append(self._line())
        except BaseException:
            self.close()
            raise
        code = int(lines[-1][:3])
        self._is_login = self._is_login and code == 334
        log.debug("< %s", b" ".join(lines).decode(errors="replace"))
        return code, b"\n".join(line[4:].strip(b" \t\r\n") for line in lines)

    def _trace(self, sent: bytes) -> None:
        """Log what is said, but for a login."""
        self._is_login = self._is_login or sent[:5].upper() == b"AUTH "
        words = b" ".join(sent.split(maxsplit=2)[:2]) if sent[:5].upper() == b"AUTH " else b""
        words = words + b" (a login)" if self._is_login else sent.rstrip()
        log.debug("> %s", words.decode(errors="replace"))

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Go on in TLS; SMTPResponseException where that is refused.

        Nothing that came before counts (RFC 3207 4.2, 6), and smtplib takes no notice of it.
        """
        code, words = self.docmd("STARTTLS")
        if code != 220:
            raise SMTPResponseException(code, words)
        self.in_turn()
        assert self.sock
        self.sock = self._encrypted(self.sock, context)
        self.ehlo_resp = self.helo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def _encrypted(self, plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
        self._next_step()
        plain.settimeout(self._left())
        try:
            return context.wrap_socket(plain, server_hostname=self._host)  # type: ignore[attr-defined]
        except TimeoutError:
            raise Overdue(self._patience) from None

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return connect(host, port, self._step)

    def _next_step(self) -> None:
        self._step = Exchange(self._measure)
        if self.sock:
            self.sock.settimeout(self._left())

    def _left(self) -> float:
        """Return the seconds left for the current answer."""
        return self._whole.left(self._step.left())

    def _line(self) -> bytes:
        while b"\n" not in self._ahead:
            self._read()
        line, _, self._ahead = self._ahead.partition(b"\n")
        self._step.took(0, 1)
        if line[3:4] not in SEPARATORS or not line[:3].isdigit():
            raise NotSmtp(printable_line(line))
        return line

    def _read(self) -> None:
        """Wait for more of a line."""
        if self.sock is None:
            raise SMTPServerDisconnected("please run connect() first")
        try:
            self.sock.settimeout(self._left())
            part = self.sock.recv(SMTP_READ_BYTES)
        except TimeoutError:
            self._complain()
            raise Overdue(self._patience) from None
        self._step.took(len(part))
        if not part:
            self._complain()
            raise SMTPServerDisconnected("it hung up")
        self._ahead += part

    def _complain(self) -> None:
        """Raise NotSmtp where an unfinished line could be no answer."""
        if self._ahead.strip() and not self._ahead[:3].isdigit():
            raise NotSmtp(printable_line(self._ahead))


class PlainClient(Client, SMTP):
    """Speaks in the clear first."""


class SecureClient(Client, SMTP_SSL):
    """Speaks TLS from the first byte."""

    context: ssl.SSLContext

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        return self._encrypted(plain, self.context)


def printable_line(answer: bytes) -> str:
    """Return the first line, its unprintable characters as blanks."""
    line = answer[:SMTP_READ_BYTES].lstrip().partition(b"\n")[0].decode(errors="replace")
    return excerpt(squeeze("".join(sign if sign.isprintable() else " " for sign in line)), 120)
