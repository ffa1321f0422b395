"""One open connection to a relay: its socket, its deadlines and its SMTP conversation."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import suppress

from syndicate.system import stop
from syndicate_email.refusals.verdict import Refusals
from syndicate_email.smtp.clients import Client
from syndicate_email.smtp.connector import Connector
from syndicate_email.smtp.conversation import Conversation

SOCKET_READ_BYTES = 64 * 1024  # at once
TURN_BYTES = 256 * 1024  # read from one connection before the others have their turn
MOST_PIECES = 500  # half of what every system takes at once (IOV_MAX)
QUIT_SECONDS = 2.0  # for the answer to QUIT
QUICK = getattr(socket, "TCP_QUICKACK", 0)  # Linux


class Connection:
    """A socket, and the conversation over it."""

    def __init__(self, smtp: Client, connector: Connector, refusals: Refusals) -> None:
        assert smtp.sock
        self.smtp = smtp
        self.sock: socket.socket = smtp.sock
        self.sock.setblocking(False)
        self.talk = Conversation(connector, refusals, pipelining=smtp.has_extn("pipelining"))
        self.unsent = memoryview(b"")
        self._unanswered = 0  # times that something was sent since an answer came
        self._patience, self._long_patience = connector.patience, connector.long_patience
        self.asked_at = time.monotonic()  # since then a whole answer is waited for
        self.trouble = "hung up"  # what became of it

    def flush(self) -> bool:
        """Send what is queued; return whether all of it has left."""
        try:
            while self.unsent or self.talk.outbox:
                self.talk.sent_bytes += self._send()
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return False
        self._unanswered += 1
        if self._unanswered > 1 and QUICK:
            # a relay with Nagle's algorithm answers twice, and holds the second answer back until
            # the first one is acknowledged: which a kernel does 40 ms later (RFC 1122 4.2.3.2)
            self.sock.setsockopt(socket.IPPROTO_TCP, QUICK, 1)
        return True

    def _send(self) -> int:
        """Send pieces as they are, as letters are large; joined for TLS, or after a full buffer."""
        if not self.unsent:
            pieces, count = self.talk.to_send(), 0
            if len(pieces) <= MOST_PIECES and not isinstance(self.sock, ssl.SSLSocket):
                with suppress(BlockingIOError):
                    count = self.sock.sendmsg(pieces)
            if count < self.talk.queued_bytes - self.talk.sent_bytes:
                self.unsent = memoryview(b"".join(pieces))[count:]
            return count
        count = self.sock.send(self.unsent)
        self.unsent = self.unsent[count:]
        return count

    def read(self) -> bytes | None:
        """Return what the relay has sent; b"" where it has hung up, None where nothing came yet."""
        heard = b""
        try:
            while len(heard) < TURN_BYTES and (part := self.sock.recv(SOCKET_READ_BYTES)):
                heard += part
                self._unanswered = 0
                if len(part) < SOCKET_READ_BYTES and not isinstance(self.sock, ssl.SSLSocket):
                    return heard
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return heard or None
        except OSError:
            if not heard:
                raise
        return heard

    def waits(self, now: float) -> float:
        """Return for how many seconds an answer has been awaited."""
        return 0.0 if self.talk.idle else now - self.asked_at

    def is_late(self, now: float) -> bool:
        """Return whether an answer is overdue."""
        most = self._long_patience if self.talk.awaits_verdict else self._patience
        return self.waits(now) >= most

    def give_up(self, now: float) -> None:
        """Record, in words, that the wait is over."""
        is_stuck = bool(self.unsent) and self.talk.awaits_verdict
        missing = "took no whole letter" if is_stuck else "gave no complete answer"
        end = "before we were stopped" if stop.is_over() else f"within {self.waits(now):.0f} s"
        self.trouble = f"{missing} {end}"

    def leave(self) -> bool:
        """Send QUIT where nothing is in flight; return False where it was closed at once."""
        if self.talk.idle and not self.talk.closing:
            with suppress(OSError):
                self.sock.setblocking(False)
                self.sock.send(b"QUIT\r\n")
                self.asked_at = time.monotonic()
                return True
        self.smtp.close()
        return False

    def has_left(self, now: float) -> bool:
        """Close it once QUIT was answered, or for long enough not; return whether it is closed."""
        is_over = now - self.asked_at >= QUIT_SECONDS
        try:
            self.sock.recv(SOCKET_READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if not is_over:
                return False
        except OSError:
            pass  # it has hung up
        self.smtp.close()
        return True
