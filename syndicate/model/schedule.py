"""When a digest is due: ``daily 17:00``, ``weekly fri 16:00``, ``monthly 1 08:00``."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLES = "'daily 17:00', 'weekly fri 16:00' or 'monthly 1 08:00'"
SCHEDULE_PATTERN = re.compile(
    r"(?:(?P<daily>daily)|weekly\s+(?P<day>[a-z]+)|monthly\s+(?P<date>\d{1,2}))"
    r"\s+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A rule that gives moments. A month too short for its day takes its last day."""

    at: time
    weekday: int | None = None  # 0 is Monday
    monthday: int | None = None  # 1 to 31

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Read ``daily HH:MM``, ``weekly DAY HH:MM`` or ``monthly N HH:MM``, else ValueError."""
        found = SCHEDULE_PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not like {EXAMPLES}")
        if int(found["hour"]) > 23 or int(found["minute"]) > 59:
            raise ValueError(f"there is no {found['hour']}:{found['minute']} on a clock")
        at = time(int(found["hour"]), int(found["minute"]))
        if found["day"]:
            day = found["day"].lower()
            if day[:3] not in WEEKDAYS or not FULL_DAYS[WEEKDAYS.index(day[:3])].startswith(day):
                raise ValueError(f"{day!r} is not a day of the week: {', '.join(WEEKDAYS)}")
            return cls(at=at, weekday=WEEKDAYS.index(day[:3]))
        if found["date"]:
            if not 1 <= int(found["date"]) <= 31:
                raise ValueError(f"{found['date']} is not a day of a month")
            return cls(at=at, monthday=int(found["date"]))
        return cls(at=at)

    def __str__(self) -> str:
        at = f"{self.at:%H:%M}"
        if self.weekday is not None:
            return f"weekly {WEEKDAYS[self.weekday]} {at}"
        return f"monthly {self.monthday} {at}" if self.monthday else f"daily {at}"

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The last moment that is not after ``now``."""
        day = now.astimezone(zone).date()
        while not (self._on(day) and _instant(self._moment(day, zone)) <= _instant(now)):
            day -= timedelta(days=1)
        return self._moment(day, zone)

    def next_but(self, taken: Iterable[datetime], now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment after ``now`` that is none of those."""
        closed = set(map(_instant, taken))
        moment = self.next(now, zone)
        while _instant(moment) in closed:
            moment = self.next(moment, zone)
        return moment

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first moment after ``now``."""
        day = now.astimezone(zone).date()
        while not (self._on(day) and _instant(self._moment(day, zone)) > _instant(now)):
            day += timedelta(days=1)
        return self._moment(day, zone)

    def between(self, after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Every moment later than ``after`` and not later than ``until``."""
        moment = self.next(after, zone)
        while _instant(moment) <= _instant(until):
            yield moment
            moment = self.next(moment, zone)

    def _on(self, day: date) -> bool:
        if self.weekday is not None:
            return day.weekday() == self.weekday
        if self.monthday is not None:
            return day.day == min(self.monthday, monthrange(day.year, day.month)[1])
        return True

    def _moment(self, day: date, zone: ZoneInfo) -> datetime:
        # by way of UTC: a wall time that a clock change skips becomes the one after the gap
        wall = datetime.combine(day, self.at, tzinfo=zone)
        return wall.astimezone(UTC).astimezone(zone)


def _instant(moment: datetime) -> datetime:
    # in one zone Python compares wall times: the hour that comes twice would count once
    return moment.astimezone(UTC)
