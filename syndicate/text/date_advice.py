"""Explain why a date is not understood, and what to write: only what is read as advised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from syndicate.text import excerpt, squeeze

DATE_ADVICE = "write it like 2022-03-18 16:30 or 18 Maret 2022 16.30 WIB"
LONGEST_DATE = 80  # characters: more than any date has

# The zones of RFC 5322 (4.3) and others that are written by letters, in hours east of UTC. Some
# letters stand for several zones, so the place is said that they are taken for.
ZONE_LETTERS = {
    "EST": ("-05:00", "New York's"),
    "EDT": ("-04:00", "New York's"),
    "CST": ("-06:00", "Chicago's"),
    "CDT": ("-05:00", "Chicago's"),
    "MST": ("-07:00", "Denver's"),
    "MDT": ("-06:00", "Denver's"),
    "PST": ("-08:00", "Los Angeles'"),
    "PDT": ("-07:00", "Los Angeles'"),
    "BST": ("+01:00", "London's"),
    "WET": ("+00:00", "Lisbon's"),
    "WEST": ("+01:00", "Lisbon's"),
    "CET": ("+01:00", "Berlin's"),
    "CEST": ("+02:00", "Berlin's"),
    "EET": ("+02:00", "Cairo's"),
    "EEST": ("+03:00", "Cairo's"),
    "MSK": ("+03:00", "Moscow's"),
    "IST": ("+05:30", "India's"),
    "PKT": ("+05:00", "Pakistan's"),
    "ICT": ("+07:00", "Bangkok's"),
    "SGT": ("+08:00", "Singapore's"),
    "MYT": ("+08:00", "Malaysia's"),
    "HKT": ("+08:00", "Hong Kong's"),
    "PHT": ("+08:00", "Manila's"),
    "AWST": ("+08:00", "Perth's"),
    "JST": ("+09:00", "Japan's"),
    "KST": ("+09:00", "Korea's"),
    "ACST": ("+09:30", "Darwin's"),
    "AEST": ("+10:00", "Sydney's"),
    "AEDT": ("+11:00", "Sydney's"),
    "NZST": ("+12:00", "Auckland's"),
    "NZDT": ("+13:00", "Auckland's"),
}
# a part of the day: the hours it is said with, and what makes them hours of the 24
DAY_PARTS = {
    "pagi": (range(1, 12), 0),
    "siang": (range(1, 4), 12),
    "sore": (range(1, 8), 12),
    "petang": (range(4, 8), 12),
    "malam": (range(6, 12), 12),
}

BRACKETED_ZONE = re.compile(
    r"(?P<text>.*\S)\s*(?P<brackets>\((?P<zone>[^()]+)\)|\[(?P<java>[^\[\]]+)\])"
)
KNOWN_ZONE = re.compile(
    r"(?P<text>.*?\S)(?P<zone>\s*\b(?:WIB|WITA|WIT|UTC|GMT)\b.*|(?:\s+|(?<=[:.]\d\d))[+−-]\d[\d:]*)",
    re.IGNORECASE,
)
FOREIGN_ZONE = re.compile(
    r"(?P<text>.*\d(?:\s*[ap]\.?m\b\.?)?)\s*\b(?P<zone>[a-z]+(?:/[\w+-]+)*)", re.I
)
HOUR = re.compile(r"(?P<text>.*(?:\s|\dT)\d{1,2})(?P<half>\s*[ap]\.?m\b\.?)?", re.I)
DATE_PART = re.compile(
    rf"(?P<text>.*\s)(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?\s+(?P<part>{'|'.join(DAY_PARTS)})",
    re.I,
)
NUMBER_DATE = re.compile(
    r"(?P<weekday>[^\W\d_]+\.?,?\s+)?"
    r"(?P<day>(\d\d\d\d|\d\d?)[/.-](\d\d?)[/.-](\d\d\d\d|\d\d?))(?![/.-]?\d)(?P<rest>.*)"
)
HYPHENS = re.compile(r"\d{4}-\d\d?-\d\d?")

# reads a date that is written as it should be: None where it is not, ValueError for no such day
Read = Callable[[str], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """Possible meaning of a text, and what was wrong with it."""

    text: str
    zone: str = ""  # what follows the text
    place: str = ""  # whose zone that is, where its letters stand for several
    faults: tuple[str, ...] = ()
    how: str = ""  # what to write otherwise

    @property
    def whole(self) -> str:
        return f"{self.text} {self.zone}".strip()


def explain(text: str, read: Read) -> str:
    """Return why a text is no date, in a sentence, with what to write in its place."""
    typed = squeeze(text)
    nothing = f"'{excerpt(typed, 60)}' is not a date ({DATE_ADVICE})"
    if len(typed) > LONGEST_DATE:
        return nothing
    works: list[Repair] = []
    refused: list[str] = []
    try:
        for repair in _days(_minutes(_parted(typed))):
            try:
                works += _with_offset(repair, read)
            except ValueError as error:
                refused.append(str(error))
    except ValueError as error:
        return str(error)
    return _advice(typed, works) if works else next(iter(refused), nothing)


def _advice(typed: str, works: list[Repair]) -> str:
    first, faults, how = works[0], works[0].faults, works[0].how
    if len(works) > 1:
        faults = (f"'{typed}' leaves open which number is the {_open(works)}", *faults)
    if len(faults) > 1:
        how = ""
    ways = " or ".join(repair.whole for repair in works)
    place = f" if {first.place} is meant" if first.place else ""
    why = "; ".join(faults) or f"'{typed}'"
    return f"{why}: write {how}{ways}{place}"


def _open(works: list[Repair]) -> str:
    """Name what the ways to read a day by its numbers differ in."""
    months = {re.sub(r".*\d{4}-(\d\d)-\d\d.*", r"\1", repair.text) for repair in works}
    return "month" if len(months) > 1 else "year"


def _parted(typed: str) -> Repair:
    """The text up to its zone; one in brackets goes where another one stands before it."""
    if found := BRACKETED_ZONE.fullmatch(typed):
        text, zone = found["text"], (found["zone"] or found["java"]).strip()
        own = KNOWN_ZONE.fullmatch(text)
        if _is_foreign(zone) and not own:
            return Repair(text=text, zone=zone)
        faults = (f"'{found['brackets']}' is in brackets",)
        return replace(_parted(text) if own else Repair(text=text, zone=zone), faults=faults)
    found = FOREIGN_ZONE.fullmatch(typed)
    if found is None or not _is_foreign(found["zone"]):
        found = KNOWN_ZONE.fullmatch(typed)
    return Repair(text=found["text"], zone=found["zone"].strip()) if found else Repair(text=typed)


def _is_foreign(zone: str) -> bool:
    letters = zone.upper()
    is_word = letters.lower() in DAY_PARTS or letters in ("AM", "PM")
    is_zone = letters in ZONE_LETTERS or "/" in zone or re.fullmatch("[A-Z]{2,5}", zone)
    is_ours = re.match(r"(?:WIB|WITA|WIT|UTC|GMT)\b", letters)
    return bool(is_zone) and not (is_word or is_ours)


def _minutes(repair: Repair) -> Repair:
    """Give an hour its minutes, and one of the afternoon its place among the 24."""
    if found := DATE_PART.fullmatch(repair.text):
        hour, (hours, more) = int(found["hour"]), DAY_PARTS[found["part"].lower()]
        if hour not in hours:
            return repair
        fault = f"'{found['part']}' is not understood"
        text = f"{found['text']}{hour + more}.{found['minute'] or '00'}"
    elif found := HOUR.fullmatch(repair.text):
        fault, text = "the time has no minutes", f"{found['text']}:00{found['half'] or ''}"
        text = re.sub(r"(?i):00(?=[ap])", ":00 ", text)
    else:
        return repair
    return replace(repair, text=text, faults=(*repair.faults, fault))


def _days(repair: Repair) -> Iterator[Repair]:
    """Every day that may be meant by three numbers; ValueError where there is none."""
    found = NUMBER_DATE.fullmatch(repair.text)
    if found is None or HYPHENS.fullmatch(found["day"]):
        yield repair
        return
    numbers = re.split("[/.-]", found["day"])
    how = "the day with hyphens, " if len(numbers[0]) == 4 else "the year first, "
    days = list(dict.fromkeys(_in_calendar(numbers)))
    if not days:
        raise ValueError(f"there is no {found['day']} in the calendar ({DATE_ADVICE})")
    for day in days:
        text = f"{found['weekday'] or ''}{day}{found['rest']}"
        yield replace(repair, text=text, how=how)


def _in_calendar(numbers: list[str]) -> Iterator[date]:
    first, second, third = map(int, numbers)
    orders = [(third, second, first), (third, first, second), (first, second, third)]
    if len(numbers[0]) == 4:
        orders = orders[2:]
    elif len(numbers[2]) == 4:
        orders = orders[:2]
    for year, month, day in orders:
        try:
            yield date(year if year > 99 else year + (1900 if year > 68 else 2000), month, day)
        except ValueError:
            continue


def _with_offset(repair: Repair, read: Read) -> Iterator[Repair]:
    """The same with a zone's hours in place of its name; none where it is no date even so."""
    if not _is_foreign(repair.zone):
        if read(repair.whole):
            yield repair
        return
    wall = read(repair.text)
    if wall is None:
        return
    offset, place = _offset(repair.zone, wall)
    faults = (*repair.faults, f"'{repair.zone}' is not a known time zone")
    repaired = replace(repair, zone=offset, place=place, faults=faults, how="its hours from UTC, ")
    if read(repaired.whole):
        yield repaired


def _offset(zone: str, wall: datetime) -> tuple[str, str]:
    """A zone's hours, and whose zone they are where that is not certain."""
    names = {name.casefold(): name for name in available_timezones()} if "/" in zone else {}
    if name := names.get(zone.casefold()):
        offset = f"{wall.replace(tzinfo=ZoneInfo(name)):%z}"
        return f"{offset[:3]}:{offset[3:5]}", ""
    return ZONE_LETTERS.get(zone.upper(), ("+07:00", "Jakarta's"))
