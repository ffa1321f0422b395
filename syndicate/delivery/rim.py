"""Steps that posts and letters share at a channel: open it, check it, attempt, look, map errors.

A channel is opened, proven to lead where the ledger's receipts come from, and tried. Whatever it
raises becomes an error that ``CONSEQUENCES`` has a row for: nothing else passes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from syndicate.channel import Channel, Finds
from syndicate.errors import (
    Bounced,
    Deferred,
    DeliveryError,
    InDoubt,
    LedgerError,
    Refused,
    Unavailable,
    Unconnected,
)
from syndicate.ledger import KnownChannel, Ledger
from syndicate.ledger.sending.consequences import kind_of
from syndicate.model.delivery import Absent, Receipt, Rendition
from syndicate.planning.folders import is_same_place, recognise
from syndicate.system import stop
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)

BUDGET_SECONDS = 120.0  # in vain, one after the other, until the rest is left to a later run
T = TypeVar("T")
Scrub = Callable[[str], str]


@dataclass(kw_only=True)
class ChannelRun:
    """Work of one command at one channel, with the ledger and a callback for results."""

    channel: Channel
    known: KnownChannel
    ledger: Ledger
    on_result: Callable[[Receipt | DeliveryError | None], None] = lambda _result: None
    scrub: Scrub = str
    stopping: Callable[[], bool] = lambda: False
    outside: Callable[[Rendition | None], str] = lambda _: ""  # why a rehearsal must not say it
    held: Callable[[Sequence[int]], Mapping[int, str]] = lambda _: {}  # by edition: why it waits
    identity: str = ""
    most: int = 0  # letters of a digest; the rest waits for a person
    total: int = 0  # letters that are to be sent, where that is known
    acted: bool = False
    in_vain: float = 0.0  # seconds since something came of it, without our own waits
    is_unconnected: bool = False  # no connection could be made

    @property
    def finder(self) -> Finds | None:
        """Return the channel if it can look for what is in doubt."""
        return self.channel if isinstance(self.channel, Finds) else None

    @property
    def is_spent(self) -> bool:
        """Return whether the budget of fruitless seconds is used up; a later run does the rest."""
        return self.in_vain >= BUDGET_SECONDS

    def count(self, began: float, *, is_vain: bool) -> None:
        """Count the seconds since ``began`` against the budget, or reset it."""
        self.in_vain = self.in_vain + time.monotonic() - began if is_vain else 0.0


class ChannelJob(Protocol):
    """Posts, or digests' letters, that are due at one channel."""

    def prepare(self) -> bool:
        """Free the claims of dead processes; return False where the channel need not be opened."""

    def carry_out(self) -> str:
        """Settle doubts and send what is due, at the open channel; returns why some of it waits."""

    def put_off(self, problem: Unavailable) -> None:
        """Keep what is due for a later run."""


def run_job(run: ChannelRun, job: ChannelJob) -> str:
    """Run a job at its channel; returns why it could not start or go on, "" if it could."""
    if not job.prepare() or run.stopping():
        return ""
    try:
        stay_here(run)
        with open_channel(run.channel):
            run.identity = recognise(run.ledger, run.channel, run.known)
            return job.carry_out()
    except LedgerError:
        raise
    except Exception as error:  # a channel that fails never stops the others
        run.is_unconnected = isinstance(error, Unconnected)
        problem = put_off_by(error, run.known.name, run.scrub)
        job.put_off(problem)
        return str(problem)


@contextmanager
def open_channel(channel: Channel) -> Iterator[None]:
    """Open a channel and close it afterwards; a stop ends the wait for either."""
    with stop.waiting(patient=True):
        channel.__enter__()
    try:
        yield
    except BaseException as error:
        with stop.parting():
            channel.__exit__(type(error), error, error.__traceback__)
        raise
    with stop.parting():
        channel.__exit__(None, None, None)


def stay_here(run: ChannelRun, rendition: Rendition | None = None) -> None:
    """Raise Refused for a rendition that a rehearsal must not publish."""
    if why := run.outside(rendition):
        raise Refused(why)


def is_elsewhere(run: ChannelRun, editions: Sequence[int]) -> bool:
    """Return whether the destination may have moved, and is looked at though nothing is due."""
    if run.known.mark:
        return bool(editions) and not is_same_place(run.channel, run.known)
    return run.known.target != run.channel.target()


def run_effect(
    what: str, scrub: Scrub, act: Callable[[], T], *, passing: tuple[type[Exception], ...] = ()
) -> T | DeliveryError:
    """Run an effect and return its result; an unexpected exception counts as in doubt.

    Exceptions in ``passing`` are raised: they are the caller's own, not the channel's.
    """
    try:
        with stop.waiting(patient=True):
            return act()
    except passing:
        raise
    except DeliveryError as error:
        return scrubbed(error, scrub)
    except Exception as error:
        unexpected(log, f"{what} broke off", error)
        return InDoubt(message_of(error, scrub))


def looked_for(
    run: ChannelRun, what: str, look: Callable[[], Receipt | Absent]
) -> Receipt | Absent | InDoubt | None:
    """Look for what is in doubt: it is there, absent, or still in doubt; None: nothing was seen."""
    try:
        with stop.waiting(patient=True):
            return look()
    except LedgerError:
        raise
    except InDoubt as error:
        return InDoubt(run.scrub(str(error)))
    except Exception as error:  # as much in doubt as before
        unexpected(log, f"{run.known.name}: a doubt about {what} stays", error)
        return None


def put_off_by(error: Exception, name: str, scrub: Scrub) -> Unavailable:
    """Convert an exception outside any effect into a wait: nothing was sent, nothing is refused."""
    unexpected(log, f"{name}: could not continue", error)
    if isinstance(error, Unavailable):
        kept = scrubbed(error, scrub)
        assert isinstance(kept, Unavailable)
        return kept
    return Unavailable(message_of(error, scrub) or type(error).__name__)


def message_of(error: Exception, scrub: Scrub) -> str:
    """Return an exception's message for people, with secrets scrubbed."""
    expected = isinstance(error, DeliveryError | stop.Stopped)
    return scrub(f"{error}" if expected else f"unexpected: {error!r}")


def scrubbed(error: DeliveryError, scrub: Scrub) -> DeliveryError:
    """Return a copy of an error with secrets scrubbed, of the class that the table knows."""
    message, kind = scrub(str(error)) or type(error).__name__, kind_of(error)
    if isinstance(error, Bounced | Deferred):
        return kind(message, error.code)
    if isinstance(error, Unavailable):
        return kind(message, error.retry_after)
    return kind(message)


def outcome_of(result: Receipt | DeliveryError | None) -> str:
    """Return how an effect ended, for the log."""
    if isinstance(result, DeliveryError):
        return f"{type(result).__name__}: {result}"
    return (result.url or result.reference) if result else "taken away"
