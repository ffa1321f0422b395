"""Connections that are made while letters leave over others: nobody waits for one that hangs."""

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

MOST_RINGS = 1_000  # more than connections there are


class Dialling:
    """Makes connections, each in a thread that ends with the program; ``bell`` rings for each."""

    def __init__(self, dial: Callable[[], Client]) -> None:
        self._dial = dial
        self._made: SimpleQueue[Client | Exception] = SimpleQueue()
        self._lock = Lock()
        self._is_over = False
        self.under_way = 0
        self.bell, self._rope = socket.socketpair()
        self.bell.setblocking(False)

    def begin(self) -> None:
        """Make one more."""
        self.under_way += 1
        Thread(target=self._make, daemon=True, name="dialler").start()

    def made(self) -> Iterator[Client | Exception]:
        """What has come of them since it was asked last: connections, and why there is none."""
        with suppress(BlockingIOError):
            self.bell.recv(MOST_RINGS)
        with suppress(Empty):
            while True:
                made = self._made.get_nowait()
                self.under_way -= 1
                yield made

    def abandon(self) -> None:
        """Want no more of them; what comes nevertheless is hung up."""
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
            made = self._dial()
        except Exception as error:  # told by whom it was made for
            unexpected(log, "a connection to the relay could not be made", error)
            made = error
        with self._lock:
            if not self._is_over:
                self._made.put(made)
                self._rope.send(b".")
                return
        if isinstance(made, Client):
            made.close()
