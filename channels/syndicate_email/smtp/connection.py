"""A connection to a relay, and the conversation over it."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress

from syndicate.system import stop
from syndicate_email.refusals.verdict import Refusals
from syndicate_email.smtp.clients import Client
from syndicate_email.smtp.connector import Dialler
from syndicate_email.smtp.conversation import Conversation

CHUNK = 64 * 1024
MOST_READ = 256 * 1024  # bytes that are listened to at once; what is left has to wait its turn
MOST_PIECES = 500  # half of what every system takes at once (IOV_MAX)
QUIT_FOR = 2.0  # seconds that an answer to QUIT is waited for
QUICK = getattr(socket, "TCP_QUICKACK", 0)  # Linux


class Line:
    """A connection, and what is said over it."""

    def __init__(self, smtp: Client, dialler: Dialler, refusals: Refusals) -> None:
        assert smtp.sock
        self.smtp = smtp
        self.sock: socket.socket = smtp.sock
        self.sock.setblocking(False)
        self.talk = Conversation(dialler, refusals, pipelining=smtp.has_extn("pipelining"))
        self.unsent = memoryview(b"")
        self._unanswered = 0  # times that something was sent since an answer came
        self._patience, self._long_patience = dialler.patience, dialler.long_patience
        self.asked_at = time.monotonic()  # since then a whole answer is waited for
        self.trouble = "hung up"  # what became of it

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
            while len(heard) < MOST_READ and (part := self.sock.recv(CHUNK)):
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

    def waits(self, now: float) -> float:
        """For how many seconds a whole answer has been waited for."""
        return 0.0 if self.talk.idle else now - self.asked_at

    def is_late(self, now: float) -> bool:
        """Whether no whole answer has come in time."""
        most = self._long_patience if self.talk.owed else self._patience
        return self.waits(now) >= most

    def give_up(self, now: float) -> None:
        """Take down, for people, that nobody waits for it any more."""
        is_stuck = bool(self.unsent) and self.talk.owed
        missing = "took no whole letter" if is_stuck else "gave no whole answer"
        end = "before we were stopped" if stop.is_over() else f"within {self.waits(now):.0f} s"
        self.trouble = f"{missing} {end}"

    def leave(self) -> bool:
        """Say QUIT where nothing is under way; False where it is closed already."""
        if self.talk.idle and not self.talk.closing:
            with suppress(OSError):
                self.sock.setblocking(False)
                self.sock.send(b"QUIT\r\n")
                self.asked_at = time.monotonic()
                return True
        self.smtp.close()
        return False

    def has_left(self, now: float) -> bool:
        """Whether QUIT was answered, or for long enough not; then the connection is closed."""
        is_over = now - self.asked_at >= QUIT_FOR
        try:
            self.sock.recv(CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if not is_over:
                return False
        except OSError:
            pass  # it has hung up
        self.smtp.close()
        return True
