"""Everything due: what waited, what is in doubt, what expired, the digests. One line of cron."""

from __future__ import annotations

from syndicate.channel import Scope
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.run import Progress, carry_out, run_channel, silent, tell_failed
from syndicate.ledger.reports.places import Place, places
from syndicate.model import edition_keys
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.digest import Request, digest
from syndicate.operations.leftovers import leave, take_over
from syndicate.planning.compare import Wish
from syndicate.planning.prepare import Preparation
from syndicate.report import Report, line_of
from syndicate.subscribers.inbox_run import InboxRun


def tick(office: Office, progress: Progress = silent) -> Report:
    """Try again what waits, settle what is in doubt, send the digests that are due."""
    report = Report(command="tick", notes=office.notes)
    refuse_older(office)
    number = office.ledger.ticks.begin(office.clock())
    _do_all(office, report, progress)
    report.told = office.ledger.ticks.end(number, office.clock(), report.unmended)
    return report


def _do_all(office: Office, report: Report, progress: Progress) -> None:
    _expire(office, report, progress)
    take_over(office, report, progress)
    for channel in office.channels:
        if office.stopping():
            _stopped(report)
            return
        if channel.scope is Scope.DIGEST:
            continue
        with office.ledger.planning() as catalogue:
            known = office.remembered(catalogue, channel)
            waiting = [number for number, _ in catalogue.editions.waiting(known.id)]
        before = _open(office, channel.name)
        problem = run_channel(office, channel, known, waiting, progress, report)
        _tell(office, before, report)
        if problem and not before:
            report.problems.append(f"{channel.name}: {problem}")
    inboxes = InboxRun(office)
    found = inboxes.read()  # who wants to leave gets no letter any more
    if office.stopping():
        report.include(found)
        _stopped(report)
        return
    digests = digest(office, Request(), progress)
    report.include(inboxes.go_on())
    report.lines += digests.lines
    report.idle |= digests.idle
    report.problems += digests.problems


def _stopped(report: Report) -> None:
    """Say that there may be more to do: whoever looks at the exit code runs it again."""
    report.problems.append("stopped: what else is due waits for the next run")


def _expire(office: Office, report: Report, progress: Progress) -> None:
    """Let every channel see which articles have just expired, and which notices are old."""
    with office.ledger.planning() as catalogue:
        prepare = Preparation(office, catalogue, Wish(by_itself=True))
        at = office.clock()
        prepare.revived = set(catalogue.revisions.revive(at))
        uris = [*catalogue.revisions.expire(at), *sorted(prepare.revived)]
        if catalogue.not_far_ahead(at) < at:
            report.notes.append(
                "the clock is more than a day ahead of the database's: nothing expires by it, and"
                " no notice goes"
            )
        standings = [standing for uri in uris if (standing := catalogue.articles.standing(uri))]
        prepare.say(office.channels, standings)
        leave(office, catalogue, standings)
        prepare.announce()
    changed = [
        one for one in prepare.prepared if any(s.action is not Action.NOTHING for s in one.steps)
    ]
    tell_failed(prepare.failed, report)
    carry_out(office, changed, report, progress)
    report.lines = [line for line in report.lines if line.action != Action.NOTHING]


def _open(office: Office, channel: str) -> list[Place]:
    """What may still change by itself; a refusal was reported when it came."""
    with office.ledger.reading() as db:
        found = places(db, states=("due", "claimed", "sending", "in_doubt"))
    return [place for place in found if place.channel == channel]


def _tell(office: Office, before: list[Place], report: Report) -> None:
    with office.ledger.reading() as db:
        looked = [places(db, delivery=was.delivery) for was in before]
    now = {place.delivery: place for found in looked for place in found}
    for was in before:
        place = now[was.delivery]
        is_settled = place.state == "settled" and not place.present
        if was.edition == edition_keys.ANNOUNCEMENTS and is_settled:
            continue  # nobody was told: the configuration names nobody any more, which was said
        report.add(line_of(place, "retry", office.publisher.zone))
