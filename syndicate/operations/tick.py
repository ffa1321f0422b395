"""Do everything due: what waited, what is in doubt, what expired, the digests. One line of cron."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from syndicate.channel import Channel, Scope
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, run_channel, silent
from syndicate.ledger import Catalogue
from syndicate.ledger.reports.books import imbalances
from syndicate.ledger.reports.places import Place, places
from syndicate.model import edition_keys
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.approval_letters import remind_approvers
from syndicate.operations.decide import decide_by_letter
from syndicate.operations.desk import tell_desk, tell_failure
from syndicate.operations.digest import DigestRequest, digest
from syndicate.operations.due_revisions import publish_due
from syndicate.operations.followers import tell_followers
from syndicate.operations.leftovers import leave_to_others, take_over
from syndicate.operations.open_notices import open_notices
from syndicate.operations.partners import tell_partners
from syndicate.operations.remind import remind
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
from syndicate.planning.annotations import marked
from syndicate.planning.facts import Facts
from syndicate.planning.plan import Wish
from syndicate.report import Line, Report, ReportPart, as_connected, imbalance_line, line_of
from syndicate.subscribers.inbox_run import InboxRun

# more may be due: whoever looks at the exit code runs it again
STOPPED = ReportPart(problems=("stopped: the rest waits for the next run",))
FAST_CLOCK = (
    "the clock is more than a day ahead of the database's, so nothing expires and no"
    " notice is removed"
)


def tick(office: Office, progress: Progress = silent) -> Report:
    """Try again what waits, settle what is in doubt, send the digests that are due."""
    report = Report(command="tick", notes=office.notes)
    try:
        refuse_older(office)
        number = office.ledger.ticks.begin(office.clock())
        for part in _parts(office, progress):
            report.include(part)
        report.include(_books(office))
    except Exception as error:
        tell_failure(office, error)
        raise
    report.include(tell_desk(office, report))
    report.reported_before = office.ledger.ticks.end(number, office.clock(), report.unmended)
    return report


def _parts(office: Office, progress: Progress) -> Iterator[ReportPart | Report]:
    """Do one thing after another, and yield what came of each."""
    earlier = [
        _expire(office, progress),
        publish_due(office, progress),
        remind(office, progress),  # before the digests, which remind of the same
        take_over(office, progress),
        open_notices(office, progress),
    ]
    yield from earlier
    unconnected = frozenset(name for outcome in earlier for name in outcome.unconnected)
    reported = {_where(line) for outcome in earlier for line in outcome.lines}
    for channel in office.channels:
        if office.stopping():
            yield STOPPED
            return
        if channel.scope is not Scope.DIGEST:
            outcome = _retry(office, channel, unconnected, progress)
            unconnected |= outcome.unconnected
            lines = tuple(line for line in outcome.lines if _where(line) not in reported)
            yield replace(outcome, lines=lines)  # another tick may have been at it, too
    yield tell_partners(office)
    yield from _lists(office, progress)
    yield tell_followers(office)  # who has a digest of it needs no other letter


def _where(line: Line) -> tuple[str, str, str, str]:
    """Return what a line is about, and how that stands."""
    return line.channel, line.about, line.address, line.state


def _lists(office: Office, progress: Progress) -> Iterator[ReportPart | Report]:
    """Read the lists' inboxes, then send their digests: who leaves gets no letter any more."""
    inboxes = InboxRun(office, decide_by_letter)
    found = inboxes.read()
    if office.stopping():
        yield found
        yield STOPPED
        return
    if inboxes.has_approved:
        yield publish_due(office, progress)
    yield remind_approvers(office)
    digests = digest(office, DigestRequest(), progress)
    yield inboxes.go_on()
    yield ReportPart(
        lines=tuple(digests.lines),
        idle=frozenset(digests.idle),
        problems=tuple(digests.problems),
    )


def _books(office: Office) -> ReportPart:
    """Report digests whose letters do not add up to as many as were frozen."""
    with office.ledger.reading() as db:
        found = imbalances(db)
    return ReportPart(problems=tuple(imbalance_line(b, office.publisher.zone) for b in found))


def _expire(office: Office, progress: Progress) -> ReportPart:
    """Let every channel see which articles have just expired, and which notices are old."""
    change = run_decision(office, lambda catalogue: _expiry(office, catalogue))
    outcome = deliver_change(office, changes_only(change), progress)
    return joined_parts([change_report(change), outcome]).without(Action.NOTHING)


def _expiry(office: Office, catalogue: Catalogue) -> Change:
    at = office.clock()
    revived = catalogue.revisions.revive(at)
    uris = [*catalogue.revisions.expire(at), *revived]
    ended = marked(office.settings.deadlines, catalogue.articles.all_of(uris))
    catalogue.revisions.mark_ended(ended)
    standings = catalogue.articles.all_of(uris)
    register(office, catalogue, office.channels)
    facts = Facts(
        office=office, catalogue=catalogue, wish=Wish(by_itself=True),
        annotated=frozenset((*revived, *ended)),
    )  # fmt: skip
    change = plan_and_write(facts, office.channels, standings, urgent=False)
    leave_to_others(office, catalogue, standings)
    is_fast = catalogue.not_far_ahead(at) < at
    return replace(change, notes=[FAST_CLOCK] if is_fast else [])


def _retry(
    office: Office, channel: Channel, unconnected: Set[str], progress: Progress
) -> ReportPart:
    """Try again what waits in a channel, and settle what is in doubt there.

    ``unconnected``: the channels to which no connection could be made before.
    """
    with office.ledger.planning() as catalogue:
        known = office.remembered(catalogue, channel)
        waiting = [number for number, _ in catalogue.editions.waiting(known.id)]
    before = _open(office, channel.name)
    ran = run_channel(office, channel, known, waiting, progress)
    unconnected = ran.unconnected | unconnected
    lines = [as_connected(line, unconnected) for line in _lines(office, before)]
    problem = f"{channel.name}: {ran.problem}"
    return ReportPart(
        lines=tuple(lines),
        notes=ran.notes,
        problems=(problem,) if ran.problem and not before else (),
        unconnected=ran.unconnected,
    )


def _open(office: Office, channel: str) -> list[Place]:
    """Return what may still change by itself; a refusal was reported when it came."""
    with office.ledger.reading() as db:
        found = places(db, states=("due", "claimed", "sending", "in_doubt"))
    return [place for place in found if place.channel == channel and not place.held]


def _lines(office: Office, before: list[Place]) -> list[Line]:
    """Return where what was open stands now."""
    with office.ledger.reading() as db:
        found = [place for earlier in before for place in places(db, delivery=earlier.delivery)]
    return [
        line_of(place, "retry", office.publisher.zone)
        for place in found
        if not _is_dropped_announcement(place)
    ]


def _is_dropped_announcement(place: Place) -> bool:
    """Return whether nobody was notified: the configuration names nobody any more."""
    is_settled = place.state == "settled" and not place.present
    return place.edition == edition_keys.ANNOUNCEMENTS and is_settled
