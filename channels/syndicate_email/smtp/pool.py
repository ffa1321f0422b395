"""Several connections to one relay, each with a conversation of its own, in one loop."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress

from syndicate import (
    Deferred,
    Delivery,
    DeliveryError,
    Outcome,
    Paused,
    Receipt,
    Refused,
    Unavailable,
)
from syndicate.system import stop
from syndicate.text import excerpt
from syndicate_email.refusals.verdict import Refusals, slows_us
from syndicate_email.smtp.clients import Client
from syndicate_email.smtp.closings import Farewell, Farewells
from syndicate_email.smtp.connection import QUIT_FOR, Line
from syndicate_email.smtp.connector import Dialler
from syndicate_email.smtp.conversation import CLOSING, OutOfStep, Posting, SenderRefused
from syndicate_email.smtp.pending import Dialling

AGAIN = 5  # connections that may break under a letter before it waits for the next run
TOLD = 2  # connections that may be closed under it with a reason
BROKEN = 20  # connections in a row that may break before the relay is left alone for a while
PAUSE = 15.0  # seconds until a relay that puts everybody off is asked again
LATE = 0.25  # seconds between two looks for answers that are overdue
LOOK = 0.005  # seconds until something that may not be started yet is asked for again
HELD = 900.0  # seconds until a domain that refuses everybody is asked again
SLOW = 1.0  # seconds without an answer, until another connection is made for the other letters
LETTERS = 10  # that make one more connection worth its while

Compose = Callable[[Delivery], Posting]


class Crew:
    """Hands letters to a relay over as many connections as it allows, up to ``connections``."""

    def __init__(self, dialler: Dialler, connections: int, messages: int) -> None:
        self.dialler = dialler
        self.connections = connections
        self.messages = messages  # letters a connection; 0 is without an end
        self.lines: list[Line] = []
        self.again: deque[Posting] = deque()
        self.refusals = Refusals()
        self._broken = 0  # connections in a row that ended without an answer to a letter
        self._leaving: list[Line] = []  # they were told QUIT
        self._moved_at = 0.0  # when a letter ended last, or might begin
        self._ends = False  # nothing moves: no letter is waited for as long as it might take
        self._look_at = 0.0
        self._full_until = 0.0  # the relay takes no more connections before then
        self._problem: DeliveryError | None = None
        self._took = False  # whether the relay took a letter since then
        self._farewells = Farewells()
        self._left: Unavailable | None = None  # why letters wait, where no other was taken

    def open(self) -> None:
        """Make the first connection; Refused or Unavailable where that fails."""
        with stop.waiting():
            smtp = self.dialler.dial()
        self._selector = selectors.DefaultSelector()
        self._dialling = Dialling(self.dialler.dial)
        self._selector.register(self._dialling.bell, selectors.EVENT_READ, None)
        self._join(smtp)

    def close(self) -> None:
        """Hang up everywhere; who says goodbye is listened to for two seconds in all."""
        self._selector.unregister(self._dialling.bell)
        self._dialling.abandon()
        for line in list(self.lines):
            self._drop(line)
        for line in self._leaving:
            self._selector.register(line.sock, selectors.EVENT_READ, line)
        until = time.monotonic() + QUIT_FOR
        while self._selector.get_map() and time.monotonic() < until:
            for key, _ in self._selector.select(LATE):
                self._selector.unregister(key.fileobj)
                key.data.smtp.close()
        for line in self._leaving:
            line.smtp.close()
        self._leaving.clear()
        self._selector.close()

    def describe(self) -> str:
        """What the connections lead to, for a person."""
        return self.dialler.describe(self._first())

    def accepts(self, sender: str) -> None:
        """Ask whether somebody may send letters, and send none; Refused or Unavailable if not."""
        smtp = self._first()
        try:
            code, text = smtp.mail(sender)
            if code != CLOSING:  # else it has hung up
                smtp.rset()
        except OSError as error:
            raise self.dialler.unreachable(error) from error
        if code // 100 != 2:
            raise self.dialler.refusal("MAIL", code, text)

    def _first(self) -> Client:
        """A live connection that nothing is said over, for a question of one's own."""
        self._sweep()
        if not self.lines:
            self._join(self.dialler.dial())
        smtp = self.lines[0].smtp
        smtp.begin()
        return smtp

    def send_all(
        self, deliveries: Iterator[Delivery | None], compose: Compose
    ) -> Iterator[Outcome]:
        """Hand over letter after letter; yields how each one ended, in any order.

        A relay that refuses the sender, that puts everybody off, or that is gone, ends it with
        Refused or Unavailable, once what was under way has ended.
        """
        self._problem, self._took, self._left = None, False, None
        self._ends = False
        self._moved_at = time.monotonic()
        self._farewells.forget()
        self._sweep()
        if not self.lines:  # no letter is started without a live connection
            try:
                with stop.waiting():
                    self._join(self.dialler.dial())
            except Refused as error:  # the login, say: not this recipient
                raise Paused(str(error)) from error
        try:
            yield from self._send_all(_Source(deliveries, compose, self.refusals))
        finally:
            self.again.clear()
            if self._farewells.newest and not self._took:
                self._stop(self._closed(self._farewells.newest))
            if self._left and not self._took:
                self._stop(self._left)
            for line in [one for one in self.lines if not one.talk.idle]:
                self._drop(line)  # nobody listened to the end
        if self._problem:
            raise self._problem

    def _send_all(self, source: _Source) -> Iterator[Outcome]:
        while True:
            yield from self._feed(source)
            if not self._busy() and (self._problem or (source.ended and not self.again)):
                break
            yield from self._listen(source)
            self._grow(source)
        for posting in self.again:
            yield Outcome(posting.delivery, Unavailable(str(self._problem)))

    def _busy(self) -> bool:
        return any(not line.talk.idle for line in self.lines)

    def _feed(self, source: _Source) -> Iterator[Outcome]:
        for line in list(self.lines):
            talk = line.talk
            while not self._problem and talk.hungry and not self._is_used_up(line):
                posting = self.again.popleft() if self.again else source.next()
                if isinstance(posting, Outcome):
                    yield posting
                    continue
                if posting is None:
                    break
                if talk.idle:
                    line.asked_at = time.monotonic()
                talk.take(posting)
            if talk.out or line.unsent:
                yield from self._flush(line)
            if talk.idle and (talk.closing or self._is_used_up(line)):
                self._drop(line)

    def _is_used_up(self, line: Line) -> bool:
        return bool(self.messages) and line.talk.letters >= self.messages

    def _flush(self, line: Line) -> Iterator[Outcome]:
        try:
            done = line.flush()
        except OSError:
            yield from self._hear(line)  # it may have answered before
            if line in self.lines:
                yield from self._lose(line)
            return
        mask = selectors.EVENT_READ if done else selectors.EVENT_READ | selectors.EVENT_WRITE
        if self._selector.get_key(line.sock).events != mask:
            self._selector.modify(line.sock, mask, line)

    def _listen(self, source: _Source) -> Iterator[Outcome]:
        if source.held and not self._busy():
            self._moved_at = time.monotonic()  # it is we who wait
        for key, mask in self._selector.select(self._wait(source)):
            line = key.data
            if line is None:
                self._answer_bell()
                continue
            if mask & selectors.EVENT_WRITE:
                yield from self._flush(line)
            if mask & selectors.EVENT_READ and line in self.lines:
                yield from self._hear(line)
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LATE
            if stop.is_over():
                self._stop(Unavailable(str(stop.Stopped())))
            for line in self._late(now):
                line.give_up(now)
                yield from self._lose(line)
            self._leaving = [line for line in self._leaving if not line.has_left(now)]

    def _late(self, now: float) -> list[Line]:
        """The connections that nobody waits for any longer.

        Where nothing moves on any they are all, but for one whose letter has only just begun.
        """
        if stop.is_over():
            return [line for line in self.lines if not line.talk.idle]
        late = [line for line in self.lines if line.is_late(now)]
        self._ends = self._ends or (bool(late) and self._is_stuck(now))
        return [line for line in self.lines if self._is_slow(line, now)] if self._ends else late

    def _is_stuck(self, now: float) -> bool:
        """Whether no letter has ended for as long as one of them may take."""
        return now - self._moved_at >= self.dialler.long_patience

    def _wait(self, source: _Source) -> float:
        return LOOK if source.held or not (self.lines or self._dialling.under_way) else LATE

    def _hear(self, line: Line) -> Iterator[Outcome]:
        try:
            heard = line.read()
        except OSError:
            heard = b""
        if heard is None:
            return
        answers = line.talk.answers
        try:
            for posting, result in line.talk.hear(heard):
                self._broken = 0
                self._moved_at = time.monotonic()
                if isinstance(result, Receipt):
                    self._took = True
                    if self._farewells.newest:
                        self._farewells.forget()
                if isinstance(result, Paused):
                    self._stop(result)
                    result = Unavailable(str(result))  # it is not tried in vain
                yield Outcome(posting.delivery, result)
        except SenderRefused as error:
            said, code = error.args
            self._stop(Paused(said) if code // 100 == 5 else Unavailable(said, PAUSE))
        except OutOfStep as error:
            line.trouble, heard = str(error), b""
        if line.talk.answers > answers:  # a part of one moves nothing
            line.asked_at = time.monotonic()
        if line.talk.full and line.talk.taken:
            self.messages = line.talk.taken  # as the setting would have it
        if not heard or (line.talk.closing and not line.talk.owed):
            yield from self._lose(line)

    def _lose(self, line: Line) -> Iterator[Outcome]:
        """A connection has come to its end, with what was under way on it."""
        lost = list(line.talk.lose(line.trouble))
        self._drop(line)
        self._broken += 1
        if lost and self._is_stuck(time.monotonic()):
            self._stop(Unavailable(self._hung_up(line)))
        farewell = line.talk.farewell
        closes = farewell and farewell.recipient and not line.talk.taken
        if farewell and closes and self._farewells.note(farewell):
            self._stop(self._closed(farewell))
        if self._broken > BROKEN:
            self._stop(Unavailable(self._hung_up(line), PAUSE))
        for posting, doubt in lost:
            if doubt is not None:
                yield Outcome(posting.delivery, doubt)
                continue
            posting.tries += 1
            if posting.tries < (TOLD if farewell else AGAIN):
                self.again.append(posting)  # relays limit the letters per connection
                continue
            yield Outcome(posting.delivery, self._alone(line))

    def _alone(self, line: Line) -> Unavailable:
        """What becomes of a letter at which the relay hangs up again and again."""
        why, farewell = self._hung_up(line), line.talk.farewell
        if self._took:  # a relay that takes others does so for this one letter
            return Deferred(why, "421" if farewell else "")
        self._left = Unavailable(why)
        return Unavailable(why, PAUSE if farewell and not self._problem else None)

    def _closed(self, farewell: Farewell) -> Unavailable:
        """What a relay says that takes no letters of ours just now."""
        message = self.dialler.said(farewell.step, CLOSING, farewell.words)
        return Paused(message) if slows_us(farewell.words) else Unavailable(message, PAUSE)

    def _hung_up(self, line: Line) -> str:
        farewell = line.talk.farewell
        said = f" ({CLOSING} {excerpt(farewell.words, 200)})" if farewell else ""
        return (
            f"{self.dialler.setting}: the relay {self.dialler.relay} {line.trouble} before it had"
            f" the letter{said}; it is sent again next time"
        )

    def _drop(self, line: Line) -> None:
        self.lines.remove(line)
        self._selector.unregister(line.sock)
        if line.leave():
            self._leaving.append(line)

    def _sweep(self) -> None:
        """Let go of connections that were ended while nobody listened."""
        for line in list(self.lines):
            line.sock.setblocking(False)
            with suppress(OSError):
                if line.read() is None and not line.talk.closing:
                    continue
            self._drop(line)

    def _stop(self, problem: DeliveryError) -> None:
        self._problem = self._problem or problem

    # more connections

    def _grow(self, source: _Source) -> None:
        """One more connection, where there may be letters for it."""
        wanted = bool(self.again) or not (source.ended or source.held)
        count = len(self.lines) + self._dialling.under_way
        if self._problem or not wanted or count >= self.connections:
            return
        now = time.monotonic()
        most = 1 + source.count // LETTERS
        if count >= most and count >= most + sum(self._is_slow(line, now) for line in self.lines):
            return
        if self.lines and now < self._full_until:
            return
        self._dialling.begin()

    def _is_slow(self, line: Line, now: float) -> bool:
        """Whether a connection is of no use to the letters that are not on it."""
        return line.waits(now) > min(SLOW, self.dialler.patience / 4)

    def _answer_bell(self) -> None:
        for made in self._dialling.made():
            if isinstance(made, Client):
                self._join(made)
                continue
            if not isinstance(made, DeliveryError):
                raise made
            self._full_until = time.monotonic() + PAUSE
            if not self.lines and not self._dialling.under_way:
                self._stop(Unavailable(str(made), PAUSE))

    def _join(self, smtp: Client) -> None:
        line = Line(smtp, self.dialler, self.refusals)
        self.lines.append(line)
        self._selector.register(line.sock, selectors.EVENT_READ, line)


class _Source:
    """The letters to come, composed one by one as they are started."""

    def __init__(
        self, deliveries: Iterator[Delivery | None], compose: Compose, refusals: Refusals
    ) -> None:
        self.deliveries = deliveries
        self.compose = compose
        self.refusals = refusals
        self.ended = False
        self.held = False  # nothing may be started just now
        self.count = 0

    def next(self) -> Posting | Outcome | None:
        """The next letter; an Outcome where it cannot be written; None where there is none now."""
        if self.ended:
            return None
        try:
            delivery = next(self.deliveries)
        except StopIteration:
            self.ended = True
            self.held = False
            return None
        self.held = delivery is None
        if delivery is None:
            return None
        self.count += 1
        try:
            posting = self.compose(delivery)
        except Refused as error:
            return Outcome(delivery, error)
        if words := self.refusals.hold(posting.recipient):
            domain = posting.recipient.rpartition("@")[2]
            return Outcome(delivery, Unavailable(f"{domain} refuses our letters: {words}", HELD))
        return posting
