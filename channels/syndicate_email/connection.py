"""A connection to a relay, and the conversation over it."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress
from smtplib import SMTP

from syndicate_email.conversation import Conversation
from syndicate_email.dialler import Dialler
from syndicate_email.refusals import Refusals

PATIENCE = 60.0  # seconds for the answer to a command
LONG_PATIENCE = 600.0  # for the answer to a letter (RFC 5321 4.5.3.2.6)
CHUNK = 64 * 1024
MOST_PIECES = 500  # half of what every system takes at once (IOV_MAX)
QUICK = getattr(socket, "TCP_QUICKACK", 0)  # Linux


class Line:
    """A connection, and what is said over it."""

    def __init__(self, smtp: SMTP, dialler: Dialler, refusals: Refusals) -> None:
        assert smtp.sock
        self.smtp = smtp
        self.sock: socket.socket = smtp.sock
        self.sock.setblocking(False)
        self.talk = Conversation(dialler, refusals, pipelining=smtp.has_extn("pipelining"))
        self.unsent = memoryview(b"")
        self._unanswered = 0  # times that something was sent since an answer came
        self.heard_at = time.monotonic()

    def flush(self) -> bool:
        """Send what is to be said; whether all of it has left."""
        try:
            while self.unsent or self.talk.out:
                self.talk.sent += self._send()
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return False
        self._unanswered += 1
        if self._unanswered > 1 and QUICK:
            # a relay with Nagle's algorithm answers twice, and holds the second answer back until
            # the first one is acknowledged: which a kernel does 40 ms later (RFC 1122 4.2.3.2)
            self.sock.setsockopt(socket.IPPROTO_TCP, QUICK, 1)
        return True

    def _send(self) -> int:
        """Pieces go as they are, for letters are large; joined for TLS, or if there was no room."""
        if not self.unsent:
            pieces, count = self.talk.to_say(), 0
            if len(pieces) <= MOST_PIECES and not isinstance(self.sock, ssl.SSLSocket):
                with suppress(BlockingIOError):
                    count = self.sock.sendmsg(pieces)
            if count < self.talk.said - self.talk.sent:
                self.unsent = memoryview(b"".join(pieces))[count:]
            return count
        count = self.sock.send(self.unsent)
        self.unsent = self.unsent[count:]
        return count

    def read(self) -> bytes | None:
        """What the relay has said; b"" where it has hung up, None where there is nothing yet."""
        heard = b""
        try:
            while part := self.sock.recv(CHUNK):
                heard += part
                self._unanswered = 0
                if len(part) < CHUNK and not isinstance(self.sock, ssl.SSLSocket):
                    return heard
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return heard or None
        except OSError:
            if not heard:
                raise
        return heard

    def is_late(self, now: float) -> bool:
        """Whether an answer is overdue."""
        if self.talk.idle:
            return False
        return now - self.heard_at > (LONG_PATIENCE if self.talk.owed else PATIENCE)

    def quit(self) -> None:
        """Hang up; politely where nothing is under way, for two seconds at most."""
        with suppress(OSError):
            if self.talk.idle and not self.talk.closing:
                self.sock.settimeout(2)
                self.smtp.quit()
        self.smtp.close()
