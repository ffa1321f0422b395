"""Remind readers of deadlines: decide which reminders have come, once, and post them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from syndicate.delivery.run import Progress
from syndicate.ledger import Catalogue, Standing
from syndicate.model.annotations import Reminder
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.followers import remind_followers
from syndicate.operations.leftovers import leave_to_others
from syndicate.operations.sequence import (
    Change,
    change_report,
    changes_only,
    deliver_change,
    joined_parts,
    plan_and_write,
    register,
    run_decision,
)
from syndicate.planning.facts import Facts
from syndicate.planning.plan import Wish
from syndicate.planning.reminders import Moment, moments
from syndicate.report import ReportPart


def remind(office: Office, progress: Progress) -> ReportPart:
    """Post the reminders whose moment has come; call off what could not be posted in time."""
    change = run_decision(office, lambda catalogue: _decision(office, catalogue))
    outcome = deliver_change(office, changes_only(change), progress)
    followed = ReportPart(lines=tuple(change.lines))
    return joined_parts([change_report(change), outcome, followed]).without(Action.NOTHING)


def _decision(office: Office, catalogue: Catalogue) -> Change:
    at = catalogue.not_far_ahead(office.clock())
    late = _end_late(office, catalogue, at)
    due = dict(_record_due(office, catalogue, at))
    standings = catalogue.articles.all_of(dict.fromkeys((*late, *due)))
    if not standings:
        return Change()
    lines = [
        line
        for uri, moment in due.items()
        for line in remind_followers(office, catalogue, uri, moment.isoformat())
    ]
    register(office, catalogue, office.channels)
    facts = Facts(office=office, catalogue=catalogue, wish=Wish(by_itself=True))
    change = plan_and_write(facts, office.channels, standings, urgent=False)
    leave_to_others(office, catalogue, standings)
    return replace(change, lines=[*change.lines, *lines])


def _record_due(
    office: Office, catalogue: Catalogue, at: datetime
) -> Iterator[tuple[str, datetime]]:
    """Write down each article's newest reminder that has come and makes sense; yield its moment."""
    ahead = catalogue.reminders.ahead(at)
    known = catalogue.reminders.of([standing.uri for standing in ahead])
    for standing in ahead:
        if moment := _newest(office, catalogue, standing, known.get(standing.uri, ()), at):
            expires = standing.item.article.expires
            assert expires
            reminder = Reminder(moment=moment.due, at=at, expires=expires)
            catalogue.reminders.record(standing.uri, reminder)
            yield standing.uri, moment.due


def _newest(
    office: Office, catalogue: Catalogue, standing: Standing, known: Sequence[Reminder],
    at: datetime,
) -> Moment | None:  # fmt: skip
    """Return the newest moment that has come, if readers were not reminded then or later."""
    every = moments(standing.item.article, office.settings.deadlines)
    past = [moment for moment in every if moment.due <= at]
    if not past or past[-1].until <= at:
        return None
    newest = past[-1]
    if any(reminder.moment >= newest.due for reminder in known):
        return None
    return newest if newest.due > catalogue.reminders.first_recorded(standing.uri) else None


def _end_late(office: Office, catalogue: Catalogue, at: datetime) -> list[str]:
    """Let reminders be over that make no sense any more, or are of another deadline."""
    late = [
        uri
        for uri, reminder in catalogue.reminders.open().items()
        if (standing := catalogue.articles.standing(uri))
        and not _makes_sense(standing, reminder, at)
    ]
    catalogue.reminders.end(late)
    return late


def _makes_sense(standing: Standing, reminder: Reminder, at: datetime) -> bool:
    is_current = standing.item.article.expires == reminder.expires
    return is_current and at < reminder.expires - (reminder.expires - reminder.moment) / 2
