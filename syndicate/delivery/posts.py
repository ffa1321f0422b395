"""Make a plan happen. Nothing else has effects at a destination."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby

from syndicate.channel import Channel, Finds, Scope
from syndicate.errors import (
    UNWRITABLE,
    Bounced,
    Deferred,
    DeliveryError,
    InDoubt,
    LedgerError,
    Paused,
    Refused,
    Unavailable,
    Unconnected,
)
from syndicate.ledger import Attempt, KnownChannel, Ledger, Verb, Work
from syndicate.ledger.reports.places import standing_at
from syndicate.model.delivery import Absent, Delivery, Receipt, Recipient, Rendition, delivery_key
from syndicate.model.edition_keys import ANNOUNCEMENTS
from syndicate.office import Office
from syndicate.planning.folders import is_same_place, recognise
from syndicate.system import stop
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)  # for a turn; a run that waits longer comes back later
BUDGET = 120.0  # seconds in vain, one after the other, until the rest is left to a later run
Ended = tuple[Attempt, Receipt | DeliveryError | None]  # an attempt and what came of it
Tell = Callable[[str, Receipt | DeliveryError | None], None]  # what was tried, and how it ended


@dataclass
class Run:
    """One channel, its place in the ledger, and who is told of each effect."""

    channel: Channel
    known: KnownChannel
    ledger: Ledger
    tell: Tell = lambda _what, _result: None
    scrub: Callable[[str], str] = str
    stopping: Callable[[], bool] = lambda: False
    outside: Callable[[Rendition | None], str] = lambda _: ""  # why a rehearsal must not say it
    identity: str = ""
    most: int = 0  # letters of a digest; the rest waits for a person
    total: int = 0  # letters that are to be sent, where that is known
    acted: bool = field(default=False)
    in_vain: float = 0.0  # seconds since something came of it, without our own waits
    is_unconnected: bool = False  # no connection could be made

    @property
    def finder(self) -> Finds | None:
        """Return the channel if it can look for what is in doubt."""
        return self.channel if isinstance(self.channel, Finds) else None


def deliver(run: Run, editions: Sequence[int]) -> str:
    """Bring editions of one channel to where they should be; returns why it could not begin."""
    queue = run.ledger.queue
    queue.end_dead_claims()
    busy = queue.work(editions, doubts=_settles(run, editions))
    if run.stopping() or not (busy or _is_elsewhere(run, editions)):
        return ""
    try:
        stay_here(run)
        with opened(run.channel):
            run.identity = recognise(run.ledger, run.channel, run.known)
            if busy:
                run.ledger.generations.advance()
            for works in _batches(run, busy):
                if run.stopping():
                    break
                if ahead := _ahead(run, works[0]):
                    for work in works:
                        queue.postpone_all(work.edition, f"comes after {ahead}", None)
                    continue
                _settle_doubts(run, [work.edition for work in works])
                _carry_out_all(run, works)
    except LedgerError:
        raise
    except Exception as error:  # a channel that fails never stops the others
        unexpected(log, f"{run.known.name}: could not begin", error)
        return _not_begun(run, [work.edition for work in busy], error)
    return ""


def _batches(run: Run, busy: Sequence[Work]) -> Iterator[list[Work]]:
    """Part editions into those whose effects are carried out together; their order stays."""
    for _, works in groupby(busy, key=lambda one: (one.rank, _batch(run, one) == 1 and one)):
        yield list(works)


def _batch(run: Run, work: Work) -> int:
    """Return how many effects of an edition may be committed together."""
    if work.key == ANNOUNCEMENTS or not run.channel.repeatable_for:
        return 1
    return run.channel.batch


def _is_elsewhere(run: Run, editions: Sequence[int]) -> bool:
    """Whether what needs nothing cannot be seen to stand: its place is to be looked at."""
    if run.known.mark:
        return bool(editions) and not is_same_place(run.channel, run.known)
    return run.known.target != run.channel.target()


@contextmanager
def opened(channel: Channel) -> Iterator[None]:
    """A channel as long as it is needed; nobody waits for it longer than a stop allows."""
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


def stay_here(run: Run, rendition: Rendition | None = None) -> None:
    """Refuse what a rehearsal must not say."""
    if why := run.outside(rendition):
        raise Refused(why)


def _ahead(run: Run, work: Work) -> str:
    """What has to stand first, or a collection would show readers what is not there."""
    if run.channel.scope is not Scope.COLLECTION:
        return ""
    return run.ledger.queue.ahead(run.known.id, work.rank)


def _not_begun(run: Run, editions: Sequence[int], error: Exception) -> str:
    run.is_unconnected = isinstance(error, Unconnected)
    why = explained(run, error)
    wait = error.retry_after if isinstance(error, Unavailable) else None
    for edition in editions:
        run.ledger.queue.postpone_all(edition, why, wait)
    return why


def explained(run: Run, error: Exception) -> str:
    """Why a channel could not begin, for people."""
    expected = isinstance(error, DeliveryError | stop.Stopped)
    return run.scrub(f"{error}" if expected else f"unexpected: {error!r}")


def _carry_out_all(run: Run, works: Sequence[Work]) -> None:
    last, queue, most = 0, run.ledger.queue, _batch(run, works[0])
    numbers = [work.edition for work in works]
    _stay_within_budget(run)
    while not run.stopping() and (claimed := queue.claim(numbers, last, most)):
        last = claimed[-1]
        _wait_for_turn(run, claimed)
        if run.stopping():
            queue.let_go(claimed)
            return
        ended = list(_outcomes(run, queue.start(claimed)))
        _end(run, _durable(run, ended))
        retreats = [one.delivery for one, result in ended if _retreats(one, result)]
        last = min([last, *(delivery - 1 for delivery in retreats)])  # notices take their turn
        _stay_within_budget(run)


def _outcomes(run: Run, started: Sequence[Attempt]) -> Iterator[Ended]:
    """Have effects one by one; what a stop cuts short never happened."""
    for place, attempt in enumerate(started):
        if place and (run.stopping() or run.in_vain >= BUDGET):
            yield attempt, Unavailable("")
            continue
        began = time.monotonic()
        result = carry_out(run, attempt)
        _count(run, began, is_vain=isinstance(result, InDoubt | Unavailable))
        _keep_pause(run, result)
        yield attempt, result


def _durable(run: Run, ended: Sequence[Ended]) -> Sequence[Ended]:
    """Have what was done outlast a power cut; where that fails, nothing counts as done."""
    if not run.channel.repeatable_for:
        return ended
    try:
        with stop.waiting(patient=True):
            run.channel.flush()
    except (DeliveryError, stop.Stopped) as error:
        failed = Unavailable(run.scrub(f"{error}"))
        return [
            (attempt, result if isinstance(result, DeliveryError) else failed)
            for attempt, result in ended
        ]
    return ended


def _count(run: Run, began: float, *, is_vain: bool) -> None:
    """A channel that moves has all the time it needs; only what nothing comes of is counted."""
    run.in_vain = run.in_vain + time.monotonic() - began if is_vain else 0.0


def _stay_within_budget(run: Run) -> None:
    if run.in_vain >= BUDGET:
        raise Unavailable(
            f"{run.known.name}: nothing has come of it for {run.in_vain:.0f} s: the rest is left to"
            " the next run"
        )


def _wait_for_turn(run: Run, claimed: Sequence[int]) -> None:
    """Keep the destination's pace; what would wait too long is left to a later run."""
    if not run.channel.pace:
        return
    pace = timedelta(seconds=run.channel.pace)
    wait = run.ledger.pace.take_turn(run.known.id, pace, PATIENCE).total_seconds()
    if wait > PATIENCE.total_seconds():
        run.ledger.queue.let_go(claimed)
        raise Unavailable(f"{run.known.name}: it may be written to again in {wait:.0f} s", wait)
    stop.rest(wait)


def _keep_pause(run: Run, result: Receipt | DeliveryError | None) -> None:
    """A pause that was asked for holds for every process and every delivery."""
    if run.channel.pace and isinstance(result, Unavailable) and result.retry_after:
        run.ledger.pace.pause(run.known.id, result.retry_after, str(result))


def _retreats(attempt: Attempt, result: Receipt | DeliveryError | None) -> bool:
    return attempt.verb is Verb.REMOVE and isinstance(result, Refused)


def carry_out(run: Run, attempt: Attempt) -> Receipt | DeliveryError | None:
    """Have one effect, and say how it ended."""
    try:
        with stop.waiting(patient=True):
            receipt = _act(run, attempt)
    except DeliveryError as error:
        return scrubbed(run, error)
    except stop.Stopped as error:
        return InDoubt(str(error))
    except Exception as error:
        unexpected(log, f"{run.known.name}: {attempt.verb} {attempt.address} broke off", error)
        return InDoubt(run.scrub(f"unexpected: {error!r}"))
    if receipt and UNWRITABLE.search(f"{receipt.reference}{receipt.url}{run.identity}"):
        return InDoubt("what came back to find it by is no text: look whether it is there")
    return receipt and replace(receipt, destination=run.identity)


def _act(run: Run, attempt: Attempt) -> Receipt | None:
    """The effect itself."""
    channel, receipt = run.channel, attempt.receipt
    if receipt and receipt.destination and receipt.destination != run.identity:
        raise Refused(f"it stands in {receipt.destination}, where this channel no longer writes")
    if attempt.rendition is None:
        if receipt is None:
            raise Refused("what this channel has said it cannot take away")
        channel.remove(receipt)
        return None
    stay_here(run, attempt.rendition)
    delivery = to_deliver(attempt)
    if attempt.followed and attempt.followed.destination != run.identity:
        raise Refused(f"what it follows stands in {attempt.followed.destination}")
    if receipt is None:
        return channel.publish(delivery)
    return channel.revise(delivery, receipt)


def to_deliver(attempt: Attempt) -> Delivery:
    """An attempt in the channel's terms."""
    assert attempt.rendition is not None
    return Delivery(
        attempt.key, attempt.rendition, attempt.files, None, attempt.started, attempt.neighbours,
        attempt.followed, attempt.stood,
    )  # fmt: skip


def _end(run: Run, ended: Sequence[Ended]) -> None:
    run.acted = run.acted or bool(ended)
    if ended:
        run.ledger.queue.end(ended)
    for attempt, result in ended:
        log.info("%s: %s %s: %s", run.known.name, attempt.verb, attempt.address, outcome_of(result))
        run.tell(attempt.verb, result)


def _settle_doubts(run: Run, numbers: Sequence[int]) -> None:
    for attempt in run.ledger.doubts.of(*numbers, ready=True):
        if run.stopping() or run.in_vain >= BUDGET:
            return
        began, is_vain = time.monotonic(), True
        try:
            settle_doubt(run, attempt)
            is_vain = False
        except LedgerError:
            raise
        except InDoubt as error:  # what was seen helps whoever has to look
            run.ledger.doubts.still_in_doubt(attempt, run.scrub(str(error)))
        except Exception as error:  # as much in doubt as before
            unexpected(log, f"{run.known.name}: a doubt about {attempt.address} stays", error)
        _count(run, began, is_vain=is_vain)


def _settles(run: Run, editions: Sequence[int]) -> bool:
    """Whether doubts are a reason to open the channel; one that is blind leaves them to people."""
    if run.finder is None:
        return bool(run.channel.repeatable_for)
    why = run.finder.blind()
    for edition in editions if why else ():
        for attempt in run.ledger.doubts.of(edition, ready=True):
            run.ledger.doubts.still_in_doubt(attempt, why)
    return not why


def settle_doubt(run: Run, attempt: Attempt) -> None:
    """Ask whether it happened, or say the same again, or leave it to a person."""
    if attempt.rendition is None:
        return
    if run.finder:
        with stop.waiting(patient=True):
            found = run.finder.find(replace(to_deliver(attempt), now=run.ledger.clock()))
        if isinstance(found, Absent):
            run.ledger.doubts.absent(attempt)
        else:
            result = _ours(run, attempt, replace(found, destination=run.identity))
            _end(run, [(attempt, result)])
    elif run.channel.repeatable_for and _still_repeatable(run, attempt):
        with stop.waiting(patient=True):
            again = run.channel.publish(to_deliver(attempt))
            run.channel.flush()
        _end(run, [(attempt, replace(again, destination=run.identity))])


def _ours(run: Run, attempt: Attempt, found: Receipt) -> Receipt:
    """What was found, unless another article stands there: two may read the same."""
    with run.ledger.reading() as db:
        known = standing_at(db, run.known.name, found)
    if any(place.delivery != attempt.delivery for place in known):
        raise InDoubt(
            f"{found.url or found.reference} reads the same and is another article's: look whether"
            " this one is there as well"
        )
    return found


def _still_repeatable(run: Run, attempt: Attempt) -> bool:
    return run.ledger.doubts.age(attempt) < run.channel.repeatable_for


def outcome_of(result: Receipt | DeliveryError | None) -> str:
    """Return how an effect ended, for the log."""
    if isinstance(result, DeliveryError):
        return f"{type(result).__name__}: {result}"
    return (result.url or result.reference) if result else "taken away"


def scrubbed(run: Run, error: DeliveryError) -> DeliveryError:
    """The same error without a secret in it."""
    return _without_secrets(run.scrub, error)


def _without_secrets(scrub: Callable[[str], str], error: DeliveryError) -> DeliveryError:
    said = scrub(str(error)) or type(error).__name__
    if isinstance(error, Bounced | Deferred):
        return type(error)(said, error.code)
    if isinstance(error, Paused):
        return Paused(said, error.retry_after)
    if isinstance(error, Unavailable):
        return Unavailable(said, error.retry_after)
    return (InDoubt if isinstance(error, InDoubt) else Refused)(said)


def send_once(
    office: Office, channel: Channel, edition: str, rendition: Rendition, *,
    recipient: Recipient | None = None, files: Mapping[str, bytes] | None = None,
    test: bool = False,
) -> Receipt | DeliveryError:  # fmt: skip
    """Send something that the ledger does not keep: a proof, or to a ``test`` destination.

    Paused where the channel cannot be opened: that is no refusal of what was to be sent.
    """
    if not test and (why := office.outside(channel)):
        return Refused(why)
    scrub = office.scrub
    address = recipient.id if recipient else rendition.address
    key = delivery_key(channel.name, edition, address)
    started = office.ledger.clock()
    delivery = Delivery(key, rendition, files or {}, recipient, started=started)
    is_open = False
    try:
        with opened(channel):
            is_open = True
            with stop.waiting(patient=True):
                return channel.publish(delivery)
    except DeliveryError as error:
        result = _without_secrets(scrub, error)
    except stop.Stopped as error:
        result = InDoubt(str(error))
    except Exception as error:
        unexpected(log, f"{channel.name}: what is sent once broke off", error)
        result = InDoubt(scrub(f"unexpected: {error!r}"))
    return result if is_open or isinstance(result, Unavailable) else Paused(str(result))
