"""Overdue work: windows, waits, expiries, ticks and backups whose time is over. Pure.

Everything here goes by the office's clock, except for waits, which go by real time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from syndicate.ledger.reports.ticks import Tick
from syndicate.text import counted

FIVE_MINUTES = timedelta(minutes=5)  # from one tick to the next, as `schedule` prints it
ASSUMED_INTERVAL = timedelta(days=1)  # the same, where a single tick is known
SIMULTANEOUS = timedelta(minutes=1)  # two machines' cron that strikes at the same time
INTERVALS_MISSED = 3  # of its intervals may pass without a tick
INTERVALS_SEEN = 8  # intervals tell how often ticks come
TICKS_SEEN = 3  # ticks: a machine with less of them may be a container that comes once
TAKEN_AWAY = timedelta(days=7)  # after which a machine counts as switched off for good
BACKUP_WITHIN = timedelta(days=14)  # where backups were made, and nobody has set anything
LATE_WINDOW = (
    "{channel}: its digest was due {late} ago and was not sent: run syndicate tick, and"
    " check that it runs automatically"
)
LATE_EXPIRY = "{about}: it expired {late} ago and is still shown: run syndicate tick"
LATE_WAIT = "{channel}: {about} waits since {late}, and nothing has tried it: run syndicate tick"
LATE_REVISION = "{about} was to go out {late} ago, and no tick has published it: run syndicate tick"


class Grade(StrEnum):
    """Severity of an alert, in a monitor's words."""

    OK = "OK"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something that a person should look at: exit 3, and a sentence."""

    what: str  # window, waiting, expiry, tick, machine, backup, books
    about: str  # a channel, an article's uri, a machine
    since: datetime  # when it should have happened, or happened last
    grade: Grade
    says: str


def usual_interval(began: Iterable[datetime]) -> timedelta | None:
    """Return how often ticks usually come; None where there was only one, or none."""
    moments = sorted(began)
    gaps = [b - a for a, b in pairwise(moments) if b - a >= SIMULTANEOUS]
    if not gaps:
        return None
    newest = sorted(gaps[-INTERVALS_SEEN:])
    return max(newest[len(newest) // 2], FIVE_MINUTES)


def patience(ticks: Sequence[Tick], at: datetime) -> timedelta:
    """Return how long after its time something is still left to the next ticks."""
    interval = usual_interval(tick.began for tick in ticks if tick.began <= at)
    return min(INTERVALS_MISSED * (interval or FIVE_MINUTES), ASSUMED_INTERVAL)


def late_ticks(ticks: Sequence[Tick], at: datetime, alive: datetime | None) -> Iterator[Alert]:
    """Report that no tick came for three of their intervals, at all or on one machine.

    ``alive``: when a letter of a run that goes on left last: whoever sends it still ticks.
    """
    past = [tick for tick in ticks if tick.began <= at]
    if not past:
        return
    latest = max(min(tick.latest, at) for tick in past)
    if alive and alive <= at:
        latest = max(latest, alive)
    interval = usual_interval(tick.began for tick in past)
    if at - latest > INTERVALS_MISSED * (interval or ASSUMED_INTERVAL):
        usual = f", and one comes every {period(interval)}" if interval else ""
        yield Alert(
            what="tick",
            about="",
            since=latest,
            grade=Grade.CRITICAL,
            says=f"no tick for {period(at - latest)}{usual}: nothing is sent automatically"
            " (check cron or the timer: syndicate schedule cron|systemd)",
        )
        return
    for host in dict.fromkeys(tick.host for tick in past):
        yield from _late_machine(host, [tick for tick in past if tick.host == host], at)


def _late_machine(host: str, ticks: Sequence[Tick], at: datetime) -> Iterator[Alert]:
    interval = usual_interval(tick.began for tick in ticks)
    since = at - max(tick.latest for tick in ticks)
    if len(ticks) < TICKS_SEEN or interval is None:
        return
    if not INTERVALS_MISSED * interval < since < TAKEN_AWAY:
        return
    yield Alert(
        what="machine",
        about=host,
        since=at - since,
        grade=Grade.WARNING,
        says=f"{host}: no tick on this machine for {period(since)}, and one comes every"
        f" {period(interval)}; other machines still run (is this one switched off?)",
    )


def late_windows(
    ended: Mapping[str, datetime], at: datetime, patient: timedelta
) -> Iterator[Alert]:
    """Report the lists that have a window that ended and was not closed."""
    windows = [(name, name, end) for name, end in ended.items()]
    return _late("window", LATE_WINDOW, windows, at, patient)


def late_expiries(
    expired: Mapping[str, datetime], at: datetime, patient: timedelta
) -> Iterator[Alert]:
    """Report the articles that should have been taken back by now."""
    return _late("expiry", LATE_EXPIRY, [("", *item) for item in expired.items()], at, patient)


def late_waits(
    waiting: Iterable[tuple[str, str, datetime]], at: datetime, patient: timedelta
) -> Iterator[Alert]:
    """Report what waits for a tick although its time has come: (channel, name, since when)."""
    return _late("waiting", LATE_WAIT, waiting, at, patient)


def late_revisions(
    scheduled: Mapping[str, datetime], at: datetime, patient: timedelta
) -> Iterator[Alert]:
    """Report the scheduled revisions that should be out by now, by headline."""
    times = [("", headline, due) for headline, due in scheduled.items()]
    return _late("scheduled", LATE_REVISION, times, at, patient)


def _late(
    what: str,
    message: str,
    times: Iterable[tuple[str, str, datetime]],
    at: datetime,
    patient: timedelta,
) -> Iterator[Alert]:
    """Report what should have happened longer ago than the next ticks are left: (channel, …)."""
    for channel, about, since in times:
        if at - since > patient:
            says = message.format(channel=channel, about=about, late=period(at - since))
            yield Alert(what=what, about=about, since=since, grade=Grade.CRITICAL, says=says)


def late_backup(
    newest: datetime | None, made: datetime, at: datetime, within: timedelta | None
) -> Iterator[Alert]:
    """Report that the newest copy is too old. ``made``: when the ledger was made.

    ``within`` is None where nothing was set: then it counts once a copy was made; 0 is never.
    """
    if within == timedelta() or (within is None and newest is None):
        return
    longest, since = within if within is not None else BACKUP_WITHIN, newest or made
    if at - since > longest:
        last = f"the newest backup is {period(at - since)} old" if newest else "there is no backup"
        yield Alert(
            what="backup",
            about="",
            since=since,
            grade=Grade.WARNING,
            says=f"{last} (ledger.backup: {longest.days} days): syndicate ledger backup FILE",
        )


def period(length: timedelta) -> str:
    """Return a length of time in one unit: ``26 minutes``, ``5 days``; 0 if a clock went back."""
    minutes = max(int(length.total_seconds() // 60), 0)
    for size, name in ((24 * 60, "day"), (60, "hour")):
        if minutes >= 2 * size or minutes == size:
            return counted(minutes // size, name)
    return counted(minutes, "minute")
