"""Times to come as people write them: ``besok 08.00``, ``jumat 16:00 WIB``, ``2 Mei 08.00``, ISO.

What may be understood in two ways is not understood: the sentence of the error says both.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from syndicate.text import excerpt
from syndicate.text.date_advice import DATE_ADVICE
from syndicate.text.dates import (
    DAY_NAMES,
    MONTHS,
    OTHER_NAMES,
    ZONE,
    ZONE_HOURS,
    month_number,
    named,
    parse,
    spoken,
    wall_time,
    zone_of,
)
from syndicate.text.i18n import moment

LONGEST_TIME = 80  # characters: more than any time has
DAYS_AHEAD = {
    "hari ini": 0, "today": 0, "besok": 1, "esok": 1, "tomorrow": 1, "lusa": 2,
    "day after tomorrow": 2, "the day after tomorrow": 2,
}  # fmt: skip
# hours as they are given in a part of the day, and what makes them hours of the 24
DAY_PARTS = {
    "pagi": {hour: hour for hour in range(1, 12)},
    "siang": {10: 10, 11: 11, 12: 12, 1: 13, 2: 14, 3: 15},
    "sore": {hour: hour + 12 for hour in range(2, 8)},
    "malam": {hour: hour + 12 for hour in range(6, 12)},
}
DAY_WORDS = "|".join(sorted(DAYS_AHEAD, key=len, reverse=True)).replace(" ", r"\s")
PARTS = "|".join(DAY_PARTS)
CLOCK = rf"""
    (?:(?P<lead>{PARTS})\s*,?\s+)?
    (?:(?:pukul|jam|at|pkl\.?)\s+)?
    (?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?)?
    (?:\s*(?P<half>[ap])\.?m\b\.?|\s+(?P<part>{PARTS})\b)?
    \s*{ZONE}
"""
RELATIVE = re.compile(
    rf"""
    (?:(?:
        (?P<word>{DAY_WORDS})
      | (?:(?:in|dalam)\s+)?(?P<days>\d{{1,3}})\s*(?:days?|hari)(?:\s+lagi)?
      | (?:(?:on|pada)\s+)?(?:hari\s+)?(?P<before>next\s+|this\s+)?(?P<weekday>[^\W\d_]{{3,}})\.?
        (?P<after>\s+(?:depan|mendatang|ini))?
    )\s*,?\s+)?? {CLOCK}
    """,
    re.VERBOSE | re.IGNORECASE,
)
IN_A_WHILE = re.compile(
    r"(?:(?:in|dalam)\s+)?(?P<count>\d{1,4})\s*(?P<unit>hours?|jam|minutes?|menit)(?:\s+lagi)?",
    re.IGNORECASE,
)
NO_YEAR = re.compile(r"(?P<day>\d{1,2}\s+(?P<month>[^\W\d_]{3,})\.?),?\s+(?!\d{4}\b)(?P<rest>.*)")
DAY_ALONE = re.compile(
    rf"""
    (?:(?:{DAY_WORDS})|(?P<name>[^\W\d_]{{3,}})|(?:(?:in|dalam)\s+)?\d+\s*(?:days?|hari)(?:\s+lagi)?)
    (?:\s+(?P<part>{PARTS}))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
EXAMPLE_HOURS = {"pagi": "08.00", "siang": "13.00", "sore": "16.00", "malam": "19.00"}
MIDNIGHT, MIDDAY = time(), time(12)


def coming_time(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Read a time to come, aware; ``zone`` counts where the text names none.

    Raises ValueError with a sentence: what was understood, or what to write.
    """
    try:
        return _coming(text, zone, now)
    except ValueError as error:  # whose examples have passed
        raise ValueError(str(error).replace(DATE_ADVICE, _advice(zone, now))) from None


def _coming(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    words = spoken(text)
    if len(words) > LONGEST_TIME:
        raise ValueError(f"'{excerpt(text, LONGEST_TIME)}' is not a time ({DATE_ADVICE})")
    found = _read(words, zone, now.astimezone(zone))
    if found <= now:
        raise ValueError(f"'{text}' is {shown(found, zone)}, which has passed ({_hint(words)})")
    return found


def _advice(zone: ZoneInfo, now: datetime) -> str:
    """Return examples that lie ahead: one of each way to write a time."""
    day = (now + timedelta(days=3)).astimezone(zone)
    weekday, month = DAY_NAMES[1][day.weekday()], MONTHS[1][day.month - 1].capitalize()
    letters = f" {day.tzname()}" if day.tzname() in ZONE_HOURS else ""
    date_only = f"{day.day} {month} {day.year}"
    return (
        f"write it like besok 08.00, {weekday} 16.00{letters}, {date_only} 08.00 or"
        f" {day:%Y-%m-%d} 08:00"
    )


def shown(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment with its day: ``Friday 8 May 2026 16:00 WIB``."""
    return f"{DAY_NAMES[0][at.astimezone(zone).weekday()].capitalize()} {moment(at, zone, 'en')}"


def _read(words: str, zone: ZoneInfo, now: datetime) -> datetime:
    if found := IN_A_WHILE.fullmatch(words):
        unit = "hours" if found["unit"][0].lower() in "hj" else "minutes"
        later = now.astimezone(UTC) + timedelta(**{unit: int(found["count"])})
        return later.replace(second=0, microsecond=0).astimezone(zone)
    if found := RELATIVE.fullmatch(words):
        return _relative(found, zone, now)
    alone = DAY_ALONE.fullmatch(words)
    if alone and (alone["name"] is None or _weekday(alone["name"]) is not None):
        example = EXAMPLE_HOURS[(alone["part"] or "pagi").lower()]
        raise ValueError(f"'{words}' names a day and no time (write {words} {example})")
    if (without := NO_YEAR.fullmatch(words)) and _is_month(without["month"]):
        words = f"{without['day']} {now.year} {without['rest']}"
    return _absolute(words, zone)


def _absolute(words: str, zone: ZoneInfo) -> datetime:
    found = parse(words, zone, MIDNIGHT)
    if found != parse(words, zone, MIDDAY):
        raise ValueError(f"'{words}' names a day and no time (write {words} 08.00)")
    if found.tzinfo is not zone:
        return found
    return _in_zone(parse(words, ZoneInfo("UTC")).replace(tzinfo=None), zone)


def _relative(found: re.Match[str], zone: ZoneInfo, now: datetime) -> datetime:
    place = zone_of(found)
    clock = {**found.groupdict(), "fraction": None}
    part = found["part"] or found["lead"]
    if found["minute"] is None and not (found["half"] or part):
        hour = int(found["hour"])
        raise ValueError(
            f"'{found[0]}' may be {hour:02}.00 or another hour (write the minutes too)"
        )
    if part:
        clock["hour"] = str(_hour(int(found["hour"]), part.lower()))
    wall = wall_time(clock, _day_of(found, place, now), MIDNIGHT)
    return wall.replace(tzinfo=place) if place else _in_zone(wall, zone)


def _hour(hour: int, part: str) -> int:
    hours = DAY_PARTS[part]
    if hour in hours:
        return hours[hour]
    if hour in hours.values():
        return hour
    raise ValueError(f"there is no {hour} {part} ({DATE_ADVICE})")


def _day_of(found: re.Match[str], place: tzinfo | None, now: datetime) -> date:
    """Return the day that a word means, which must be the same in the text's own zone."""
    here = now.date()
    if place and now.astimezone(place).date() != here:
        raise ValueError(f"'{found[0]}': it is another day there already (write the date)")
    if found["weekday"]:
        return _next(found, here)
    if found["days"]:
        return here + timedelta(days=int(found["days"]))
    return here + timedelta(days=DAYS_AHEAD[(found["word"] or "today").lower()])


def _next(found: re.Match[str], today: date) -> date:
    """Return the next day of a name, where it cannot be another."""
    name, weekday = found["weekday"], _weekday(found["weekday"])
    if weekday is None:
        raise ValueError(f"'{name}' is not a day of the week ({DATE_ADVICE})")
    ahead = (weekday - today.weekday()) % 7
    first, second = (today + timedelta(days=ahead + more) for more in (0, 7))
    qualifier = f"{found['before'] or found['after'] or ''}".strip().lower()
    if not ahead or qualifier in ("next", "depan", "mendatang"):
        choice = f"{first:%Y-%m-%d} or {second:%Y-%m-%d}"
        raise ValueError(f"'{found[0]}' may be on {choice} (write the date)")
    return first


def _weekday(name: str) -> int | None:
    number = named(name, DAY_NAMES)
    return OTHER_NAMES.get(name.lower()) if number is None else number


def _is_month(name: str) -> bool:
    try:
        return bool(month_number(name))
    except ValueError:
        return False


def _in_zone(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of a clock's time; where clocks change there may be two, or none."""
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    offsets = " or ".join(f"{at:%H:%M%z}" for at in (first, second))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueError(f"there is no {wall:%H:%M} on {wall:%Y-%m-%d}: clocks change ({offsets})")
    raise ValueError(f"{wall:%H:%M} comes twice on {wall:%Y-%m-%d}: clocks change ({offsets})")


def _hint(words: str) -> str:
    return f"for tomorrow: besok {words}" if words[:1].isdigit() and len(words) < 8 else DATE_ADVICE
