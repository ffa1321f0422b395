"""Read one inbox once, and remember which letters need not be read again."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from hashlib import sha256

from syndicate.channel.mailing_list import MailingList, Meaning, Reply
from syndicate.channel.visit import Visit
from syndicate.errors import DeliveryError, LedgerError, NotStorable
from syndicate.ledger import ReadLetter
from syndicate.office import Office
from syndicate.subscribers.inbox_tally import InboxTally
from syndicate.subscribers.service_letters import names_of
from syndicate.system import stop
from syndicate.system.logs import unexpected
from syndicate.version import VERSION

log = logging.getLogger(__name__)

READ_BEFORE = "read before"
Replies = Generator[Reply, bool | None, None]


class InboxReading:
    """One reading of one inbox; ``problems`` are sentences to be reported, each once."""

    def __init__(
        self, office: Office, channel: MailingList, tally: InboxTally, source: str = ""
    ) -> None:
        self._office, self._channel, self._tally, self._source = office, channel, tally, source
        self.problems: list[str] = []
        self._known: dict[str, bool] = {}
        self._put_off: set[str] = set()
        self._read: list[ReadLetter] = []
        self._tried: set[str] = set()
        self._left = self._new = self._nameless = 0
        self._place = ""

    def run(self, seconds: float) -> None:
        """Read and process replies until the time is up."""
        visit = Visit(
            seconds, is_ours=self._is_ours, known=self._recall, put_off=lambda: self._put_off
        )
        names = [name for channel in self._office.lists for name in names_of(channel)]
        try:
            with _closing(self._channel.read_inbox(names, self._source, visit)) as replies:
                self._process(replies, visit)
        except (DeliveryError, stop.Stopped) as error:
            self.problems.append(f"{self._channel.name}: {self._office.scrub(str(error))}")
        self._keep(visit)

    def _process(self, replies: Replies, visit: Visit) -> None:
        with stop.waiting(patient=True):
            reply = next(replies, None)
        while reply is not None:
            for_a_person = self._dealt_with(reply)
            self._tried.add(reply.place)
            if for_a_person is not None:
                self._left += for_a_person
                self._count_new(reply, for_a_person=for_a_person)
                self._note(reply, visit, for_a_person=for_a_person)
            if self._office.stopping():
                break
            reply = _next(replies, for_a_person is not False)

    def _count_new(self, reply: Reply, *, for_a_person: bool) -> None:
        """Count letters to be reported: one that is known by its place is reported once."""
        self._new += for_a_person and bool(reply.place) and not self._known.get(reply.place)
        self._nameless += for_a_person and not reply.place

    def _note(self, reply: Reply, visit: Visit, *, for_a_person: bool) -> None:
        """Note a letter that was read and stays where it lies."""
        if reply.place and (for_a_person or visit.stays):
            may_change = for_a_person and reply.meaning is not Meaning.OTHER
            self._read.append(
                ReadLetter(key=reply.place, for_a_person=for_a_person, may_change=may_change)
            )

    def _dealt_with(self, reply: Reply) -> bool | None:
        """Do what a letter asks for; True is for a person, None means that it could not be done.

        It holds up no other letter; only where the ledger fails, reading on is of no use.
        """
        try:
            return self._tally.processor.process(reply)
        except Exception as error:
            if isinstance(error, stop.Stopped) or is_ledger_failure(error):
                raise
            why = f"{self._channel.name}: a letter could not be processed and is still unread"
            unexpected(log, why, error)
            problem = f"{why}: unexpected: {self._office.scrub(repr(error))}"
            self.problems += [] if problem in self.problems else [problem]
            return None

    def _recall(self, place: str) -> dict[str, bool]:
        """Return the letters at a place that were read as they would be read now."""
        names = sorted(name for channel in self._office.lists for name in names_of(channel))
        only_known = self._channel.known_senders_only
        circumstances = repr((self._channel.name, place, names, only_known, VERSION))
        self._place = sha256(circumstances.encode()).hexdigest()[:32]
        letters = self._office.ledger.read_letters
        with stop.shielded():  # it is the channel that asks, amid its own waits
            self._known = letters.known(self._place)
            self._put_off = letters.put_off(self._place)
        return self._known

    def _is_ours(self, token: str) -> bool:
        with stop.shielded():
            return self._office.ledger.read_letters.is_ours(token)

    def _keep(self, visit: Visit) -> None:
        """Remember letters that were left, and forget those that are there no more."""
        for_a_person = [key for key in visit.lying if self._known.get(key)]
        self._count(visit, len(for_a_person))
        if visit.failed_at and not self._office.stopping():
            self._read.append(ReadLetter(key=visit.failed_at, put_off=True))
        if not self._place:
            return
        letters = self._office.ledger.read_letters
        letters.forget(self._place, self._put_off & self._tried)
        letters.remember(self._place, self._read)
        if visit.is_whole:
            letters.forget(self._place, self._known.keys() - visit.lying)
        if visit.lying:
            letters.still_there(self._place)

    def _count(self, visit: Visit, for_a_person: int) -> None:
        tally = self._tally
        if visit.is_open:
            tally.for_a_person, tally.waiting = for_a_person + self._left, visit.waiting
            tally.new += self._new
            tally.nameless += self._nameless
        tally.is_lost = visit.is_lost
        tally.notes += [note for note in visit.notes if note not in tally.notes]
        if self._source and (read_before := len(visit.lying) - for_a_person):
            tally.processor.counts[READ_BEFORE] += read_before


def is_ledger_failure(error: Exception) -> bool:
    """Return True where the ledger itself fails, and not for one letter's sake."""
    return isinstance(error, LedgerError) and not isinstance(error, NotStorable)


@contextmanager
def _closing(replies: Replies) -> Iterator[Replies]:
    """Close the inbox at the end; after a stop nobody waits for the server's last words."""
    try:
        yield replies
    finally:
        with stop.parting():
            replies.close()


def _next(replies: Replies, for_a_person: bool) -> Reply | None:
    try:
        with stop.waiting(patient=True):
            return replies.send(for_a_person)
    except StopIteration:
        return None
