"""Inboxes: every list's own is read before the digests are sent, and once more after them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from math import inf
from time import monotonic

from syndicate.channel.mailing_list import MailingList, Meaning, Reply
from syndicate.channel.visit import Visit
from syndicate.delivery.evidence import refuse_older
from syndicate.errors import DeliveryError, LedgerError, NotStorable, SyndicateError
from syndicate.ledger import KnownChannel, ReadLetter
from syndicate.ledger.people.replies import held
from syndicate.office import Office
from syndicate.report import Report, leaving_line
from syndicate.subscribers.people import list_named
from syndicate.subscribers.reply_processor import UNREAD, Listener
from syndicate.subscribers.service_letters import called, known_lists, say_goodbyes, write_back
from syndicate.system import stop
from syndicate.system.logs import unexpected
from syndicate.version import VERSION

log = logging.getLogger(__name__)

# seconds that all inboxes together have in a run, before the digests and after them: who leaves at
# 16:59 gets no letter at 17:00, and nobody's letters hold one up
BEFORE_SECONDS, AFTER_SECONDS = 15.0, 5.0
ANSWER_SECONDS = 20.0  # in which letters to those who wrote are begun, before the digests
BY_HAND_SECONDS = 600.0  # that reading a place of one's choice may take
BEFORE = "read before"
Replies = Generator[Reply, bool | None, None]


def read(office: Office, name: str | None, source: str) -> Report:
    """Take in what lies at a place of one's choice, as the list ``name`` understands it."""
    report = Report(command="subscribers bounce", notes=office.notes)
    refuse_older(office)
    channel = list_named(office, name)
    run = Inboxes(office, report)
    run.take_in(channel, BY_HAND_SECONDS, source)
    run.end()
    return report


@dataclass
class Inbox:
    """What came to one list in one run."""

    listener: Listener
    for_a_person: int = 0
    new: int = 0  # of them, those that no earlier run has told
    nameless: int = 0  # and those of which nobody can say whether one has
    waiting: int = 0
    is_lost: bool = False  # whoever keeps it answers no more
    notes: list[str] = field(default_factory=list)

    @property
    def why_waiting(self) -> str:
        """What kept letters from being read; what went wrong is told in a line of its own."""
        return "the inbox failed" if self.is_lost else "there was no more time"


class Inboxes:
    """One run's reading of them, which has its time whatever lies there."""

    def __init__(self, office: Office, report: Report) -> None:
        self._office, self._report = office, report
        self._inboxes: dict[str, Inbox] = {}
        self._told: list[tuple[list[str], str]] = []
        self._unanswered = False  # letters are left to be written after the digests

    @cached_property
    def _known(self) -> Mapping[str, KnownChannel]:
        return known_lists(self._office)

    def read(self) -> None:
        """Take in what came to every list's own mailbox, and write back.

        Whatever goes wrong is said, and ends nothing: the digests are to go out. Only where the
        ledger fails does the run end: who leaves is not to get a digest for its sake.
        """
        listening = [one for one in self._office.lists if one.has_inbox]
        self._read(listening, BEFORE_SECONDS)
        self._end(ANSWER_SECONDS, self._contained)

    def go_on(self) -> None:
        """Read what there was no time for before the digests."""
        waiting = [name for name, one in self._inboxes.items() if one.waiting and not one.is_lost]
        if self._office.stopping() or not (waiting or self._unanswered):
            return
        self._read([one for one in self._office.lists if one.name in waiting], AFTER_SECONDS)
        self._end(inf, self._contained)

    def _read(self, channels: Sequence[MailingList], seconds: float) -> None:
        """Each has a fair share of the time; what it does not need is the others'."""
        whole = Visit(seconds)
        for untried, channel in zip(range(len(channels), 0, -1), channels, strict=True):
            if self._office.stopping():
                break
            with self._contained(f"{channel.name}.inbox"):
                self.take_in(channel, whole.left / untried)

    @contextmanager
    def _contained(self, what: str) -> Iterator[None]:
        """Say what went wrong, once, and go on."""
        try:
            yield
        except Exception as error:
            if _is_the_ledger_s(error):
                raise
            unexpected(log, f"{what}: could not be read", error)
            why = f"{error}" if isinstance(error, SyndicateError) else f"unexpected: {error!r}"
            problem = f"{what}: {self._office.scrub(why)}"
            if problem not in self._report.problems:
                self._report.problems.append(problem)

    def take_in(self, channel: MailingList, seconds: float, source: str = "") -> None:
        """Read one list's inbox, or a place that takes its place."""
        if setting := _elsewhere(self._office, channel, source):
            why = f"{setting}: a rehearsal takes no letters from there: nothing was read"
            (self._report.problems if source else self._report.notes).append(why)
            return
        inbox = self._inboxes.setdefault(
            channel.name, Inbox(Listener(self._office, channel, self._known))
        )
        Reading(self._office, channel, inbox, self._report, source).run(seconds)

    def end(self) -> None:
        """Write back, and tell of everything."""
        self._end(inf, lambda _: nullcontext())

    def _end(self, seconds: float, guard: Callable[[str], AbstractContextManager[None]]) -> None:
        """Write back, as far as there is time, and tell of everything so far."""
        until, answered, parted = monotonic() + seconds, True, True
        with guard("answers"):
            answered = write_back(self._office, self._known, self._report, until)
        with guard("goodbyes"):
            parted = say_goodbyes(self._office, self._known, self._report, until)
        self._unanswered = not (answered and parted)
        for where, line in self._told:
            where.remove(line)
        self._told.clear()
        for name, inbox in self._inboxes.items():
            self._tell(name, inbox)
        with guard("wishes to leave"):
            self._tell_held()

    def _tell_held(self) -> None:
        """Name the wishes to leave that are too many to be believed, until somebody has looked."""
        with self._office.ledger.reading() as db:
            waiting = held(db)
        for name, count in waiting.items():
            self._say(self._report.problems, leaving_line(name, count))

    def _tell(self, name: str, inbox: Inbox) -> None:
        listener, problems, notes = inbox.listener, self._report.problems, self._report.notes
        if listener.reasons:
            [(why, _)] = listener.reasons.most_common(1)
            self._say(
                problems,
                f"{name}: {listener.reasons.total()} letters came back for our sake, and count"
                f" against nobody: {why}; put it right with your provider",
            )
        counts = dict(listener.counts)
        counts.pop(UNREAD, None)
        if inbox.for_a_person:
            counts[UNREAD] = inbox.for_a_person
        if counts:
            words = ", ".join(f"{count} {what}" for what, count in counts.items())
            self._say(notes, f"{name}: {words}")
            if not (counts.keys() - {UNREAD} or inbox.new):  # cron may have mailed it already
                (self._report.lasting if inbox.nameless else self._report.idle).add(notes[-1])
        for note in inbox.notes:
            self._say(notes, f"{name}: {note}")
        if inbox.waiting:
            letters = "1 letter is" if inbox.waiting == 1 else f"{inbox.waiting:,} letters are"
            self._say(notes, f"{name}: {letters} left for the next run: {inbox.why_waiting}")

    def _say(self, where: list[str], line: str) -> None:
        where.append(line)
        self._told.append((where, line))


class Reading:
    """One inbox, read once."""

    def __init__(
        self, office: Office, channel: MailingList, inbox: Inbox, report: Report, source: str
    ) -> None:
        self._office, self._channel, self._inbox = office, channel, inbox
        self._report, self._source = report, source
        self._known: dict[str, bool] = {}
        self._put_off: set[str] = set()
        self._read: list[ReadLetter] = []
        self._tried: set[str] = set()
        self._left = self._new = self._nameless = 0
        self._place = ""

    def run(self, seconds: float) -> None:
        """Take in what there is time for; what stands in the way is told."""
        channel = self._channel
        visit = Visit(seconds, is_ours=self._is_ours, known=self._recall,
                      put_off=lambda: self._put_off)  # fmt: skip
        names = [name for one in self._office.lists for name in called(one)]
        try:
            with _ended(channel.read_inbox(names, self._source, visit)) as replies:
                self._listen(replies, visit)
        except (DeliveryError, stop.Stopped) as error:
            why = f"{channel.name}: {self._office.scrub(str(error))}"
            if why not in self._report.problems:  # it may be so before the digests and after them
                self._report.problems.append(why)
        self._keep(visit)

    def _listen(self, replies: Replies, visit: Visit) -> None:
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
        """Count what is told: what is known by its place is told once."""
        self._new += for_a_person and bool(reply.place) and not self._known.get(reply.place)
        self._nameless += for_a_person and not reply.place

    def _note(self, reply: Reply, visit: Visit, *, for_a_person: bool) -> None:
        """Take down what was read and lies where it lay."""
        if reply.place and (for_a_person or visit.stays):
            may_change = for_a_person and reply.meaning is not Meaning.OTHER
            self._read.append(
                ReadLetter(key=reply.place, for_a_person=for_a_person, may_change=may_change)
            )

    def _dealt_with(self, reply: Reply) -> bool | None:
        """Do what a letter asks for; True is for a person, None says that it could not be done.

        It holds up no other letter; only where the ledger fails none is of use.
        """
        try:
            return self._inbox.listener.take(reply)
        except Exception as error:
            if isinstance(error, stop.Stopped) or _is_the_ledger_s(error):
                raise
            why = f"{self._channel.name}: a letter could not be dealt with and is still unread"
            unexpected(log, why, error)
            problem = f"{why}: unexpected: {self._office.scrub(repr(error))}"
            if problem not in self._report.problems:
                self._report.problems.append(problem)
            return None

    def _recall(self, place: str) -> dict[str, bool]:
        """What lies at a place and was read as it would be read now."""
        channel, names = self._channel, sorted(n for c in self._office.lists for n in called(c))
        circumstances = repr((channel.name, place, names, channel.known_senders_only, VERSION))
        self._place = sha256(circumstances.encode()).hexdigest()[:32]
        inboxes = self._office.ledger.read_letters
        with stop.shielded():  # it is the channel that asks, amid its own waits
            self._known = inboxes.known(self._place)
            self._put_off = inboxes.put_off(self._place)
        return self._known

    def _is_ours(self, token: str) -> bool:
        with stop.shielded():
            return self._office.ledger.read_letters.is_ours(token)

    def _keep(self, visit: Visit) -> None:
        """Remember what was left, and forget what lies there no more."""
        inbox, inboxes = self._inbox, self._office.ledger.read_letters
        lying = [key for key in visit.lying if self._known.get(key)]
        if visit.is_open:
            inbox.for_a_person, inbox.waiting = len(lying) + self._left, visit.waiting
            inbox.new += self._new
            inbox.nameless += self._nameless
        inbox.is_lost = visit.is_lost
        inbox.notes += [note for note in visit.notes if note not in inbox.notes]
        if self._source and (dealt := len(visit.lying) - len(lying)):
            inbox.listener.counts[BEFORE] += dealt
        if visit.failed_at and not self._office.stopping():
            self._read.append(ReadLetter(key=visit.failed_at, put_off=True))
        if self._place:
            inboxes.forget(self._place, self._put_off & self._tried)
            inboxes.remember(self._place, self._read)
            if visit.is_whole:
                inboxes.forget(self._place, self._known.keys() - visit.lying)
            if visit.lying:
                inboxes.still_there(self._place)


def _is_the_ledger_s(error: Exception) -> bool:
    """Whether the ledger itself fails, and not for one letter's sake."""
    return isinstance(error, LedgerError) and not isinstance(error, NotStorable)


def _elsewhere(office: Office, channel: MailingList, source: str) -> str:
    """The setting by which a rehearsal would take real readers' letters away; "" outside of one."""
    if not office.ledger.rehearsal:
        return ""
    return channel.inbox_outside(office.settings.folder, source)


@contextmanager
def _ended(replies: Replies) -> Iterator[Replies]:
    """What is heard, as long as it is listened to; nobody waits for its farewells after a stop."""
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
