"""Deliver posts, files and their corrections: one attempt at each, committed before it is made."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import groupby

from syndicate.channel import Finds, Scope
from syndicate.delivery.rim import (
    ChannelRun,
    is_elsewhere,
    looked_for,
    outcome_of,
    run_effect,
    run_job,
    stay_here,
)
from syndicate.errors import UNWRITABLE, DeliveryError, InDoubt, Refused, Unavailable
from syndicate.ledger import Attempt, Verb, Work
from syndicate.ledger.reports.places import standing_at
from syndicate.ledger.sending.attempts import Ended, Result
from syndicate.ledger.sending.consequences import REFUSED, Concerns, consequence_of, wait_of
from syndicate.model.delivery import Absent, Delivery, Receipt
from syndicate.model.edition_keys import ANNOUNCEMENTS
from syndicate.system import stop

log = logging.getLogger(__name__)

TURN_TIMEOUT = timedelta(seconds=30)  # a run that waits longer for its turn comes back later


def deliver(run: ChannelRun, editions: Sequence[int]) -> str:
    """Bring editions of a channel to where they should be; returns why it could not start."""
    return run_job(run, PostsJob(run, editions))


class PostsJob:
    """Posts of some editions that are due at one channel."""

    def __init__(self, run: ChannelRun, editions: Sequence[int]) -> None:
        self.run, self.editions = run, editions
        self.queue = run.ledger.queue
        self.works: list[Work] = []

    def prepare(self) -> bool:
        """Free the claims of dead processes; return False where the channel need not be opened."""
        self.queue.end_dead_claims()
        works = self.queue.work(self.editions, doubts=_settles(self.run, self.editions))
        held = self.run.held([work.edition for work in works])
        for edition, why in held.items():
            self.queue.postpone_all(edition, why, None)
        self.works = [work for work in works if work.edition not in held]
        return bool(self.works) or is_elsewhere(self.run, self.editions)

    def carry_out(self) -> str:
        """Settle doubts and send what is due, batch by batch."""
        if self.works:
            self.run.ledger.generations.advance()
        for works in _batches(self.run, self.works):
            if self.run.stopping():
                break
            if ahead := _ahead(self.run, works[0]):
                for work in works:
                    self.queue.postpone_all(work.edition, f"comes after {ahead}", None)
                continue
            _settle_doubts(self.run, [work.edition for work in works])
            _send_all(self.run, works)
        return ""

    def put_off(self, problem: Unavailable) -> None:
        """Keep what is due for a later run."""
        for work in self.works:
            self.queue.postpone_all(work.edition, str(problem), problem.retry_after)


def _batches(run: ChannelRun, works: Sequence[Work]) -> Iterator[list[Work]]:
    """Group editions whose effects are carried out together; their order stays."""
    for _, batch in groupby(works, key=lambda work: (work.rank, _batch(run, work) == 1 and work)):
        yield list(batch)


def _batch(run: ChannelRun, work: Work) -> int:
    """Return how many effects of an edition may be committed together."""
    if work.key == ANNOUNCEMENTS or not run.channel.repeatable_for:
        return 1
    return run.channel.batch


def _ahead(run: ChannelRun, work: Work) -> str:
    """Return what has to stand first, or a collection would show readers what is not there."""
    if run.channel.scope is not Scope.COLLECTION:
        return ""
    return run.ledger.queue.ahead(run.known.id, work.rank)


def _send_all(run: ChannelRun, works: Sequence[Work]) -> None:
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
        retreats = [attempt.delivery for attempt, result in ended if _retreats(attempt, result)]
        last = min([last, *(delivery - 1 for delivery in retreats)])  # notices take their turn
        _stay_within_budget(run)


def _outcomes(run: ChannelRun, started: Sequence[Attempt]) -> Iterator[Ended]:
    """Run the effects one by one; those after a stop count as not tried."""
    for place, attempt in enumerate(started):
        if place and (run.stopping() or run.is_spent):
            yield attempt, Unavailable("")
            continue
        began = time.monotonic()
        result = _attempt(run, attempt)
        error = result if isinstance(result, DeliveryError) else None
        run.count(began, is_vain=error is not None and consequence_of(error).is_open)
        if error is not None:
            _keep_pause(run, error)
        yield attempt, result


def _durable(run: ChannelRun, ended: Sequence[Ended]) -> Sequence[Ended]:
    """Flush what was done to the disk; where that fails, nothing counts as done."""
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


def _stay_within_budget(run: ChannelRun) -> None:
    if run.is_spent:
        raise Unavailable(
            f"{run.known.name}: no success for {run.in_vain:.0f} s: the rest waits for the next run"
        )


def _wait_for_turn(run: ChannelRun, claimed: Sequence[int]) -> None:
    """Wait for the destination's pace; raise Unavailable where that takes too long."""
    if not run.channel.pace:
        return
    pace = timedelta(seconds=run.channel.pace)
    wait = run.ledger.pace.take_turn(run.known.id, pace, TURN_TIMEOUT)
    if wait > TURN_TIMEOUT:
        run.ledger.queue.let_go(claimed)
        seconds = wait.total_seconds()
        raise Unavailable(
            f"{run.known.name}: sending is possible again in {seconds:.0f} s", seconds
        )
    stop.rest(wait.total_seconds())


def _keep_pause(run: ChannelRun, error: DeliveryError) -> None:
    """Store a pause that the destination asked for, for all processes and deliveries."""
    wait, concerns = wait_of(error), consequence_of(error).concerns
    if run.channel.pace and wait and concerns is Concerns.CHANNEL:
        run.ledger.pace.pause(run.known.id, wait, str(error))


def _retreats(attempt: Attempt, result: Result) -> bool:
    """Return whether a notice may have to take the place of what is not removed."""
    is_refused = isinstance(result, DeliveryError) and consequence_of(result).state == REFUSED
    return attempt.verb is Verb.REMOVE and is_refused


def _attempt(run: ChannelRun, attempt: Attempt) -> Result:
    """Run one attempt's effect, and return its result."""
    what = f"{run.known.name}: {attempt.verb} {attempt.address}"
    receipt = run_effect(what, run.scrub, lambda: _act(run, attempt))
    if receipt is None or isinstance(receipt, DeliveryError):
        return receipt
    if UNWRITABLE.search(f"{receipt.reference}{receipt.url}{run.identity}"):
        return InDoubt(
            "the channel returned a reference that is not text: check whether the post exists"
        )
    return replace(receipt, destination=run.identity)


def _act(run: ChannelRun, attempt: Attempt) -> Receipt | None:
    """Call the channel: publish, revise or remove."""
    channel, receipt = run.channel, attempt.receipt
    if receipt and receipt.destination and receipt.destination != run.identity:
        raise Refused(f"it stands in {receipt.destination}, where this channel no longer publishes")
    if attempt.rendition is None:
        if receipt is None:
            raise Refused("this channel cannot delete what is published")
        channel.remove(receipt)
        return None
    stay_here(run, attempt.rendition)
    delivery = to_deliver(attempt)
    if attempt.followed and attempt.followed.destination != run.identity:
        raise Refused(f"the post it replies to is in {attempt.followed.destination}")
    if receipt is None:
        return channel.publish(delivery)
    return channel.revise(delivery, receipt)


def to_deliver(attempt: Attempt) -> Delivery:
    """Return an attempt in the channel's terms."""
    assert attempt.rendition is not None
    return Delivery(
        key=attempt.key,
        rendition=attempt.rendition,
        files=attempt.files,
        started=attempt.started,
        neighbours=attempt.neighbours,
        followed=attempt.followed,
        stood=attempt.stood,
    )


def _end(run: ChannelRun, ended: Sequence[Ended]) -> None:
    run.acted = run.acted or bool(ended)
    if ended:
        run.ledger.queue.end(ended)
    for attempt, result in ended:
        log.info("%s: %s %s: %s", run.known.name, attempt.verb, attempt.address, outcome_of(result))
        run.on_result(result)


def _settles(run: ChannelRun, editions: Sequence[int]) -> bool:
    """Return whether doubts are a reason to open the channel; a blind one leaves them to people."""
    if run.finder is None:
        return bool(run.channel.repeatable_for)
    why = run.finder.blind()
    for edition in editions if why else ():
        for attempt in run.ledger.doubts.of(edition, ready=True):
            run.ledger.doubts.still_in_doubt(attempt, why)
    return not why


def _settle_doubts(run: ChannelRun, numbers: Sequence[int]) -> None:
    doubts = run.ledger.doubts.of(*numbers, ready=True)
    held = set() if run.finder else run.ledger.queue.held(doubt.delivery for doubt in doubts)
    for attempt in doubts:
        if run.stopping() or run.is_spent:
            return
        if attempt.delivery in held:  # it would be said again
            continue
        began = time.monotonic()
        is_vain = not settle_doubt(run, attempt)
        run.count(began, is_vain=is_vain)


def settle_doubt(run: ChannelRun, attempt: Attempt) -> bool:
    """Look whether it happened, or publish the same again; False where that was in vain.

    What can be neither looked for nor repeated is left to a person.
    """
    if attempt.rendition is None:
        return True
    if run.finder:
        found = looked_for(run, attempt.address, partial(_find, run, run.finder, attempt))
        found = _ours(run, attempt, found) if isinstance(found, Receipt) else found
    elif _still_repeatable(run, attempt):
        found = looked_for(run, attempt.address, partial(_repeat, run, attempt))
    else:
        return True
    if isinstance(found, Receipt):
        _end(run, [(attempt, found)])
    elif isinstance(found, Absent):
        run.ledger.doubts.absent(attempt)
    elif found is not None:  # what was seen helps whoever has to look
        run.ledger.doubts.still_in_doubt(attempt, str(found))
    return isinstance(found, Receipt | Absent)


def _find(run: ChannelRun, finder: Finds, attempt: Attempt) -> Receipt | Absent:
    found = finder.find(replace(to_deliver(attempt), now=run.ledger.clock()))
    return found if isinstance(found, Absent) else replace(found, destination=run.identity)


def _repeat(run: ChannelRun, attempt: Attempt) -> Receipt:
    """Publish the very same bytes again."""
    receipt = run.channel.publish(to_deliver(attempt))
    run.channel.flush()
    return replace(receipt, destination=run.identity)


def _ours(run: ChannelRun, attempt: Attempt, found: Receipt) -> Receipt | InDoubt:
    """Return what was found, unless another article stands there: two may read the same."""
    with run.ledger.reading() as db:
        known = standing_at(db, run.known.name, found)
    if any(place.delivery != attempt.delivery for place in known):
        return InDoubt(
            run.scrub(
                f"{found.url or found.reference} has the same text but belongs to another"
                " article: check whether this post exists, too"
            )
        )
    return found


def _still_repeatable(run: ChannelRun, attempt: Attempt) -> bool:
    longest = run.channel.repeatable_for
    return bool(longest) and run.ledger.doubts.age(attempt) < longest
