"""Hours of a day, like 22:00-06:00, by an office's clock."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def valid_hours(text: str) -> str:
    """Check a setting; ValueError for what names no hours. Empty is none."""
    found = HOURS.fullmatch(text)
    if text and not found:
        raise ValueError("write it like 22:00-06:00")
    if found and found.groups()[:2] == found.groups()[2:]:
        raise ValueError("begins when it ends, which would be always: write it like 22:00-06:00")
    return text


def end_of_hours(hours: str, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the hours end that a moment lies in; None where it lies in none."""
    found = HOURS.fullmatch(hours)
    if found is None:
        return None
    start, end = (time(int(found[n]), int(found[n + 1])) for n in (1, 3))
    local = at.astimezone(zone)
    now = local.time()
    if not (start <= now < end if start < end else now >= start or now < end):
        return None
    day = local.date() + timedelta(days=int(now >= end))
    return datetime.combine(day, end, zone)
