"""imaplib's client, with a deadline and a size limit for each exchange."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from imaplib import IMAP4
from typing import TYPE_CHECKING, Any

from syndicate.network.exchange import AnswerTooLarge, Exchange, Overdue, connect
from syndicate.system.stop import Stopped

if TYPE_CHECKING:
    import ssl

log = logging.getLogger(__name__)
IMAP_COMMAND = re.compile(rb"[A-Z]{4}\d+ (\w+)")
LOGINS = (b"LOGIN", b"AUTHENTICATE")
IMAP_LINE_BYTES = 256 * 1024  # of one line: a search's answer is the longest
IMAP_READ_BYTES = 64 * 1024  # at once


class ImapClient(IMAP4):
    """Reads and writes within the limits of the current ``exchange``.

    ``secure`` makes the context for TLS from the first byte.
    """

    def __init__(
        self,
        host: str,
        port: int,
        exchange: Exchange,
        secure: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        self.exchange = exchange
        self._secure, self._came = secure, bytearray()
        self._is_login = False  # what is sent is a password, or a part of one
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = connect(host, port, self.exchange)
        if self._secure:
            self.sock = self._in_tls(self._secure())

    def encrypt(self, context: ssl.SSLContext) -> tuple[str, Any]:
        """Switch to TLS (STARTTLS); whatever came before may be forged."""
        answer: tuple[str, Any] = self.xatom("STARTTLS")
        if answer[0] == "OK":
            if self._came:
                raise self.abort("more came unencrypted than the answer")
            self.sock = self._in_tls(context)
            _, able = self.capability()
            self.capabilities = tuple(able[-1].decode("ascii").upper().split())
        return answer

    def forget(self) -> None:
        """Drop unsolicited responses, which would grow with every command."""
        self.untagged_responses.clear()

    def read(self, size: int) -> bytes:
        self.exchange.announced(max(0, size - len(self._came)))
        while len(self._came) < size and self._receive():
            pass
        return self._taken(size)

    def readline(self) -> bytes:
        end, looked = -1, 0
        while (end := self._came.find(b"\n", looked)) < 0:
            looked = len(self._came)
            if looked >= IMAP_LINE_BYTES or not self._receive():
                break
        if max(end, looked) >= IMAP_LINE_BYTES:
            raise AnswerTooLarge(IMAP_LINE_BYTES)
        self.exchange.took(0, lines=1)
        line = self._taken(end + 1 if end >= 0 else looked)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("< %s", line.decode(errors="replace").rstrip())
        return line

    def send(self, data: Any) -> None:
        self._trace(data)
        self.sock.settimeout(self.exchange.left())
        try:
            self.sock.sendall(data)
        except TimeoutError as error:
            raise self._overdue(error) from None

    def _trace(self, sent: bytes) -> None:
        """Log what is said, but for a login."""
        if not log.isEnabledFor(logging.DEBUG):
            return
        command = IMAP_COMMAND.match(sent)
        if command:
            self._is_login = command[1].upper() in LOGINS
        words = sent.rstrip()
        if self._is_login:
            words = command[0] + b" (a login)" if command else b"(a login)"
        if words:
            log.debug("> %s", words.decode(errors="replace"))

    def shutdown(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _in_tls(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        self.sock.settimeout(self.exchange.left())
        try:
            return context.wrap_socket(self.sock, server_hostname=self.host)
        except TimeoutError as error:
            raise self._overdue(error) from None

    def _receive(self) -> bool:
        """Wait for more; return False where the server has hung up."""
        self.sock.settimeout(self.exchange.left())
        try:
            chunk = self.sock.recv(IMAP_READ_BYTES)
        except TimeoutError as error:
            raise self._overdue(error) from None
        self.exchange.took(len(chunk))
        self._came += chunk
        return bool(chunk)

    def _overdue(self, error: TimeoutError) -> TimeoutError:
        """Return the error of a wait without an answer; an interrupted one stays as it is."""
        return error if isinstance(error, Stopped) else Overdue(self.exchange.limits.seconds)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._came[:count])
        del self._came[:count]
        return taken
