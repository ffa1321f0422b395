"""What an office sends in many days, by a calendar of its own: plain dates, nothing of the program.

Each morning an article is scheduled for 11.37. Some have a deadline, with a reminder a day before;
some are corrected or withdrawn the next day. Lists have daily, weekly and monthly digests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MORNING, OUT, TEN, CLOSE = time(9), time(11, 37), time(10), time(16)
READERS = {
    "harian": ("ani@pembaca.example", "budi@pembaca.example"),
    "mingguan": ("cici@pembaca.example",),
    "bulanan": ("dewi@pembaca.example",),
}
SCHEDULES = {"harian": "daily 02:30", "mingguan": "weekly fri 16:00", "bulanan": "monthly 1 08:00"}


class Event(NamedTuple):
    """Something that a reader sees; ``what`` is unique in a run."""

    kind: str  # post, corrected, withdrawn, ended, reminder, reminder ended, letter
    what: str


class Span(NamedTuple):
    """When it may be seen first: at a tick, or at one of several where it is tried again."""

    first: datetime
    last: datetime


class Act(NamedTuple):
    """What a colleague does."""

    at: datetime
    what: str  # schedule, correct, withdraw, release
    number: int


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Days of an office in its zone; ``off`` are the days (from, to) when its machine is off."""

    zone: ZoneInfo
    first: date
    days: int
    off: tuple[int, int]
    flood: int = -1  # on this day Telegram asks to wait for ten minutes
    relay_away: int = -1  # on this day the relay is away when the digest is due
    expected: dict[Event, Span] = field(default_factory=dict)

    def at(self, day: int, wall: time) -> datetime:
        """The moment of a wall time; the one after the gap where clocks skip it."""
        return datetime.combine(self.first + day * DAY, wall, tzinfo=self.zone).astimezone(UTC)

    @property
    def start(self) -> datetime:
        return self.at(0, time(6))

    @property
    def end(self) -> datetime:
        return self.at(self.days, time(6))

    @property
    def silence(self) -> tuple[datetime, datetime]:
        """From when until when nothing runs: back a little after the hour of the digest."""
        return self.at(self.off[0], time(0)), self.at(self.off[1], time(6))

    def is_off(self, moment: datetime) -> bool:
        first, last = self.silence
        return first <= moment < last

    @property
    def flooded(self) -> datetime:
        """The tick at which Telegram asks to wait."""
        return self.tick_of(self.at(self.flood, OUT))

    @property
    def away(self) -> datetime:
        """The tick from which on the relay is away, for twenty minutes."""
        return self.at(self.relay_away, time(2, 30))

    def ticks(self) -> Iterator[datetime]:
        moment = self.start
        while moment < self.end:
            if not self.is_off(moment):
                yield moment
            moment += FIVE

    def tick_of(self, moment: datetime) -> datetime:
        """The first tick that is not before a moment."""
        late = timedelta(seconds=-(moment - self.start).total_seconds() % 300)
        tick = moment + late
        return self.silence[1] if self.is_off(tick) else tick

    # articles

    @property
    def numbers(self) -> range:
        return range(self.days)

    def out(self, number: int) -> datetime | None:
        """When an article leaves; None on days without people, but for one that waits for them."""
        if number == self.off[0] + 1:  # scheduled before; too late when the machine is back
            return self.silence[1] + HOUR
        due = self.at(number, OUT)
        return None if self.is_off(due) or due >= self.end else self.tick_of(due)

    def expires(self, number: int) -> datetime | None:
        return self.at(number + 2, CLOSE) if number % 3 == 1 else None

    def is_corrected(self, number: int) -> bool:
        return number % 7 == 3

    def is_withdrawn(self, number: int) -> bool:
        return number % 11 == 6

    def changed(self, number: int) -> datetime | None:
        """When it is corrected or withdrawn: at ten on the next day, if anybody is there."""
        at, out = self.at(number + 1, TEN), self.out(number)
        changes = self.is_corrected(number) or self.is_withdrawn(number)
        if not changes or out is None or out >= at or self.is_off(at) or at >= self.end:
            return None
        return at

    @cached_property
    def acts(self) -> list[Act]:
        """What people do, in order; each at the moment of a tick, before it."""
        found = []
        for number in self.numbers:
            if self.out(number) is None:
                continue
            if number == self.off[0] + 1:
                found.append(Act(self.at(self.off[0] - 1, time(20)), "schedule", number))
                found.append(Act(self.silence[1] + HOUR, "release", number))
            else:
                found.append(Act(self.at(number, MORNING), "schedule", number))
            if at := self.changed(number):
                what = "withdraw" if self.is_withdrawn(number) else "correct"
                found.append(Act(at, what, number))
        return sorted(found)

    # what readers see

    def windows(self, name: str) -> Iterator[tuple[datetime, datetime]]:
        """Each digest's end and tick; those that nobody closed become one."""
        every = []
        for day in range(self.days + 1):
            today = self.first + day * DAY
            wall = {"harian": time(2, 30), "mingguan": time(16), "bulanan": time(8)}[name]
            is_due = {"mingguan": today.weekday() == 4, "bulanan": today.day == 1}.get(name, True)
            end = self.at(day, wall)
            if is_due and self.start < end < self.end:
                every.append((end, self.tick_of(end)))
        return iter({tick: (end, tick) for end, tick in every}.values())

    def letters(self) -> Iterator[tuple[Event, Span]]:
        for name, readers in READERS.items():
            since = self.start
            for end, tick in self.windows(name):
                if words := self._contents(since, end):
                    for reader in readers:
                        yield Event("letter", f"{reader} {words}"), self._span(tick)
                since = end

    def _contents(self, since: datetime, end: datetime) -> str:
        """What a digest says: new articles, then those corrected, withdrawn, with deadlines."""
        said = []
        for number in self.numbers:
            out, change = self.out(number), self.changed(number)
            if out is None:
                continue
            is_new = since < out <= end
            is_changed = change is not None and since < change <= end
            is_gone = self.is_withdrawn(number) and change is not None and change <= end
            if is_new and not is_gone:
                said.append(f"b{number}")
            if is_changed and not is_new:
                said.append(f"{'r' if is_gone else 'n'}{number}")
        return " ".join(sorted(said))

    def posts(self) -> Iterator[tuple[Event, Span]]:
        for number in self.numbers:
            out, change, expires = self.out(number), self.changed(number), self.expires(number)
            if out is None:
                continue
            yield Event("post", f"{number}"), self._span(out)
            if change:
                kind = "withdrawn" if self.is_withdrawn(number) else "corrected"
                yield Event(kind, f"{number}"), Span(change, change)
            if expires is None or (self.is_withdrawn(number) and change):
                continue
            reminder = expires - DAY
            if self._is_reminded(out, reminder, expires):
                tick = self.tick_of(reminder)
                yield Event("reminder", f"{number}"), Span(tick, tick)
                if expires < self.end:
                    over = self.tick_of(expires)
                    yield Event("reminder ended", f"{number}"), Span(over, over)
            if expires < self.end:
                tick = self.tick_of(expires)
                yield Event("ended", f"{number}"), Span(tick, tick)

    def _is_reminded(self, out: datetime, reminder: datetime, expires: datetime) -> bool:
        """Return whether a reminder comes in time: after the article, with half its time left."""
        tick = self.tick_of(reminder)
        return out < reminder and tick < self.end and tick < reminder + (expires - reminder) / 2

    def _span(self, tick: datetime) -> Span:
        """The tick of it, or of one of those after it where the destination fails that day."""
        if tick == self.away:
            return Span(tick + 4 * FIVE, tick + HOUR)
        if tick == self.flooded:
            return Span(tick + 2 * FIVE, tick + HOUR)
        return Span(tick, tick)

    def all(self) -> dict[Event, Span]:
        return dict((*self.posts(), *self.letters()))
