"""One exchange with another machine: how long it may take and how much may come, in one place.

A timeout of each read ends nothing: who sends a byte every four seconds never meets it. Here the
whole exchange has one end, by the clock that nobody sets, and what comes is counted.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

from syndicate.system import stop

Addresses = list[tuple[Any, ...]]  # as getaddrinfo gives them
LONGEST_EXCHANGE_SECONDS = 120.0  # seconds that any one exchange may take, whatever a setting says


class Overdue(TimeoutError):
    """The exchange has had its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no complete answer within {seconds:.3g} s")
        self.strerror = self.args[0]


class AnswerTooLarge(OSError):
    """More came than any answer is made of."""

    def __init__(self, most: int, what: str = "bytes") -> None:
        super().__init__(f"an answer of more than {most:,} {what}")
        self.strerror = self.args[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one exchange: seconds in all, bytes (decompressed) and lines of the answer."""

    seconds: float
    octets: int
    lines: int = 1_000

    def within(self, seconds: float) -> Limits:
        """The same with an end of its own, which never lies beyond ``LONGEST_EXCHANGE_SECONDS``."""
        return Limits(
            seconds=min(seconds, LONGEST_EXCHANGE_SECONDS), octets=self.octets, lines=self.lines
        )


class Exchange:
    """One that has begun; what is asked of it last is whether it may go on."""

    def __init__(self, limits: Limits, *, outlives_stop: bool = False) -> None:
        self.limits = limits
        self._outlives_stop = outlives_stop
        self._until = monotonic() + limits.seconds
        self._octets = self._lines = 0

    def left(self, most: float | None = None) -> float:
        """Seconds to wait for the next step, ``most`` at most; Overdue where none are left.

        Stopped where the command is to end, unless it is one that writes down how it ends.
        """
        left = self._until - monotonic()
        if not self._outlives_stop:
            if stop.is_over():
                raise stop.Stopped
            left = min(left, stop.left())
        if left <= 0:
            raise Overdue(self.limits.seconds)
        return left if most is None else min(left, most)

    def took(self, octets: int, lines: int = 0) -> None:
        """Count what came; AnswerTooLarge where that is more than an answer holds."""
        self._octets += octets
        self._lines += lines
        if self._octets > self.limits.octets:
            raise AnswerTooLarge(self.limits.octets)
        if self._lines > self.limits.lines:
            raise AnswerTooLarge(self.limits.lines, "lines")

    def announced(self, octets: int) -> None:
        """Look at a length that the peer says is coming, before anything is made ready for it."""
        if octets < 0 or self._octets + octets > self.limits.octets:
            raise AnswerTooLarge(self.limits.octets)


def resolve_host(host: str, port: int, exchange: Exchange) -> Addresses:
    """``getaddrinfo`` for a stream, which by itself waits as long as the system likes."""
    answers: SimpleQueue[Addresses | BaseException] = SimpleQueue()
    look_up(answers.put, host, port, type=socket.SOCK_STREAM)
    try:
        answer = answers.get(timeout=exchange.left())
    except Empty:
        raise Overdue(exchange.limits.seconds) from None
    if isinstance(answer, UnicodeError):  # the codec's, for a name that is none
        raise socket.gaierror(socket.EAI_NONAME, "this is not a host name") from answer
    if isinstance(answer, BaseException):
        raise answer
    return answer


def look_up(answer: Callable[[Addresses | BaseException], object], *where: Any, **how: Any) -> None:
    """Ask ``getaddrinfo`` in a thread that nobody waits for: it may be silent for minutes."""

    def ask() -> None:
        try:
            found: Addresses | BaseException = socket.getaddrinfo(*where, **how)
        except BaseException as error:
            found = error
        answer(found)

    Thread(target=ask, daemon=True, name="resolver").start()


def connect(host: str, port: int, exchange: Exchange) -> socket.socket:
    """A connection to the first address that answers; each has its share of the exchange's time."""
    failed: OSError | None = None
    found = resolve_host(host, port, exchange)
    for untried, (family, kind, protocol, _, address) in zip(
        range(len(found), 0, -1), found, strict=True
    ):
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(exchange.left() / untried)
            line.connect(address)
        except OSError as error:
            failed = failed or error
            with suppress(OSError):
                line.close()
            exchange.left()
        else:
            return line
    raise failed or OSError("the name has no address")
