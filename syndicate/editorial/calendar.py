"""Dates and times of day in prose, Indonesian and English, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from syndicate.text import small
from syndicate.text.dates import DAY_NAMES, MONTHS, OTHER_MONTHS

DAYS = {name: number for table in DAY_NAMES for number, name in enumerate(table)} | {
    name[:3]: number for table in DAY_NAMES[:1] for number, name in enumerate(table)
}
DAYS |= {"jum'at": 4, "ahad": 6}
MONTH_NUMBERS = {name: number for table in MONTHS for number, name in enumerate(table, 1)}
MONTH_NUMBERS |= {name[:3]: number for name, number in list(MONTH_NUMBERS.items())}
MONTH_NUMBERS |= OTHER_MONTHS
QUOTES = "'\u2018\u2019\u02bc`\u00b4"


def _either(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


DAY_NAME = (
    _either(DAYS).replace("jum'at", f"jum[{QUOTES}]at").replace(r"jum\'at", f"jum[{QUOTES}]at")
)
MONTH_NAME = _either(MONTH_NUMBERS)
SPACE = r"[ \t\n\u00a0]{1,4}"
# what may stand between a day of the week and its date, the lines of a list or table among it
BEFORE_DATE = r"""
    \*{0,2}\.?(?:[ ](?:pagi|siang|sore|malam|dini[ ]hari))?[ \u00a0]{0,2}\*{0,2}
    [,/(|–-]?[ \t\n\u00a0]{0,4}\(?
    (?:\|?[ \t\n]{0,3}[-*|]{0,2}[ ]{0,2}\*{0,2}(?:tanggal|tgl\.?)\*{0,2}[ \t]{0,3}[:|]?[ \t]{0,3})?
"""
WEEKS = re.compile(  # minggu is also the word for a week
    r"(?:\d|\b(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|beberapa|tiap|setiap"
    r"|per|selama|akhir|awal|tengah))[ \n]*$",
)
# in small letters; a day that belongs to a range, 2-8 Mei, has the range's first day before it
DATE = re.compile(
    rf"""
    (?<![\w.,/-])
    (?:(?P<weekday>{DAY_NAME})\b{BEFORE_DATE})?
    (?:(?P<first>\d{{1,2}})[ ]?(?:-|–|—|s\.?d\.?|s/d|sampai(?:[ ]dengan)?|hingga|to)[ ]?)?
    (?:
        (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?{SPACE}(?:bulan{SPACE})?(?P<m1>{MONTH_NAME})\.?,?(?:{SPACE}(?P<y1>\d{{4}}))?
      | (?P<m2>{MONTH_NAME})\.?{SPACE}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?{SPACE}(?P<y2>\d{{4}})
      | (?P<d3>\d{{1,2}})(?P<mark>[/.-])(?P<m3>\d{{1,2}})(?P=mark)(?P<y3>\d{{4}}|\d\d)
      | (?P<y4>\d{{4}})-(?P<m4>\d\d)-(?P<d4>\d\d)
    )
    (?![\w/-]|[.]\d)
    """,
    re.VERBOSE,
)
CLOCK = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
ZONE = r"(?:\b(?:WIB|WITA|(?-i:WIT)|UTC|GMT)\b|waktu setempat|local time)"  # wit is a word
TIME = re.compile(
    rf"""
    (?<![\w.,:/-])
    (?P<lead>\*{{0,2}}(?:(?:pukul|jam|pkl|waktu)\*{{0,2}}(?:[ ]?[.:][ \u00a0]?|[ \u00a0]{{1,3}})
        |(?:at|mulai|dimulai)[ \u00a0]{{1,3}})\*{{0,2}}[ ]?)?
    (?P<from>{CLOCK}|\d{{1,2}}(?=[ ](?:pagi|siang|sore|petang|malam)\b))(?:[ ]?[ap]\.?m\b\.?)?
    (?P<until>[ ]{{0,3}}
       (?:-|–|—|s\.?d\.?|s/d|sampai(?:[ ]dengan)?|hingga|dan|to|until|and)[ ]{{0,3}}
       (?:(?:pukul|jam|pkl\.?)[ ])?{CLOCK})?
    (?![\d%]|[.:]\d|[ ](?:persen|percent|juta|ribu|miliar))
    """,
    re.VERBOSE | re.IGNORECASE,
)
ZONE_NEAR = re.compile(ZONE, re.IGNORECASE)
ZONE_REACH = 60  # characters behind a time in which its zone stands


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSaid:
    """A date in a text, from ``start`` to ``end``; ``day`` is None where it has no year."""

    start: int
    end: int
    words: str
    weekday: int | None  # from 0, Monday
    day: date | None
    is_range: bool
    is_impossible: bool = False  # the calendar has no such day


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSaid:
    """A time of day in a text, or two."""

    start: int
    end: int
    words: str
    clock: str  # the first of them, as it was typed
    is_led: bool  # by pukul, jam or at
    is_range: bool
    has_zone: bool


def dates_in(text: str) -> Iterator[DateSaid]:
    """Yield the dates of a text that the calendar has."""
    return (date for date in all_dates_in(text) if not date.is_impossible)


def all_dates_in(text: str) -> Iterator[DateSaid]:
    """Yield the dates of a text, those that the calendar does not have among them."""
    for found in DATE.finditer(small(text)):
        is_given, day = _day(found)
        if is_given or (found["m1"] and int(found["d1"]) in range(1, 32)):
            yield DateSaid(
                start=found.start(),
                end=found.end(),
                words=" ".join(text[found.start() : found.end()].split()),
                weekday=_weekday(found),
                day=day,
                is_range=found["first"] is not None,
                is_impossible=not is_given,
            )


def _weekday(found: re.Match[str]) -> int | None:
    name = re.sub(f"[{QUOTES}]", "'", found["weekday"] or "")
    is_week = name in ("minggu", "min") and WEEKS.search(
        found.string[max(found.start() - 20, 0) : found.start()]
    )
    return None if is_week else DAYS.get(name)


def _day(found: re.Match[str]) -> tuple[bool, date | None]:
    """Return whether this is a date, and which; a year of two digits needs a day of the week."""
    if found["m1"] and not found["y1"]:
        return True, None
    year = found["y1"] or found["y2"] or found["y3"] or found["y4"]
    if len(year) == 2 and not found["weekday"]:
        return False, None
    day = int(found["d1"] or found["d2"] or found["d3"] or found["d4"])
    month = found["m3"] or found["m4"]
    number = int(month) if month else MONTH_NUMBERS[found["m1"] or found["m2"]]
    try:
        return True, date(int(year) + (2000 if len(year) == 2 else 0), number, day)
    except ValueError:
        return False, None


def times_in(text: str) -> Iterator[TimeSaid]:
    """Yield the times of day of a text."""
    for found in TIME.finditer(text):
        behind = text[found.end() : found.end() + ZONE_REACH]
        yield TimeSaid(
            start=found.start(),
            end=found.end(),
            words=" ".join(found[0].replace("*", "").split()),
            clock=found["from"].replace(":", "."),
            is_led=found["lead"] is not None,
            is_range=found["until"] is not None,
            has_zone=ZONE_NEAR.search(behind.partition("\n\n")[0]) is not None,
        )
