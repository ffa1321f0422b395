"""Send a digest's letters: claim, start in groups, hand to the channel, record."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

from syndicate.channel.mailing_list import MailingList, Outcome
from syndicate.delivery.rim import (
    ChannelRun,
    is_elsewhere,
    looked_for,
    run_effect,
    run_job,
    scrubbed,
)
from syndicate.errors import DeliveryError, InDoubt, LedgerError, Paused, Refused, Unavailable
from syndicate.ledger import ClaimedBlock, Started
from syndicate.ledger.sending.consequences import DUE, Concerns, consequence_of, wait_of
from syndicate.ledger.sending.letter_outcomes import Result
from syndicate.ledger.sending.letters import BLOCK_SIZE
from syndicate.ledger.sending.runs import Pause
from syndicate.model.delivery import Absent, Delivery, Receipt, Rendition, delivery_key
from syndicate.system import stop
from syndicate.text import counted

log = logging.getLogger(__name__)

PROBES = 3  # readers who are tried each time in a paused run, where the first are put off
GIVE_UP_PAUSED_AFTER = timedelta(days=2)  # until what is left is refused, counted against nobody
RATE_WAIT_SECONDS = 30.0  # for a rate's next turn; what takes longer comes later
COMMITS_APART = 4  # times as long as a commit takes, until a smaller group is worth the next one
SAMPLED = "a sample was sent"  # why the rest waits
SLICE_SECONDS = 0.25  # of a wait, between two looks whether to stop


def mail(run: ChannelRun, channel: MailingList, editions: Sequence[int]) -> str:
    """Send what is due of these editions' letters; returns why it could not continue."""
    job = LettersJob(run, channel, editions)
    why = run_job(run, job)
    return "; ".join(filter(None, (why, _give_up(run, job.busy))))


class LettersJob:
    """Letters of some editions that are due to the readers of one list."""

    def __init__(self, run: ChannelRun, channel: MailingList, editions: Sequence[int]) -> None:
        self.run, self.channel, self.editions = run, channel, editions
        self.letters = run.ledger.letters
        self.busy: Sequence[int] = ()  # editions with letters that are due
        self.in_doubt: Sequence[int] = ()  # and with letters that can be looked for

    def prepare(self) -> bool:
        """Free the claims of dead processes; return False where the channel need not be opened."""
        run = self.run
        self.letters.end_dead_claims()
        self._hold()
        if self.channel.resend_in_doubt:
            for edition in self.editions:
                run.ledger.runs.settle(edition, "due", of="in_doubt")
        doubts = self.letters.doubts
        self.in_doubt = [number for number in self.editions if run.finder and doubts(number, 1)]
        self.busy = self.letters.open(self.editions)
        if run.most and not run.stopping():
            _sample_only(run, self.busy)
        return bool(self.busy or self.in_doubt) or is_elsewhere(run, self.editions)

    def _hold(self) -> None:
        """Leave the digests alone that wait for the end of the channel's hours."""
        runs, held = self.run.ledger.runs, self.run.held(self.editions)
        for edition, why in held.items():
            runs.postpone(edition, why, None)
        self.editions = [edition for edition in self.editions if edition not in held]
        runs.hold_no_longer(self.editions)

    def carry_out(self) -> str:
        """Settle doubts and send what is due; returns why runs are paused."""
        for edition in self.in_doubt:
            _look(self.run, edition)
        paused = [
            _send(self.run, self.channel, edition)
            for edition in self.letters.open(self.busy if self.run.most else self.editions)
            if not self.run.stopping()
        ]
        return "; ".join(dict.fromkeys(filter(None, paused)))

    def put_off(self, problem: Unavailable) -> None:
        """Keep what is due for a later run; where we are refused, until that is put right."""
        for edition in self.busy:
            if consequence_of(problem).pauses:
                self.run.ledger.runs.pause(edition, str(problem))
            else:
                self.run.ledger.runs.postpone(edition, str(problem), problem.retry_after)


def _send(run: ChannelRun, channel: MailingList, edition: int) -> str:
    """Send one run; returns why it is paused, if it is. That says nothing of the other runs."""
    try:
        _send_all(run, channel, edition)
    except Paused as error:
        why = run.scrub(str(error))
        run.ledger.runs.pause(edition, why)
        return why
    return ""


def _sample_only(run: ChannelRun, editions: Sequence[int]) -> None:
    """Halt these runs for all other processes; ours may send the sample."""
    letters = run.ledger.letters
    letters.passes = f"{SAMPLED}: syndicate digest {run.known.name} --resume"
    for edition in editions:
        run.ledger.runs.halt(edition, letters.passes)


def _give_up(run: ChannelRun, editions: Sequence[int]) -> str:
    """Refuse what is left of runs that were paused for too long; returns a message of it."""
    messages = []
    for edition in editions:
        paused = run.ledger.runs.paused(edition)
        if not paused or paused.since < GIVE_UP_PAUSED_AFTER:
            continue
        if count := run.ledger.runs.give_up(edition):
            messages.append(
                f"{counted(count, 'letter')} given up after a pause of two days (solve the"
                f" problem, then `syndicate resolve {edition} --again-refused`)"
            )
    return "; ".join(messages)


def _send_all(run: ChannelRun, channel: MailingList, edition: int) -> None:
    """Send a run to its end, with the pauses that a relay asks for while they are worthwhile."""
    run.total += run.ledger.letters.waiting(edition)
    stream = Stream(run, channel, edition)
    while (problem := stream.run_out()) and _waits(run, stream, problem):
        pass
    if stream.heard:  # a copy that was made meanwhile is an older one now
        run.ledger.generations.advance()
    run.ledger.runs.finish(edition)
    log.info("%s: the letters of edition %d: %s", run.known.name, edition, problem or "done")
    if problem:
        raise problem


def _waits(run: ChannelRun, stream: Stream, problem: DeliveryError) -> bool:
    """Wait for a pause that was asked for; return False where it would be too long."""
    wait = wait_of(problem)
    if not wait or not stream.heard:
        return False
    if time.monotonic() + wait - stream.heard >= stream.channel.idle_timeout:
        return False
    return stop.rest(wait) and not run.stopping()


class Stream:
    """Stream of claimed letters to a channel: pulling one starts it, in groups within the window.

    A group is committed when almost half of the window has ended, together with those ends: while
    it goes to the disk, the rest is with the relay (a quarter and nine sixteenths were slower).
    Behind a long way a smaller group does as well, for a connection that waits costs more than a
    commit.
    """

    def __init__(self, run: ChannelRun, channel: MailingList, edition: int) -> None:
        self.run, self.channel, self.edition = run, channel, edition
        self.letters = run.ledger.letters
        self.heard = 0.0  # when it last took a letter
        self._problem: DeliveryError | None = None
        self._block: ClaimedBlock | None = None
        self._old: list[ClaimedBlock] = []  # all of whose people were started
        self._todo: deque[int] = deque()
        self._ready: deque[Started] = deque()
        self._pulled: dict[str, tuple[Started, ClaimedBlock]] = {}
        self._ended: list[tuple[Started, Result]] = []
        self._rendition: Rendition | None = None
        self._next_commit = 0.0  # not before then for less than half of the window
        self._hold = 0.0  # not before then may another one be started
        self._tried = self._failed = self._claimed = 0
        self._paused = run.ledger.runs.paused(edition)  # then one letter at a time
        self._probes = 0

    def run_out(self) -> DeliveryError | None:
        """Send until nothing is due any more; returns what ended it before."""
        self._problem = None
        name = self.run.known.name
        problem = run_effect(
            f"{name}: the letters", self.run.scrub, self._stream, passing=(LedgerError,)
        )
        self._finish(problem)
        return problem or self._problem

    def _stream(self) -> None:
        for outcome in self.channel.publish_all(_Shielded(self._deliveries())):
            with stop.shielded():
                self._end(outcome)

    def _deliveries(self) -> Iterator[Delivery | None]:
        while not self.run.stopping() and not self._problem:
            if self._ready:
                yield self._pull(self._ready.popleft())
            elif self._must_wait():
                self.letters.renew()
                yield None
            elif not self._start_group():
                return

    def _pull(self, letter: Started) -> Delivery:
        assert self._block is not None
        assert self._rendition is not None
        address = letter.recipient.id
        key = delivery_key(self._block.channel_key, self._block.key, address)
        self._pulled[key] = letter, self._block
        self.run.acted = True  # from here on it may leave
        return Delivery(key=key, rendition=self._rendition, recipient=letter.recipient)

    def _must_wait(self) -> bool:
        """Return whether no more may start before something has ended, or its turn has come."""
        if self._paused and self._pulled:
            return True
        window, now = self.channel.window, time.monotonic()
        room = window - len(self._pulled)
        if (
            self._pulled
            and room < max(1, window * 7 // 16)
            and (not room or now < self._next_commit)
        ):
            return True
        left = self._hold - now
        if left > 0 and not self._pulled:
            stop.rest(min(left, SLICE_SECONDS))
        return left > 0

    def _start_group(self) -> bool:
        if not self._todo and not self._next_block():
            return False
        assert self._block is not None
        window = 1 if self._paused else self.channel.window
        count = self._granted(min(window - len(self._pulled), len(self._todo)))
        if not count:
            return self._problem is None
        group = [self._todo.popleft() for _ in range(count)]
        self.run.ledger.generations.keep_up()
        over = self._commit(group)
        if over:
            self._todo.clear()
        return not over

    def _next_block(self) -> bool:
        if self._block is not None:
            self._old.append(self._block)
        most = self.run.most and self.run.most - self._claimed
        if self.run.most and not most:
            self._block = None
            return False
        # in a paused run the next probe is another reader
        size = 1 if self._paused else min(most or BLOCK_SIZE, BLOCK_SIZE)
        self._block = self.letters.claim(self.edition, size)
        if self._block is None:  # somebody may have died meanwhile, and left us theirs
            self.letters.end_dead_claims()
            self._block = self.letters.claim(self.edition, size)
        if self._block is None:
            if why := self.letters.why_none():
                self._problem = Unavailable(why)
            return False
        self._claimed += len(self._block.people)
        self._todo.extend(self._block.people)
        return True

    def _granted(self, count: int) -> int:
        """Return how many may be started now, by the list's rate."""
        if not self.channel.rate:
            return count
        granted, wait = self.run.ledger.pace.grant(self.run.known.id, count, self.channel.rate)
        if wait > RATE_WAIT_SECONDS:
            rates = ", ".join(map(str, self.channel.rate))
            self._problem = Unavailable(
                f"channels.{self.run.known.name}.rate: {rates} were sent; sending"
                f" continues in {wait / 60:.0f} minutes",
                wait,
            )
        self._hold = time.monotonic() + wait
        return granted

    def _end(self, outcome: Outcome) -> None:
        self.letters.renew()
        letter, _ = self._pulled.pop(outcome.delivery.key)
        result = outcome.result
        if isinstance(result, DeliveryError):
            result = scrubbed(result, self.run.scrub)
            self._claimed -= consequence_of(result).state == DUE  # nobody was asked
        else:
            self.heard = time.monotonic()
        self._ended.append((letter, result))
        self.run.acted = True
        if self._paused:
            self._end_probe(self._paused, result)
        self._count(result)

    def _end_probe(self, paused: Pause, result: Result) -> None:
        """End the pause if the probe was taken; pause again unless only its reader refused it."""
        if not isinstance(result, DeliveryError):
            self._paused = None
            self.run.ledger.runs.go_on(self.edition)
        elif consequence_of(result).concerns is not Concerns.READER:
            self._problem = self._problem or Paused(str(result))
        elif self._probes + 1 < PROBES:  # a reader with a trouble of their own
            self._probes += 1
        else:
            self._problem = self._problem or Paused(paused.why)

    def _count(self, result: Result) -> None:
        """Halt the run where too many of the first letters bounce: it may be the wrong list."""
        bearable = self.channel.failures
        if bearable is None or self._tried >= bearable.first or self._problem:
            return
        self._tried += 1
        self._failed += isinstance(result, DeliveryError) and consequence_of(result).counts
        if self._failed > bearable.most:
            name = self.run.known.name
            self._problem = Refused(
                f"{self._failed} of the first {self._tried} letters were refused for good:"
                f" the rest waits (check the list, then syndicate digest {name} --resume)"
            )
            self.run.ledger.runs.halt(self.edition, str(self._problem))

    def _finish(self, error: DeliveryError | None) -> None:
        """End the stream: letters pulled without an outcome are in doubt, the rest is due again."""
        lost = InDoubt(str(error) if error else "the channel did not report a result")
        self._ended += [(letter, lost) for letter, _ in self._pulled.values()]
        self._pulled.clear()
        untouched = Unavailable(str(error) if error else "stopped before it was tried")
        self._ended += [(letter, untouched) for letter in self._ready]
        self._claimed -= len(self._ready) + len(self._todo)
        self._ready.clear()
        self._todo.clear()
        if self._block is not None:
            self._old.append(self._block)
            self._block = None
        if self._ended or self._old:
            self._commit([])
        self.letters.hang_up()

    def _commit(self, group: Sequence[int]) -> bool:
        """Commit the ends and a new group's start; return True where nothing may start any more."""
        began = time.monotonic()
        done: list[ClaimedBlock] = []
        if self._old:
            still = {block.id for _, block in self._pulled.values()}
            done = [block for block in self._old if block.id not in still]
            self._old = [block for block in self._old if block.id in still]
        turn = self.letters.turn(self._block, self._ended, group, self.edition, done)
        ended = time.monotonic()
        self._next_commit = ended + COMMITS_APART * (ended - began)
        for _, result in self._ended:
            self.run.on_result(result)
        self._ended = []
        self._ready.extend(turn.started)
        self._rendition = turn.rendition or self._rendition
        if turn.why:
            self._problem = self._problem or Unavailable(turn.why)
        return turn.over


class _Shielded:
    """Iterator of deliveries that shields the ledger's work from a stop in a channel's waits."""

    def __init__(self, deliveries: Iterator[Delivery | None]) -> None:
        self._deliveries = deliveries

    def __iter__(self) -> _Shielded:
        return self

    def __next__(self) -> Delivery | None:
        with stop.shielded():
            return next(self._deliveries)


def _look(run: ChannelRun, edition: int) -> None:
    """Look for letters in doubt, where that can be done."""
    if (finder := run.finder) is None:
        return
    with run.ledger.reading() as db:
        names = run.ledger.letters.names(db, edition)
    for letter, rendition, began in run.ledger.letters.doubts(edition):
        if run.stopping():
            return
        key = delivery_key(names.channel, names.key, letter.recipient.id)
        delivery = Delivery(
            key=key, rendition=rendition, recipient=letter.recipient, started=began,
            now=run.ledger.clock(),
        )  # fmt: skip
        found = looked_for(run, "a letter", partial(finder.find, delivery))
        if isinstance(found, Receipt | Absent):
            result = found if isinstance(found, Receipt) else None
            run.ledger.letters.found(edition, letter, result, began)
