"""Watch the ledger for what should have happened by now: ticks, digests, expiries, backups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.ledger import DigestCount
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.waits import waits
from syndicate.ledger.reports.books import imbalances
from syndicate.ledger.reports.overdue import expired_articles, newest_backup, waiting_posts
from syndicate.ledger.reports.ticks import Tick, newest
from syndicate.ledger.sending.canaries import LostCanary, lost_canaries
from syndicate.office import Office
from syndicate.operations.canaries import unsent
from syndicate.operations.digest import CatchUp, due_windows
from syndicate.operations.waiting_revisions import is_late
from syndicate.planning.overdue import (
    Alert,
    Grade,
    late_backup,
    late_expiries,
    late_revisions,
    late_ticks,
    late_waits,
    late_windows,
    patience,
    period,
    usual_interval,
)
from syndicate.report import edition_name, imbalance_line, mailing_name


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineTicks:
    """Interval and time of the newest of a machine's ticks."""

    host: str
    latest: datetime
    every: float | None  # seconds; None if unknown


def machines(ticks: Sequence[Tick], at: datetime) -> list[MachineTicks]:
    """Return the machines whose ticks the ledger knows, the latest one first."""
    past = [tick for tick in ticks if tick.began <= at]
    found = []
    for host in dict.fromkeys(tick.host for tick in past):
        mine = [tick for tick in past if tick.host == host]
        interval = usual_interval(tick.began for tick in mine)
        every = interval.total_seconds() if interval else None
        latest = max(tick.latest for tick in mine)
        found.append(MachineTicks(host=host, latest=latest, every=every))
    return sorted(found, key=lambda machine: machine.latest, reverse=True)


class LedgerWatch:
    """One look at everything in the ledger that has a time."""

    def __init__(
        self, office: Office, catalogue: Catalogue, mailings: Sequence[DigestCount]
    ) -> None:
        self._office, self._catalogue, self._db = office, catalogue, catalogue.db
        self._mailings = [
            mailing for mailing in mailings if mailing.letters and mailing.ended is None
        ]
        self.ticks = newest(self._db)
        self.backup = newest_backup(self._db)

    def alerts(self) -> Iterator[Alert]:
        """Yield an alert for each thing that should have happened by now, the gravest first."""
        at, moment = self._office.clock(), now(self._db)
        patient = patience(self.ticks, at)
        alive = max((mailing.latest for mailing in self._mailings if mailing.latest), default=None)
        found = [
            *self._books(),
            *self._canaries(at),
            *late_ticks(self.ticks, at, alive),
            *late_windows(self.windows(), at, patient),
            *late_expiries(self._expired(at), at, patient),
            *late_revisions(self._scheduled(at), at, patient),
            *late_waits(self._waiting(moment), moment, patient),
            *late_backup(
                self.backup, self._office.ledger.created, at, self._office.settings.backup
            ),
        ]
        yield from sorted(found, key=lambda alert: alert.grade)  # CRITICAL comes before WARNING

    def _books(self) -> Iterator[Alert]:
        for books in imbalances(self._db):
            says = imbalance_line(books, self._office.publisher.zone)
            yield Alert(
                what="books", about=books.channel, since=books.frozen_at, grade=Grade.CRITICAL,
                says=says,
            )  # fmt: skip

    def _canaries(self, at: datetime) -> Iterator[Alert]:
        """Yield the lists whose digest did not come through to their canary."""
        watched = {each.name for each in self._office.lists if each.canary}
        for lost in lost_canaries(self._db, at):
            if lost.channel in watched:
                yield Alert(
                    what="canary", about=lost.channel, since=lost.sent, grade=Grade.CRITICAL,
                    says=self._lost(lost, at),
                )  # fmt: skip

    def _lost(self, lost: LostCanary, at: datetime) -> str:
        if lost.refused:
            return unsent(lost.channel, lost.refused)
        return (
            f"{lost.channel}: the digest of {self._called(lost.key)} was sent to the canary"
            f" {period(at - lost.sent)} ago and did not arrive: look for it in the spam folder and"
            " in the relay's log"
        )

    def windows(self) -> dict[str, datetime]:
        """Return by list the end of its first window that is not closed."""
        known = {channel.name: channel for channel in self._catalogue.channels.all()}
        found = {}
        for channel in self._office.lists:
            if channel.name not in known:
                continue
            due = due_windows(
                self._office, self._catalogue, channel, known[channel.name], CatchUp.EACH
            )
            if due and due[0].closed:
                found[channel.name] = due[0].closed
        return found

    def _expired(self, at: datetime) -> dict[str, datetime]:
        return expired_articles(self._db, self._catalogue.not_far_ahead(at))

    def _scheduled(self, at: datetime) -> dict[str, datetime]:
        """Return by headline when revisions were due that do not wait for a person."""
        due = self._catalogue.schedule.due(self._catalogue.not_far_ahead(at))
        return {
            each.draft.article.headline: each.due
            for each in due
            if not is_late(self._office, each, at)
        }

    def _waiting(self, moment: datetime) -> Iterator[tuple[str, str, datetime]]:
        """Yield what waits for a tick: its channel, its name, and since when."""
        for channel, edition, since in waiting_posts(self._db, moment):
            yield channel, self._called(edition), since
        for mailing in self._mailings:
            rests = mailing.halted or mailing.is_held or waits(mailing.not_before, moment)
            if rests or not mailing.states.get("due"):
                continue
            times = (mailing.not_before, mailing.latest, mailing.frozen)
            if past := [time for time in times if time and time <= moment]:
                name = mailing_name(mailing.key, self._office.publisher.zone)
                yield mailing.channel, name, max(past)

    def _called(self, edition: str) -> str:
        return edition_name(edition, self._office.publisher.zone)
