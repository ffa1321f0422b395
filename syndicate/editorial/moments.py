"""Find dates and times that are wrong: another weekday, a day that is over, a time without zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.editorial.calendar import ZONE_NEAR, DateSaid, TimeSaid, times_in
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding
from syndicate.text.dates import DAY_NAMES
from syndicate.text.i18n import moment

DEADLINE = re.compile(
    r"\b(?:paling lambat|selambat-lambatnya|batas (?:akhir|waktu)|sampai|hingga|ditutup|penutupan"
    r"|deadline|no later than|until|closes)\b",
    re.IGNORECASE,
)
# what a date is of that an announcement only refers to: a decree, the state of some data
REFERENCE = re.compile(
    r"\b(?:SK|surat|keputusan|nomor|per(?:da|bup|wali|pres)|peraturan|undang-undang|edaran|instruksi"
    r"|tertanggal|data|lahir|sejak|per|decree|letter|regulation|since|as of)\b",
    re.IGNORECASE,
)
DEADLINE_REACH = 60  # characters before a date in which words make it a deadline


def wrong_weekdays(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each date whose day of the week is another one, or that does not exist."""
    for date in manuscript.dates:
        if date.is_impossible:
            yield manuscript.finding(
                "weekday-mismatch",
                date.start,
                f"“{date.words}”: the calendar has no such day",
                "correct the date",
            )
        if date.weekday is None or date.day is None or date.is_range:
            continue
        if date.weekday != date.day.weekday():
            english, indonesian = (table[date.day.weekday()].capitalize() for table in DAY_NAMES)
            yield manuscript.finding(
                "weekday-mismatch",
                date.start,
                f"“{date.words}”: {date.day} is a {indonesian} ({english})",
                "correct the day or the date",
            )


def past_dates(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield the deadlines that are over, and the last date where all of them are."""
    yield from _past_reply(manuscript)
    if not manuscript.profile.ahead:
        return
    since = (manuscript.article.date or manuscript.now).astimezone(manuscript.publisher.zone).date()
    dated = [date for date in manuscript.dates if date.day and not _is_reference(manuscript, date)]
    named = [date for date in dated if date.start >= manuscript.body_start] or dated
    over = [date for date in named if date.day and date.day < since]
    deadlines = [date for date in over if _is_deadline(manuscript.prose, date)]
    if over and not deadlines and len(over) == len(named):
        deadlines = [max(over, key=lambda date: (date.day or since, date.start))]
    for date in deadlines:
        yield manuscript.finding(
            "past-date",
            date.start,
            f"“{date.words}” is over",
            "correct the date, or do not announce it",
        )


def _past_reply(manuscript: Manuscript) -> Iterator[Finding]:
    """Yield the moment by which an answer is due, where none can come in time."""
    article, lines = manuscript.article, manuscript.draft.lines
    if article.reply_due and article.reply_due <= (article.date or manuscript.now):
        start = manuscript.start_of(lines.get("replyDue", 1))
        due = moment(article.reply_due, manuscript.publisher.zone, "en")
        advice = "give those concerned time to answer, or delete the line"
        yield manuscript.finding("past-date", start, f"an answer was due by {due}", advice)


def _is_reference(manuscript: Manuscript, date: DateSaid) -> bool:
    before = manuscript.prose[max(date.start - DEADLINE_REACH, 0) : date.start]
    return REFERENCE.search(re.split(r"[.!?;,]\s", before)[-1]) is not None


def _is_deadline(prose: str, date: DateSaid) -> bool:
    before = prose[max(date.start - DEADLINE_REACH, 0) : date.start]
    return DEADLINE.search(re.split(r"[.!?]\s", before)[-1]) is not None


def times_without_zone(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each time of day without a zone behind it; a table names the zone once."""
    yield from _times_of_headline(manuscript)
    for block in manuscript.blocks:
        if block.is_table and ZONE_NEAR.search(block.text):
            continue
        for time in times_in(block.text):
            if time.is_led and not time.has_zone:
                yield _zoneless(manuscript, block.start + time.start, time)


def _times_of_headline(manuscript: Manuscript) -> Iterator[Finding]:
    """Yield its times, unless the text says the same with a zone."""
    named = {time.clock for time in times_in(manuscript.prose) if time.has_zone}
    for time in times_in(manuscript.article.headline):
        if time.is_led and not time.has_zone and time.clock not in named:
            yield _zoneless(manuscript, manuscript.headline_start + time.start, time)


def _zoneless(manuscript: Manuscript, start: int, time: TimeSaid) -> Finding:
    return manuscript.finding(
        "time-without-zone", start, f"“{time.words}” names no time zone", "add WIB, WITA or WIT"
    )
