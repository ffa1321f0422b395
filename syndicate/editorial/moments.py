"""Find dates and times that are wrong: another weekday, a day that is over, a time without zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.editorial.calendar import ZONE_NEAR, DateSaid, times_in
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding
from syndicate.text.dates import DAY_NAMES

DEADLINE = re.compile(
    r"\b(?:paling lambat|selambat-lambatnya|batas (?:akhir|waktu)|sampai|hingga|ditutup|penutupan"
    r"|deadline|no later than|until|closes)\b",
    re.IGNORECASE,
)
DEADLINE_REACH = 60  # characters before a date in which words make it a deadline


def wrong_weekdays(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each date whose day of the week is another one."""
    for said in manuscript.dates:
        if said.weekday is None or said.day is None or said.is_range:
            continue
        if said.weekday != said.day.weekday():
            english, indonesian = (table[said.day.weekday()].capitalize() for table in DAY_NAMES)
            yield manuscript.finding(
                "weekday-mismatch",
                said.start,
                f"“{said.words}”: {said.day} is a {indonesian} ({english})",
                "correct the day or the date",
            )


def past_dates(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield the deadlines that are over, and the last date where all of them are."""
    if not manuscript.profile.ahead:
        return
    since = (manuscript.article.date or manuscript.now).astimezone(manuscript.publisher.zone).date()
    said = [date for date in manuscript.dates if date.day and date.start >= manuscript.body_start]
    over = [date for date in said if date.day and date.day < since]
    deadlines = [date for date in over if _is_deadline(manuscript.prose, date)]
    if over and not deadlines and len(over) == len(said):
        deadlines = [max(over, key=lambda date: (date.day or since, date.start))]
    for date in deadlines:
        yield manuscript.finding(
            "past-date",
            date.start,
            f"“{date.words}” is over",
            "correct the date, or do not announce it",
        )


def _is_deadline(prose: str, said: DateSaid) -> bool:
    before = prose[max(said.start - DEADLINE_REACH, 0) : said.start]
    return DEADLINE.search(re.split(r"[.!?]\s", before)[-1]) is not None


def times_without_zone(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each time of day that names no zone, where nothing else in its block does."""
    for block in manuscript.blocks:
        if block.is_table and ZONE_NEAR.search(block.text):
            continue
        for said in times_in(block.text):
            if said.is_led and not said.has_zone:
                yield manuscript.finding(
                    "time-without-zone",
                    block.start + said.start,
                    f"“{said.words}” names no time zone",
                    "add WIB, WITA or WIT",
                )
