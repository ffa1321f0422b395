"""Connections opened in the background: a relay that hangs delays no other connection."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from syndicate.system.logs import unexpected
from syndicate_email.smtp.clients import Client

log = logging.getLogger(__name__)

RING_BYTES = 1_000  # one for each connection; more than there are


class PendingConnections:
    """Opens connections in daemon threads; ``bell`` is a socket, readable when one is ready."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._made: SimpleQueue[Client | Exception] = SimpleQueue()
        self._lock = Lock()
        self._is_over = False
        self.under_way = 0
        self.bell, self._rope = socket.socketpair()
        self.bell.setblocking(False)

    def begin(self) -> None:
        """Start opening one more."""
        self.under_way += 1
        Thread(target=self._make, daemon=True, name="connector").start()

    def made(self) -> Iterator[Client | Exception]:
        """Yield connections opened since the last call, and the errors of those that failed."""
        with suppress(BlockingIOError):
            self.bell.recv(RING_BYTES)
        with suppress(Empty):
            while True:
                made = self._made.get_nowait()
                self.under_way -= 1
                yield made

    def abandon(self) -> None:
        """Close those that are ready; those that come later are closed as they come."""
        with self._lock:
            self._is_over = True
        for made in self.made():
            if isinstance(made, Client):
                made.close()
        self.bell.close()
        self._rope.close()

    def _make(self) -> None:
        made: Client | Exception
        try:
            made = self._connect()
        except Exception as error:  # raised again by the loop
            unexpected(log, "a connection to the relay could not be made", error)
            made = error
        with self._lock:
            if not self._is_over:
                self._made.put(made)
                self._rope.send(b".")
                return
        if isinstance(made, Client):
            made.close()
