"""Moments at which readers are reminded of a deadline, counted back from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.config.deadlines import Deadlines
from syndicate.model.annotations import period
from syndicate.model.article import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time at which readers are reminded, and up to when it still makes sense to do so."""

    due: datetime
    until: datetime  # half of what was left has passed


def moments(article: Article, deadlines: Deadlines) -> list[Moment]:
    """Return when readers are reminded of an article's deadline, the earliest first."""
    expires = article.expires
    if expires is None:
        return []
    asked = deadlines.of(article.profile).remind if article.remind is None else article.remind
    periods = sorted(set(map(period, asked)), reverse=True)
    return [Moment(due=expires - before, until=expires - before / 2) for before in periods]


def coming_reminders(
    article: Article, deadlines: Deadlines, since: datetime, now: datetime
) -> list[datetime]:
    """Return the moments that are still to come, and not before the article was published."""
    found = (moment.due for moment in moments(article, deadlines))
    return [due for due in found if due > max(since, now)]
