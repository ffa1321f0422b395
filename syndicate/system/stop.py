"""A person's wish that a command ends: nothing new begins, and what is under way has five seconds.

Whoever hears of the wish calls ``ask()``, in the main thread. What waits there for another machine
does so ``waiting()``: once the five seconds are over, ``Stopped`` comes wherever it is. What holds
whole conversations, and knows best how they end, is ``patient``: there it comes half a second
later. Everybody else looks at ``is_asked()``, and sleeps by ``rest()``.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from time import monotonic, sleep

GRACE_SECONDS = 5.0  # seconds for the answer to what is under way
BREAK_OFF_SECONDS = 0.5  # seconds until what has not let go is broken off once more
LAST_SECONDS = 1.0  # seconds to end in, once it was insisted upon
SLEEP_SECONDS = 0.1  # seconds of sleep between two looks whether to end


class Stopped(TimeoutError):
    """Raised when a stop was asked for before the answer came."""

    def __init__(self) -> None:
        super().__init__("the command was stopped before the answer came")
        self.strerror = self.args[0]


class Interrupted(KeyboardInterrupt):
    """The command ends before anything has begun."""


class _Wish:
    """State of a stop in this process."""

    until: float | None = None  # by the clock that nobody sets
    insisted: int | None = None  # the exit code of an end by force
    waits: int = 0  # how deep the main thread is in waits for other machines
    patient: int = 0  # and how deep in those that end by themselves as a rule
    idle: bool = False  # whether it waits before anything has begun
    remote: float | None = None  # since when it is at a ledger on another machine


_wish = _Wish()


def ask() -> None:
    """Let the command end; the second time, at once (KeyboardInterrupt)."""
    if _wish.until is not None:
        raise KeyboardInterrupt
    _wish.until = monotonic() + GRACE_SECONDS
    signal.signal(signal.SIGALRM, _break_off)
    signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS, BREAK_OFF_SECONDS)
    if _wish.idle:
        raise Interrupted


def insist(code: int) -> None:
    """End this process with this exit code, whatever holds it up, in a second."""
    _wish.insisted = code
    signal.signal(signal.SIGALRM, _break_off)
    signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)


def forget() -> None:
    """Begin anew, as a new command in the same process does."""
    if _wish.until is not None:
        signal.setitimer(signal.ITIMER_REAL, 0)
    _wish.until = _wish.insisted = None
    _wish.waits = _wish.patient = 0
    _wish.idle, _wish.remote = False, None


def is_asked() -> bool:
    """Return True when nothing new may begin."""
    return _wish.until is not None


def left() -> float:
    """Seconds that may still be waited, without end where nobody wants one."""
    return float("inf") if _wish.until is None else max(0.0, _wish.until - monotonic())


def is_over() -> bool:
    """Return True when nothing may be waited for any more."""
    return left() <= 0


def rest(seconds: float) -> bool:
    """Sleep; False, and at once, where the command is to end."""
    until = monotonic() + seconds
    while not is_asked() and (remaining := until - monotonic()) > 0:
        sleep(min(remaining, SLEEP_SECONDS))
    return not is_asked()


def go_on() -> None:
    """Raise Interrupted where the command is to end, and nothing has begun."""
    if is_asked():
        raise Interrupted


@contextmanager
def idle() -> Iterator[None]:
    """A wait before anything has begun: Interrupted at once where the command is to end."""
    _wish.idle = current_thread() is main_thread()
    try:
        go_on()
        yield
    finally:
        _wish.idle = False


@contextmanager
def waiting(*, patient: bool = False) -> Iterator[None]:
    """A wait for another machine, of any kind; Stopped where there is no more time for it."""
    if is_over():
        raise Stopped
    with _breakable(patient=patient):
        yield


@contextmanager
def parting() -> Iterator[None]:
    """Goodbyes to another machine, which are left out where there is no more time for them."""
    try:
        with _breakable(patient=False):
            yield
    except Stopped:
        pass


@contextmanager
def at_a_server() -> Iterator[None]:
    """Work at a ledger that another machine keeps, which may answer no more.

    What is under way is written down there after all; a second after the time is over nobody waits
    for that any longer (KeyboardInterrupt, which its driver knows).
    """
    before, _wish.remote = _wish.remote, monotonic()
    try:
        yield
    finally:
        _wish.remote = before


class shielded:
    """Work of our own in the middle of a wait: the ledger's, which nothing breaks off.

    A class, since it is passed twice for each of ten thousand letters a second.
    """

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = _wish.waits, _wish.patient
        _wish.waits = _wish.patient = 0

    def __exit__(self, *exc_info: object) -> None:
        _wish.waits, _wish.patient = self._before


@contextmanager
def _breakable(*, patient: bool) -> Iterator[None]:
    if current_thread() is not main_thread():  # signals come to that one alone
        yield
        return
    before = _wish.waits, _wish.patient
    if patient:
        _wish.patient += 1
    else:
        _wish.waits += 1
    try:
        yield
    except BaseException as error:
        if is_over() and _is_cancelled(error):
            raise Stopped from None
        raise
    finally:
        _wish.waits, _wish.patient = before


def _break_off(_number: int, _frame: object) -> None:
    if _wish.insisted is not None:
        os._exit(_wish.insisted)
    late = _wish.until is not None and monotonic() >= _wish.until + BREAK_OFF_SECONDS / 2
    if _wish.remote is not None and not (_wish.waits or _wish.patient):
        if monotonic() >= _wish.remote + LAST_SECONDS:
            insist(4)
            raise KeyboardInterrupt
        return
    if not (_wish.waits or (_wish.patient and late)):
        return
    asyncio = sys.modules.get("asyncio")
    loop = asyncio._get_running_loop() if asyncio else None
    if asyncio is None or loop is None:
        raise Stopped
    for task in asyncio.all_tasks(loop):  # what is raised here would be a callback's, and lost
        loop.call_soon_threadsafe(task.cancel)


def _is_cancelled(error: BaseException) -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
