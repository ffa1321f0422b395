"""List what deadlines bring: reminders that are to come, and replies that are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from syndicate.ledger import Catalogue, Standing
from syndicate.office import Office
from syndicate.planning.reminders import coming_reminders
from syndicate.text.i18n import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderAhead:
    """A reminder that is to come."""

    uri: str
    headline: str
    at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAhead:
    """A reply (right of reply) that was asked for, and by when it is due."""

    uri: str  # of the article that it is to answer
    headline: str
    due: datetime
    is_late: bool


def reminders_ahead(
    office: Office, catalogue: Catalogue, uri: str | None = None
) -> list[ReminderAhead]:
    """Return the reminders of all articles or of one, the next one first."""
    standings = catalogue.reminders.ahead(office.clock())
    found = (
        ReminderAhead(
            uri=standing.uri, headline=article.headline, at=at, expires=article.expires or at
        )
        for standing in standings
        if uri in (None, standing.uri)
        for article in [standing.item.article]
        for at in _moments(office, catalogue, standing)
    )
    return sorted(found, key=lambda reminder: (reminder.at, reminder.uri))


def replies_ahead(office: Office, catalogue: Catalogue, uri: str | None = None) -> list[ReplyAhead]:
    """Return the replies that are due to all articles or to one, the earliest first."""
    now = office.clock()
    return [
        ReplyAhead(
            uri=each.standing.uri, headline=each.standing.item.headline, due=each.due,
            is_late=each.due < now,
        )
        for each in catalogue.replies.due()
        if uri in (None, each.standing.uri)
    ]  # fmt: skip


def reminder_notes(
    office: Office, catalogue: Catalogue, standings: list[Standing]
) -> Iterator[str]:
    """Yield when readers are going to be reminded of articles, a sentence each."""
    for standing in standings:
        if found := _moments(office, catalogue, standing):
            zone = office.publisher.zone
            dates = ", ".join(moment(at, zone, "en") for at in found)
            yield f"{standing.file}: readers are reminded of its deadline on {dates}"


def _moments(office: Office, catalogue: Catalogue, standing: Standing) -> list[datetime]:
    if not standing.item.article.expires:
        return []
    since = catalogue.reminders.first_recorded(standing.uri)
    deadlines, now = office.settings.deadlines, office.clock()
    return coming_reminders(standing.item.article, deadlines, since, now)
