"""What a relay says in a whole conversation, any bytes in any pieces; and what it thereby took.

A talk is bytes. ``T`` before all is one in TLS, with a login. ``NEXT`` ends a connection, what
comes behind is said on the next one. ``PAUSE`` ends a piece: the next one follows when the relay
has heard something, or a moment later.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

CERTIFICATE = Path(__file__).parents[2] / "channels" / "loopback.pem"
NEXT, PAUSE, TLS = b"\x1d", b"\x1e", b"T"
MOMENT = 0.02  # seconds without a word, until the relay says its next piece
PIECES, CONNECTIONS = 40, 4  # at most
COMMAND = re.compile(rb"(?:EHLO|HELO|MAIL|RCPT|DATA|RSET|QUIT|AUTH|STARTTLS)\b", re.IGNORECASE)
ANSWER = re.compile(rb"(\d{3})(-?)")

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE)


class Scripted:
    """A relay that says what it is told to, and keeps what it hears."""

    def __init__(self, talk: bytes) -> None:
        self.in_tls = talk.startswith(TLS)
        scripts = talk.removeprefix(TLS).split(NEXT)[:CONNECTIONS]
        self._scripts = [script.split(PAUSE)[:PIECES] for script in scripts]
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self.transcripts: list[tuple[bytes, bytes]] = []  # what was heard, what was said
        self._threads = [Thread(target=self._serve, daemon=True)]

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._threads[0].start()
        try:
            yield
        finally:
            with suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()
            for thread in self._threads:
                thread.join()

    def _serve(self) -> None:
        scripts = iter(self._scripts)
        with suppress(OSError):
            while True:
                guest, _ = self._door.accept()
                script = next(scripts, None)
                if script is None:
                    guest.close()
                    continue
                thread = Thread(target=self._talk, args=(guest, script), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _talk(self, guest: socket.socket, script: Sequence[bytes]) -> None:
        heard, said = b"", b""
        with suppress(OSError), guest:
            guest.settimeout(5)
            wire = context.wrap_socket(guest, server_side=True) if self.in_tls else guest
            with suppress(OSError), wire:
                wire.settimeout(MOMENT)
                for piece in script:
                    wire.sendall(piece)
                    said += piece
                    with suppress(TimeoutError):
                        heard += wire.recv(1 << 20)
                with suppress(OSError):
                    while part := wire.recv(1 << 20):
                        heard += part
        self.transcripts.append((heard, said))


def codes(said: bytes) -> list[int]:
    """The codes of the whole answers in what a relay said, as far as they are answers."""
    found: list[int] = []
    for line in said.split(b"\n")[:-1]:
        answer = ANSWER.match(line)
        if answer is None:
            break
        if not answer[2]:
            found.append(int(answer[1]))
    return found


def taken(heard: bytes, said: bytes, *, before: int = 1) -> set[bytes]:
    """To whom letters went that a relay took: whose final dot got an answer of class 2.

    The first answer is for the first command, and so on; ``before`` them all is the greeting.
    """
    answers = iter(codes(said)[before:])
    recipients: set[bytes] = set()
    recipient, rest, in_letter = b"", heard, False
    while b"\r\n" in rest:
        line, _, rest = rest.partition(b"\r\n")
        if in_letter:
            if line != b".":
                continue
            in_letter = False
            if next(answers, 0) // 100 == 2 and recipient:
                recipients.add(recipient)
            continue
        code = next(answers, 0)
        verb = line[:4].upper()
        if verb == b"RCPT":
            recipient = line.partition(b"<")[2].rpartition(b">")[0]
        if verb == b"DATA" and not COMMAND.match(rest):
            in_letter = True
            if code != 354:  # what is said now is none of a letter
                return recipients
    return recipients


def answered(talk: bytes, act: Callable[[int], object]) -> set[bytes]:
    """Let something talk to such a relay; to whom letters went that it took."""
    relay = Scripted(talk)
    with relay.listening():
        act(relay.port)
    return set().union(*(taken(heard, said) for heard, said in relay.transcripts))
