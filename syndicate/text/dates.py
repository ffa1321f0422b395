"""Dates as an office writes them: ``Jum'at 18 Maret 2022 16.30 WIB``, English, ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from syndicate.text import squeeze
from syndicate.text.date_advice import DATE_ADVICE, explain
from syndicate.text.i18n import ENGLISH, INDONESIAN

DAY_NAMES = (
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"],
)
OTHER_NAMES = {"ahad": 6, "thur": 3}
MONTHS = tuple(table["months"].lower().split() for table in (ENGLISH, INDONESIAN))
OTHER_MONTHS = {
    "pebruari": 2,
    "peb": 2,
    "agt": 8,
    "ags": 8,
    "agst": 8,
    "nopember": 11,
    "nop": 11,
}
ZONE_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "Z": 0}  # hours east
PLAUSIBLE_YEARS = range(1900, 3000)

DATE = r"""
    (?:(?P<weekday>[^\W\d_]+)\.?\s*[,/]?\s*(?=\S))??
    (?:
        (?P<iso>\d{4}-\d{1,2}-\d{1,2})
      | (?P<d1>\d{1,2})(?:st|nd|rd|th)?[\s-]+(?P<m1>[^\W\d_]+)\.?[,\s-]+(?P<y1>\d{4})
      | (?P<m2>[^\W\d_]+)\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{4})
    )
"""
TIME = r"""
    (?P<hour>\d{1,2})[:.](?P<minute>\d{2})
    (?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?
    (?:\s*(?P<half>[ap])\.?m\b\.?)?
"""
ZONE = r"""
    (?P<zone>WIB|WITA|WIT|UTC|GMT|Z)?\s*
    (?:(?P<sign>[+\-−])(?P<ahead>\d{1,2})(?:[:.]?(?P<minutes>\d{2}))?)?
"""
DATE_PATTERN = re.compile(
    rf"{DATE}(?:(?:\s*,\s*|\s*T\s*|\s+)(?:(?:pukul|jam|at|pkl\.?)\s+)?{TIME})?\s*{ZONE}",
    re.VERBOSE | re.IGNORECASE,
)


def parse(text: str, zone: ZoneInfo, otherwise: time = time()) -> datetime:
    """Read a date, aware; ``zone`` counts where the text names none, ``otherwise`` is the time
    of a day without one. Raises ValueError with a sentence that says what to write.
    """
    moment = _read(text, zone, otherwise)
    if moment is None:
        raise ValueError(explain(text, lambda repaired: _read(repaired, zone, otherwise)))
    return moment


def _read(text: str, zone: ZoneInfo, otherwise: time) -> datetime | None:
    found = DATE_PATTERN.fullmatch(spoken(text))
    if found is None:
        return None
    day = _day(found)
    _check_weekday(found["weekday"], day)
    moment = wall_time(found.groupdict(), day, otherwise)
    place = zone_of(found)
    if place is not None:
        return moment.replace(tzinfo=place)
    # by way of UTC: a wall time that a clock change skips becomes the one after the gap
    return moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def spoken(text: str) -> str:
    """Return a text without apostrophes, its spaces single."""
    return squeeze(re.sub("['\u2018\u2019\u02bc`\u00b4]", "", text))


def _day(found: re.Match[str]) -> date:
    if found["iso"]:
        year, month, day = map(int, found["iso"].split("-"))
    else:
        year = int(found["y1"] or found["y2"])
        month = month_number(found["m1"] or found["m2"])
        day = int(found["d1"] or found["d2"])
    if year not in PLAUSIBLE_YEARS:
        raise ValueError(f"the year {year} is probably a mistake ({DATE_ADVICE})")
    try:
        return date(year, month, day)
    except ValueError:
        iso = found["iso"] or f"{day} {found['m1'] or found['m2']} {year}"
        raise ValueError(f"there is no {iso} in the calendar ({DATE_ADVICE})") from None


def month_number(name: str) -> int:
    """Return a month's number, from 1; ValueError for a word that is none."""
    number = named(name, MONTHS)
    month = OTHER_MONTHS.get(name.lower(), 0) if number is None else number + 1
    if not month:
        raise ValueError(f"'{name}' is not a month ({DATE_ADVICE})")
    return month


def named(name: str, tables: tuple[list[str], ...]) -> int | None:
    """Return the place of a name, or of its first three letters or more, in one of the tables."""
    name = name.lower()
    for table in tables:
        for number, full in enumerate(table):
            if full == name or (len(name) >= 3 and full.startswith(name)):
                return number
    return None


def _check_weekday(name: str | None, day: date) -> None:
    if not name:
        return
    number = named(name, DAY_NAMES)
    number = OTHER_NAMES.get(name.lower()) if number is None else number
    if number is None:
        raise ValueError(f"'{name}' is not a day of the week ({DATE_ADVICE})")
    if number != day.weekday():
        right = " or ".join(table[day.weekday()].capitalize() for table in reversed(DAY_NAMES))
        raise ValueError(f"{day} is not a {name} but a {right} (correct one of the two)")


def wall_time(found: Mapping[str, str | None], day: date, otherwise: time) -> datetime:
    """Return a day's time of TIME's groups, without its zone; ValueError for none on a clock."""
    if found["hour"] is None:
        return datetime.combine(day, otherwise)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    micro = int((found["fraction"] or "0").ljust(6, "0")[:6])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"there is no {hour} o'clock before or after noon ({DATE_ADVICE})")
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if (hour, minute, second, micro) == (24, 0, 0, 0):  # pukul 24.00 ends the day
        return datetime.combine(day + timedelta(days=1), time())
    try:
        return datetime.combine(day, time(hour, minute, second, micro))
    except ValueError:
        clock = ".".join(filter(None, (found[part] for part in ("hour", "minute", "second"))))
        raise ValueError(f"there is no {clock} on a clock ({DATE_ADVICE})") from None


def zone_of(found: re.Match[str]) -> tzinfo | None:
    """Return the zone of ZONE's groups; None where the text names none."""
    if not (found["zone"] or found["sign"]):
        return None
    hours = ZONE_HOURS[found["zone"].upper()] if found["zone"] else 0
    ahead = timedelta(hours=hours)
    if found["sign"]:
        shift = timedelta(hours=int(found["ahead"]), minutes=int(found["minutes"] or 0))
        if hours or shift > timedelta(hours=14) or int(found["minutes"] or 0) > 59:
            name = f"{found['zone'] or ''}{found['sign']}{found['ahead']}"
            raise ValueError(f"{name} is not a known time zone ({DATE_ADVICE})")
        ahead = shift if found["sign"] == "+" else -shift
    return timezone(ahead) if ahead else UTC
