"""What of the ledger is looked at to tell whether everything happens in its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.ledger import DigestCount
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.database.engine import now
from syndicate.ledger.processes.waits import waits
from syndicate.ledger.reports.overdue import expired_articles, newest_backup, waiting_posts
from syndicate.ledger.reports.ticks import Tick, newest
from syndicate.office import Office
from syndicate.operations.digest import CatchUp, due_windows
from syndicate.planning.overdue import (
    Alert,
    late_backup,
    late_expiries,
    late_ticks,
    late_waits,
    late_windows,
    patience,
    usual_interval,
)
from syndicate.report import said_key


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineTicks:
    """How often ``tick`` runs on a machine, and when it did last."""

    host: str
    latest: datetime
    every: float | None  # seconds; None where that is not known


def machines(ticks: Sequence[Tick], at: datetime) -> list[MachineTicks]:
    """The machines whose ticks the ledger knows, the latest one first."""
    past = [one for one in ticks if one.began <= at]
    found = []
    for host in dict.fromkeys(one.host for one in past):
        mine = [one for one in past if one.host == host]
        interval = usual_interval(one.began for one in mine)
        every = interval.total_seconds() if interval else None
        latest = max(one.latest for one in mine)
        found.append(MachineTicks(host=host, latest=latest, every=every))
    return sorted(found, key=lambda one: one.latest, reverse=True)


class Watched:
    """One look at everything that has a time."""

    def __init__(
        self, office: Office, catalogue: Catalogue, mailings: Sequence[DigestCount]
    ) -> None:
        self._office, self._catalogue, self._db = office, catalogue, catalogue.db
        self._mailings = [one for one in mailings if one.letters and one.ended is None]
        self.ticks = newest(self._db)
        self.backup = newest_backup(self._db)

    def alerts(self) -> Iterator[Alert]:
        """Everything that should have happened by now, the gravest first."""
        at, moment = self._office.clock(), now(self._db)
        patient = patience(self.ticks, at)
        alive = max((one.latest for one in self._mailings if one.latest), default=None)
        found = [
            *late_ticks(self.ticks, at, alive),
            *late_windows(self._windows(), at, patient),
            *late_expiries(self._expired(at), at, patient),
            *late_waits(self._waiting(moment), moment, patient),
            *late_backup(
                self.backup, self._office.ledger.created, at, self._office.settings.backup
            ),
        ]
        yield from sorted(found, key=lambda one: one.grade)  # CRITICAL comes before WARNING

    def _windows(self) -> dict[str, datetime]:
        """By list, the end of its first window that is not closed."""
        known = {one.name: one for one in self._catalogue.channels.all()}
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

    def _waiting(self, moment: datetime) -> Iterator[tuple[str, str, datetime]]:
        """What could have gone: its channel, what it is, and since when it waits for a tick."""
        for channel, edition, since in waiting_posts(self._db, moment):
            yield channel, self._called(edition), since
        for one in self._mailings:
            if one.halted or waits(one.not_before, moment) or not one.states.get("due"):
                continue
            moved = [m for m in (one.not_before, one.latest, one.frozen) if m and m <= moment]
            if moved:
                yield one.channel, f"the digest of {self._called(one.key)}", max(moved)

    def _called(self, edition: str) -> str:
        return said_key(edition, self._office.publisher.zone)
