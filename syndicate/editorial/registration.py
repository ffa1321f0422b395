"""When a registration opens and closes, as a paragraph or a table's row has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from syndicate.editorial.calendar import DateSaid, TimeSaid, dates_in, times_in

OPENS = r"\b(?:dibuka|pembukaan|mulai|dimulai|sejak|buka|opens?|from|starts?)\b"
CLOSES = (
    r"\b(?:ditutup|penutupan|sampai|hingga|s\.d|s/d|paling lambat|batas|berakhir|tutup|closes?"
    r"|until|deadline)\b|[–—]|\s-\s"
)
ROLE = re.compile(rf"(?P<opens>{OPENS})|(?P<closes>{CLOSES})", re.IGNORECASE)
TO_ITS_DATE = re.compile(
    r"[ \n]{0,4}(?:WIB|WITA|WIT)?,?[ \n]{0,4}(?:(?:pada|hari|tanggal|tgl\.?|on)[ \n]{0,4}){0,3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RegistrationTimes:
    """Opening and closing times that a text says: each with date, time and zone."""

    opens: bool
    closes: bool


def registration_times(text: str, since: date) -> RegistrationTimes:
    """Return what a text says of a registration; dates before ``since`` are of an earlier one."""
    dates = [each for each in dates_in(text) if each.day is None or each.day >= since]
    timed = _by_date(text, dates)
    opens = closes = False
    for number, (each, times) in enumerate(zip(dates, timed, strict=True)):
        two = len(times) > 1 or any(time.is_range for time in times)
        if not times:
            continue
        if each.is_range:
            opens, closes = opens or two, True
        elif _closes(text, dates, number):
            is_span = number > 0 and not timed[number - 1]
            opens, closes = opens or (is_span and two), True
        else:
            opens = True
    return RegistrationTimes(opens, closes)


def _by_date(text: str, dates: Sequence[DateSaid]) -> list[list[TimeSaid]]:
    """Return the times with a zone of each date."""
    found: list[list[TimeSaid]] = [[] for _date in dates]
    for time in times_in(text):
        number = _date_of(text, dates, time)
        if time.has_zone and number is not None:
            found[number].append(time)
    return found


def _date_of(text: str, dates: Sequence[DateSaid], time: TimeSaid) -> int | None:
    """Return which date a time belongs to: the next one right behind it, or the last before it."""
    before = [number for number, each in enumerate(dates) if each.end <= time.start]
    after = len(before)
    is_next = after < len(dates) and TO_ITS_DATE.fullmatch(text, time.end, dates[after].start)
    return after if is_next or (not before and dates) else before[-1] if before else None


def _closes(text: str, dates: Sequence[DateSaid], number: int) -> bool:
    """Return True for a date that ends the registration, by the last word before it or its place.

    A single date without such a word is taken for the end.
    """
    start = dates[number - 1].end if number else 0
    words = list(_roles(text[start : dates[number].start]))
    return words[-1] == "closes" if words else number > 0 or len(dates) == 1


def _roles(text: str) -> Iterator[str]:
    return (found.lastgroup or "" for found in ROLE.finditer(text))
