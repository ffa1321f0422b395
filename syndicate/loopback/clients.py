"""Base of line-based servers: they take clients, each in a thread, until they stop."""

from __future__ import annotations

import select
import socket
import ssl
from abc import ABC, abstractmethod
from contextlib import suppress
from threading import Event, Lock, Thread, current_thread
from typing import BinaryIO, Self

CLIENT_IDLE_SECONDS = 60.0  # seconds a client may be silent
MOST_CLIENTS = 50
HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class Bye(Exception):
    """The conversation is over."""


class Session(ABC):
    """One client's conversation."""

    most_line: int  # bytes

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(CLIENT_IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.connection = connection
        self.reader: BinaryIO = connection.makefile("rb")
        self.encrypted = False

    @abstractmethod
    def run(self) -> None:
        """Talk, until Bye or OSError."""

    def interrupt(self) -> None:
        """End it from another thread: its own thread closes it."""
        with suppress(OSError):
            socket.socket.shutdown(self.connection, socket.SHUT_RDWR)  # beneath TLS, if any

    def close(self) -> None:
        self.reader.close()
        _hang_up(self.connection)

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Go on in TLS."""
        self.reader.close()  # what came before the handshake does not count (RFC 3207 4.2)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.reader = self.connection.makefile("rb")
        self.encrypted = True

    def until_left(self, stopping: Event) -> None:
        """Say and hear nothing more until the client hangs up."""
        with suppress(OSError):
            watch = select.poll()
            watch.register(self.connection, HUNG_UP)
            while not stopping.is_set() and not watch.poll(50):
                pass

    def line(self) -> str:
        """The next one, without its end."""
        line = self.reader.readline(self.most_line)
        if not line.endswith(b"\n"):
            raise Bye
        return line.decode(errors="replace").rstrip("\r\n")


class LoopbackServer(ABC):
    """``with`` it, it listens at ``port`` on this machine."""

    def __init__(self) -> None:
        self.stopping = Event()
        self.most_clients = 0  # at the same time
        self.lock = Lock()
        self._sessions: dict[Thread, Session] = {}

    @abstractmethod
    def meet(self, connection: socket.socket) -> Session:
        """A conversation with a new client."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.25)  # where hanging up does not wake who accepts
        self.port: int = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept, name="loopback", daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stopping.set()
        _hang_up(self._listener)
        self._accepting.join(timeout=5)
        with self.lock:
            sessions = dict(self._sessions)
        for thread, session in sessions.items():
            session.interrupt()
            thread.join(timeout=5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._serve(self.meet(connection))

    def _serve(self, session: Session) -> None:
        thread = Thread(target=self._talk, args=(session,), name="loopback", daemon=True)
        with self.lock:
            full = len(self._sessions) >= MOST_CLIENTS
            if not full:
                self._sessions[thread] = session
                self.most_clients = max(self.most_clients, len(self._sessions))
        if full:
            session.close()
        else:
            thread.start()

    def _talk(self, session: Session) -> None:
        try:
            with suppress(OSError, Bye):  # ssl.SSLError is an OSError
                session.run()
        finally:
            session.close()
            with self.lock:
                del self._sessions[current_thread()]


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)  # wakes who waits for it
    connection.close()
