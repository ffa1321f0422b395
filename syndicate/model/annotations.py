"""Annotations of an article, apart from its own revision: replies, its deadline, reminders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

PERIOD = re.compile(r"([1-9]\d{0,2})([dh])")
LONGEST_PERIOD = timedelta(days=366)
PERIOD_ADVICE = "write days or hours before the deadline, like 7d or 12h"


class OnExpiry(StrEnum):
    """Choice of what readers see of an article whose ``expires`` has passed."""

    LEAVE = "leave"  # the article as it was
    MARK = "mark"  # a line above it: it is over


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """Rule for the deadlines of one profile's articles."""

    on_expiry: OnExpiry = OnExpiry.LEAVE
    remind: tuple[str, ...] = ()  # 7d, 12h: how long before the deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another article of the office, as far as a link to it needs it known."""

    uri: str
    headline: str
    url: str = ""  # its page, where it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A reminder of an article's deadline, whose moment has come."""

    moment: datetime  # when it was due: counted back from the deadline
    at: datetime  # when it was decided on: its words count from here
    expires: datetime  # the deadline then
    over: bool = False  # its time has passed, or a newer one took its place: it is sent no more

    @property
    def key(self) -> str:
        """Name it within its article, for ever: ``20260505T090000Z``."""
        return f"{self.moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def period(text: str) -> timedelta:
    """Return ``7d`` or ``12h`` as a length of time; ValueError says what to write."""
    match = PERIOD.fullmatch(text)
    length = timedelta()
    if match:
        length = timedelta(**{"days" if match[2] == "d" else "hours": int(match[1])})
    if not timedelta() < length <= LONGEST_PERIOD:
        raise ValueError(f"'{text[:20]}' is no time before a deadline ({PERIOD_ADVICE})")
    return length
