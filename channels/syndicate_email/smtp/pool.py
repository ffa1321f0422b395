"""A pool of connections to one relay, in one select loop."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Iterator
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
from syndicate_email.smtp.connection import QUIT_SECONDS, Connection
from syndicate_email.smtp.connector import Connector
from syndicate_email.smtp.conversation import CLOSING, OutgoingLetter, OutOfStep, SenderRefused
from syndicate_email.smtp.hangups import Hangup, Hangups
from syndicate_email.smtp.pending import PendingConnections
from syndicate_email.smtp.source import LetterSource, Prepare

MOST_BROKEN_PER_LETTER = 5  # connections; then it waits for the next run
MOST_HANGUPS_PER_LETTER = 2  # connections closed with a reason
MOST_BROKEN_IN_A_ROW = 20  # connections; then the relay is left alone for a while
PAUSE_SECONDS = 15.0  # until a relay that defers everybody is asked again
OVERDUE_CHECK_SECONDS = 0.25  # between two checks for overdue answers
HELD_POLL_SECONDS = 0.005  # until a delivery that may not start yet is asked for again
SLOW_SECONDS = 1.0  # without an answer; then other letters get another connection
LETTERS_PER_CONNECTION = 10  # that are worth one more connection


class ConnectionPool:
    """Sends letters over as many connections as the relay allows, up to ``connections``."""

    def __init__(self, connector: Connector, connections: int, messages: int) -> None:
        self.connector = connector
        self.most_connections = connections
        self.messages = messages  # letters a connection; 0 is without an end
        self.connections: list[Connection] = []
        self.again: deque[OutgoingLetter] = deque()
        self.refusals = Refusals()
        self._broken = 0  # connections in a row that ended without an answer to a letter
        self._leaving: list[Connection] = []  # QUIT was sent
        self._moved_at = 0.0  # when a letter ended last, or could begin
        self._is_stalled = False  # no letter ends: none is given its full time any more
        self._look_at = 0.0
        self._full_until = 0.0  # the relay takes no more connections before then
        self._problem: DeliveryError | None = None
        self._took = False  # whether the relay took a letter since then
        self._hangups = Hangups()
        self._left: Unavailable | None = None  # why letters wait, where no other was taken

    def open(self) -> None:
        """Open the first connection; Refused or Unavailable where that fails."""
        with stop.waiting():
            smtp = self.connector.connect()
        self._selector = selectors.DefaultSelector()
        self._pending = PendingConnections(self.connector.connect)
        self._selector.register(self._pending.bell, selectors.EVENT_READ, None)
        self._join(smtp)

    def close(self) -> None:
        """Close every connection; wait two seconds in all for the answers to QUIT."""
        self._selector.unregister(self._pending.bell)
        self._pending.abandon()
        for connection in list(self.connections):
            self._drop(connection)
        for connection in self._leaving:
            self._selector.register(connection.sock, selectors.EVENT_READ, connection)
        until = time.monotonic() + QUIT_SECONDS
        while self._selector.get_map() and time.monotonic() < until:
            for key, _ in self._selector.select(OVERDUE_CHECK_SECONDS):
                self._selector.unregister(key.fileobj)
                key.data.smtp.close()
        for connection in self._leaving:
            connection.smtp.close()
        self._leaving.clear()
        self._selector.close()

    def describe(self) -> str:
        """Return what the connections lead to, for a person."""
        return self.connector.describe(self._first())

    def accepts(self, sender: str) -> None:
        """Ask whether an address may send letters, and send none; Refused or Unavailable if not."""
        smtp = self._first()
        try:
            code, text = smtp.mail(sender)
            if code != CLOSING:  # else it has hung up
                smtp.rset()
        except OSError as error:
            raise self.connector.unreachable(error) from error
        if code // 100 != 2:
            raise self.connector.refusal("MAIL", code, text)

    def _first(self) -> Client:
        """Return a live, idle connection for a single question."""
        self._sweep()
        if not self.connections:
            self._join(self.connector.connect())
        smtp = self.connections[0].smtp
        smtp.begin()
        return smtp

    def send_all(
        self, deliveries: Iterator[Delivery | None], prepare: Prepare
    ) -> Iterator[Outcome]:
        """Send letter after letter; yield how each of them ended, in any order.

        A relay that refuses the sender, defers everybody, or is lost, ends it with Refused or
        Unavailable once the letters in flight have ended.
        """
        self._problem, self._took, self._left = None, False, None
        self._is_stalled = False
        self._moved_at = time.monotonic()
        self._hangups.forget()
        self._sweep()
        if not self.connections:  # no letter is started without a live connection
            try:
                with stop.waiting():
                    self._join(self.connector.connect())
            except Refused as error:  # the login, say: not this recipient
                raise Paused(str(error)) from error
        try:
            yield from self._send_all(LetterSource(deliveries, prepare, self.refusals))
        finally:
            self.again.clear()
            if self._hangups.newest and not self._took:
                self._stop(self._closed(self._hangups.newest))
            if self._left and not self._took:
                self._stop(self._left)
            for connection in [each for each in self.connections if not each.talk.idle]:
                self._drop(connection)  # nobody listened to the end
        if self._problem:
            raise self._problem

    def _send_all(self, source: LetterSource) -> Iterator[Outcome]:
        while True:
            yield from self._feed(source)
            if not self._busy() and (self._problem or (source.ended and not self.again)):
                break
            yield from self._listen(source)
            self._grow(source)
        for letter in self.again:
            yield Outcome(letter.delivery, Unavailable(str(self._problem)))

    def _busy(self) -> bool:
        return any(not connection.talk.idle for connection in self.connections)

    def _feed(self, source: LetterSource) -> Iterator[Outcome]:
        for connection in list(self.connections):
            talk = connection.talk
            while not self._problem and talk.can_take and not self._is_used_up(connection):
                letter = self.again.popleft() if self.again else source.next()
                if isinstance(letter, Outcome):
                    yield letter
                    continue
                if letter is None:
                    break
                if talk.idle:
                    connection.asked_at = time.monotonic()
                talk.take(letter)
            if talk.outbox or connection.unsent:
                yield from self._flush(connection)
            if talk.idle and (talk.closing or self._is_used_up(connection)):
                self._drop(connection)

    def _is_used_up(self, connection: Connection) -> bool:
        return bool(self.messages) and connection.talk.letters >= self.messages

    def _flush(self, connection: Connection) -> Iterator[Outcome]:
        try:
            done = connection.flush()
        except OSError:
            yield from self._hear(connection)  # it may have answered before
            if connection in self.connections:
                yield from self._lose(connection)
            return
        mask = selectors.EVENT_READ if done else selectors.EVENT_READ | selectors.EVENT_WRITE
        if self._selector.get_key(connection.sock).events != mask:
            self._selector.modify(connection.sock, mask, connection)

    def _listen(self, source: LetterSource) -> Iterator[Outcome]:
        if source.held and not self._busy():
            self._moved_at = time.monotonic()  # it is we who wait
        for key, mask in self._selector.select(self._wait(source)):
            connection = key.data
            if connection is None:
                self._answer_bell()
                continue
            if mask & selectors.EVENT_WRITE:
                yield from self._flush(connection)
            if mask & selectors.EVENT_READ and connection in self.connections:
                yield from self._hear(connection)
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + OVERDUE_CHECK_SECONDS
            if stop.is_over():
                self._stop(Unavailable(str(stop.Stopped())))
            for connection in self._late(now):
                connection.give_up(now)
                yield from self._lose(connection)
            self._leaving = [
                connection for connection in self._leaving if not connection.has_left(now)
            ]

    def _late(self, now: float) -> list[Connection]:
        """Return the connections to give up.

        Where no letter ends on any of them, these are all but those that have only just begun.
        """
        if stop.is_over():
            return [connection for connection in self.connections if not connection.talk.idle]
        late = [connection for connection in self.connections if connection.is_late(now)]
        self._is_stalled = self._is_stalled or (bool(late) and self._is_stuck(now))
        if not self._is_stalled:
            return late
        return [connection for connection in self.connections if self._is_slow(connection, now)]

    def _is_stuck(self, now: float) -> bool:
        """Return whether no letter has ended for as long as one may take."""
        return now - self._moved_at >= self.connector.long_patience

    def _wait(self, source: LetterSource) -> float:
        if source.held or not (self.connections or self._pending.under_way):
            return HELD_POLL_SECONDS
        return OVERDUE_CHECK_SECONDS

    def _hear(self, connection: Connection) -> Iterator[Outcome]:
        try:
            heard = connection.read()
        except OSError:
            heard = b""
        if heard is None:
            return
        answers = connection.talk.answers
        try:
            for letter, result in connection.talk.receive(heard):
                self._broken = 0
                self._moved_at = time.monotonic()
                if isinstance(result, Receipt):
                    self._took = True
                    if self._hangups.newest:
                        self._hangups.forget()
                if isinstance(result, Paused):
                    self._stop(result)
                    result = Unavailable(str(result))  # this try does not count
                yield Outcome(letter.delivery, result)
        except SenderRefused as error:
            message, code = error.args
            is_final = code // 100 == 5
            self._stop(Paused(message) if is_final else Unavailable(message, PAUSE_SECONDS))
        except OutOfStep as error:
            connection.trouble, heard = str(error), b""
        if connection.talk.answers > answers:  # half an answer does not count
            connection.asked_at = time.monotonic()
        if connection.talk.full and connection.talk.taken:
            self.messages = connection.talk.taken  # as the setting would say
        if not heard or (connection.talk.closing and not connection.talk.awaits_verdict):
            yield from self._lose(connection)

    def _lose(self, connection: Connection) -> Iterator[Outcome]:
        """Drop a dead connection; its letters are in doubt, or go over another one."""
        lost = list(connection.talk.lose(connection.trouble))
        self._drop(connection)
        self._broken += 1
        if lost and self._is_stuck(time.monotonic()):
            self._stop(Unavailable(self._hung_up(connection)))
        hangup = connection.talk.hangup
        closes = hangup and hangup.recipient and not connection.talk.taken
        if hangup and closes and self._hangups.note(hangup):
            self._stop(self._closed(hangup))
        if self._broken > MOST_BROKEN_IN_A_ROW:
            self._stop(Unavailable(self._hung_up(connection), PAUSE_SECONDS))
        for letter, doubt in lost:
            if doubt is not None:
                yield Outcome(letter.delivery, doubt)
                continue
            letter.tries += 1
            if letter.tries < (MOST_HANGUPS_PER_LETTER if hangup else MOST_BROKEN_PER_LETTER):
                self.again.append(letter)  # relays limit the letters per connection
                continue
            yield Outcome(letter.delivery, self._alone(connection))

    def _alone(self, connection: Connection) -> Unavailable:
        """Return the error of a letter at which the relay hangs up again and again."""
        why, hangup = self._hung_up(connection), connection.talk.hangup
        if self._took:  # a relay that takes others does so for this one letter
            return Deferred(why, "421" if hangup else "")
        self._left = Unavailable(why)
        return Unavailable(why, PAUSE_SECONDS if hangup and not self._problem else None)

    def _closed(self, hangup: Hangup) -> Unavailable:
        """Return the error of a relay that takes no letters of ours for now."""
        message = self.connector.refusal_line(hangup.step, CLOSING, hangup.words)
        return Paused(message) if slows_us(hangup.words) else Unavailable(message, PAUSE_SECONDS)

    def _hung_up(self, connection: Connection) -> str:
        hangup = connection.talk.hangup
        words = f" ({CLOSING} {excerpt(hangup.words, 200)})" if hangup else ""
        return (
            f"{self.connector.setting}: the relay {self.connector.relay} {connection.trouble}"
            f" before it had the letter{words}; it is sent again next time"
        )

    def _drop(self, connection: Connection) -> None:
        self.connections.remove(connection)
        self._selector.unregister(connection.sock)
        if connection.leave():
            self._leaving.append(connection)

    def _sweep(self) -> None:
        """Drop connections that the relay has closed in the meantime."""
        for connection in list(self.connections):
            connection.sock.setblocking(False)
            with suppress(OSError):
                if connection.read() is None and not connection.talk.closing:
                    continue
            self._drop(connection)

    def _stop(self, problem: DeliveryError) -> None:
        self._problem = self._problem or problem

    def _grow(self, source: LetterSource) -> None:
        """Open one more connection where there are letters for it."""
        wanted = bool(self.again) or not (source.ended or source.held)
        count = len(self.connections) + self._pending.under_way
        if self._problem or not wanted or count >= self.most_connections:
            return
        now = time.monotonic()
        most = 1 + source.count // LETTERS_PER_CONNECTION
        if count >= most and count >= most + sum(
            self._is_slow(connection, now) for connection in self.connections
        ):
            return
        if self.connections and now < self._full_until:
            return
        self._pending.begin()

    def _is_slow(self, connection: Connection, now: float) -> bool:
        """Return whether a connection keeps other letters waiting."""
        return connection.waits(now) > min(SLOW_SECONDS, self.connector.patience / 4)

    def _answer_bell(self) -> None:
        for made in self._pending.made():
            if isinstance(made, Client):
                self._join(made)
                continue
            if not isinstance(made, DeliveryError):
                raise made
            self._full_until = time.monotonic() + PAUSE_SECONDS
            if not self.connections and not self._pending.under_way:
                self._stop(Unavailable(str(made), PAUSE_SECONDS))

    def _join(self, smtp: Client) -> None:
        connection = Connection(smtp, self.connector, self.refusals)
        self.connections.append(connection)
        self._selector.register(connection.sock, selectors.EVENT_READ, connection)
