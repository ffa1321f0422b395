"""Read the inboxes of all lists: before the digests are sent, and once more after them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from math import inf
from time import monotonic

from syndicate.channel.mailing_list import MailingList
from syndicate.channel.visit import Visit
from syndicate.delivery.evidence import refuse_older
from syndicate.errors import SyndicateError
from syndicate.ledger import KnownChannel
from syndicate.ledger.people.replies import held
from syndicate.office import Office
from syndicate.report import Report, leaving_line
from syndicate.subscribers.inbox_reading import InboxReading, is_ledger_failure
from syndicate.subscribers.inbox_tally import InboxTally
from syndicate.subscribers.people import list_named
from syndicate.subscribers.reply_processor import (
    Decide,
    DeskReplies,
    ReplyProcessor,
    leave_decision,
)
from syndicate.subscribers.service_letters import known_lists
from syndicate.subscribers.service_mailing import ServiceMailing
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)

# seconds that all inboxes together have in a run, before the digests and after them: who leaves at
# 16:59 gets no letter at 17:00, and nobody's letters hold one up
BEFORE_SECONDS, AFTER_SECONDS = 15.0, 5.0
ANSWER_SECONDS = 20.0  # in which letters to those who wrote are begun, before the digests
BY_HAND_SECONDS = 600.0  # that reading a place of one's choice may take


def read_source(office: Office, name: str | None, source: str) -> Report:
    """Read the letters at a place of the user's choice, as the list ``name`` understands them."""
    report = Report(command="subscribers bounce", notes=office.notes)
    refuse_older(office)
    channel = list_named(office, name)
    run = InboxRun(office)
    run.take_in(channel, BY_HAND_SECONDS, source)
    report.include(run.write_back())
    return report


class InboxRun:
    """One run over the inboxes, within a time that does not depend on what they hold.

    Each report covers the run so far, so that the last one stands for all.
    """

    def __init__(self, office: Office, decide: Decide = leave_decision) -> None:
        self._office, self._decide = office, decide
        self._tallies: dict[str, InboxTally] = {}
        self._problems: list[str] = []
        self._notes: list[str] = []
        self._report = Report(command="inbox")
        self._has_letters_due = False  # there was no time to send them before the digests

    @cached_property
    def _known(self) -> Mapping[str, KnownChannel]:
        return known_lists(self._office)

    def read(self) -> Report:
        """Read every list's own inbox, and write back.

        Failures are reported, and end nothing: the digests are to go out. Only where the ledger
        fails does the run end: who leaves is not to get a digest for its sake.
        """
        self._read(self._inboxes, BEFORE_SECONDS)
        return self._write_back(ANSWER_SECONDS, self._reporting_failures)

    @property
    def has_approved(self) -> bool:
        """Return whether an approver has approved something by letter."""
        return any(tally.processor.approved for tally in self._tallies.values())

    @cached_property
    def _inboxes(self) -> list[MailingList]:
        """Return the lists with an inbox, and then ``[mail]``, if it has one."""
        lists, postman = self._office.lists, self._office.postman
        others = [postman] if postman and postman not in lists else []
        return [channel for channel in (*lists, *others) if channel.has_inbox]

    def go_on(self) -> Report:
        """Finish the reading and writing for which there was no time before the digests."""
        waiting = [
            name for name, tally in self._tallies.items() if tally.waiting and not tally.is_lost
        ]
        if self._office.stopping() or not (waiting or self._has_letters_due):
            return self._report
        unread = [channel for channel in self._inboxes if channel.name in waiting]
        self._read(unread, AFTER_SECONDS)
        return self._write_back(inf, self._reporting_failures)

    def _read(self, channels: Sequence[MailingList], seconds: float) -> None:
        """Give each a fair share of the time; what it does not need is the others'."""
        whole = Visit(seconds)
        for untried, channel in zip(range(len(channels), 0, -1), channels, strict=True):
            if self._office.stopping():
                break
            with self._reporting_failures(f"{channel.name}.inbox"):
                self.take_in(channel, whole.left / untried)

    @contextmanager
    def _reporting_failures(self, what: str) -> Iterator[None]:
        """Report what went wrong, once, and go on."""
        try:
            yield
        except Exception as error:
            if is_ledger_failure(error):
                raise
            unexpected(log, f"{what}: could not be read", error)
            why = f"{error}" if isinstance(error, SyndicateError) else f"unexpected: {error!r}"
            self._add_problems([f"{what}: {self._office.scrub(why)}"])

    def _add_problems(self, problems: Sequence[str]) -> None:
        """Add those that are new: one may come both before the digests and after them."""
        self._problems += [problem for problem in problems if problem not in self._problems]

    def take_in(self, channel: MailingList, seconds: float, source: str = "") -> None:
        """Read one list's inbox, or a place that takes its place."""
        if setting := _outside(self._office, channel, source):
            why = f"{setting}: a rehearsal does not read this mailbox: nothing was read"
            (self._problems if source else self._notes).append(why)
            return
        tally = self._tallies.setdefault(
            channel.name, InboxTally(processor=self._processor(channel))
        )
        reading = InboxReading(self._office, channel, tally, source)
        try:
            reading.run(seconds)
        finally:
            self._add_problems(reading.problems)

    def _processor(self, channel: MailingList) -> DeskReplies:
        office, decide = self._office, self._decide
        if channel.name not in self._known:
            return DeskReplies(office=office, decide=decide)
        return ReplyProcessor(office=office, decide=decide, channel=channel, known=self._known)

    def write_back(self) -> Report:
        """Answer those who wrote, however long it takes."""
        return self._write_back(inf, lambda _: nullcontext())

    def _write_back(
        self, seconds: float, guard: Callable[[str], AbstractContextManager[None]]
    ) -> Report:
        """Answer those who wrote, as far as there is time, and report the run so far."""
        mailing = ServiceMailing(self._office, self._known, monotonic() + seconds)
        with guard("answers"):
            mailing.send_requested()
        with guard("goodbyes"):
            mailing.send_goodbyes()
        self._has_letters_due = not mailing.in_time
        self._problems += mailing.problems
        self._notes += mailing.notes
        unusual: list[str] = []
        with guard("requests to leave"):
            unusual = self._unusual_leavers()
        report = Report(command="inbox", problems=[*self._problems], notes=[*self._notes])
        for name, tally in self._tallies.items():
            report.include(tally.summary(name))
        report.problems += unusual
        self._report = report
        return report

    def _unusual_leavers(self) -> list[str]:
        """Name the requests to leave that are too many to believe, until somebody has looked."""
        with self._office.ledger.reading() as db:
            waiting = held(db)
        return [leaving_line(name, count) for name, count in waiting.items()]


def _outside(office: Office, channel: MailingList, source: str) -> str:
    """Return the setting by which a rehearsal would take real readers' letters; "" if none."""
    if not office.ledger.rehearsal:
        return ""
    return channel.inbox_outside(office.settings.folder, source)
