"""Find what a person of the office has to be told of after a tick: each matter by a lasting key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from syndicate.delivery.letters import SAMPLED
from syndicate.ledger import DigestCount, Place
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.people.replies import held
from syndicate.ledger.reports.digests import digests, given_up, unfinished
from syndicate.ledger.reports.places import letters_in, places
from syndicate.ledger.sending.matters import Matter
from syndicate.office import Office
from syndicate.operations.approval_letters import approval_status
from syndicate.operations.followers import follower_status
from syndicate.operations.ledger_watch import LedgerWatch
from syndicate.operations.partners import partner_status
from syndicate.operations.problem_matters import other_problems, scheduled_matters
from syndicate.report import (
    Report,
    edition_name,
    given_up_line,
    leaving_line,
    letter_counts,
    mailing_name,
    resolve_command,
)
from syndicate.text import counted
from syndicate.text.i18n import moment

EXPIRES_WITHIN = timedelta(days=14)  # before its end a token is told of
COMMANDS = {
    "window": "syndicate tick",
    "expiry": "syndicate tick",
    "waiting": "syndicate tick",
    "scheduled": "syndicate tick",
    "backup": "syndicate ledger backup FILE",
}


def current_matters(office: Office, report: Report) -> list[Matter]:
    """Return what needs a person as the ledger stands, and what else this tick could not do."""
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        counts = digests(db, numbers=unfinished(db))
        unsettled = places(db, open_only=True)
        found = [
            *_alerts(office, catalogue, counts),
            *_doubts(office, catalogue, unsettled, counts),
            *_refused(office, unsettled),
            *_stuck(unsettled, counts),
            *_halted(counts),
            *_given_up(catalogue),
            *_late_digests(office, catalogue, counts),
            *_leaving(catalogue),
            *_single_letters(catalogue),
            *scheduled_matters(office, catalogue, report.problems),
        ]
    found += _ending(office)
    found += other_problems(report.problems, found)
    return list({matter.key: matter for matter in reversed(found)}.values())[::-1]


def _alerts(office: Office, catalogue: Catalogue, counts: list[DigestCount]) -> Iterator[Matter]:
    """Yield what should have happened by now: backups, machines without ticks, books."""
    names = {channel.name for channel in office.channels}
    for alert in LedgerWatch(office, catalogue, counts).alerts():
        yield Matter(
            key=f"{alert.what}:{alert.about}",
            says=alert.says,
            command=COMMANDS.get(alert.what, "syndicate status"),
            channel=alert.about if alert.about in names else "",
        )


def _doubts(
    office: Office, catalogue: Catalogue, unsettled: Iterable[Place], counts: Iterable[DigestCount]
) -> Iterator[Matter]:
    for place in unsettled:
        if place.state == "in_doubt":
            yield Matter(
                key=f"doubt:{place.delivery}",
                says=f"{place.channel}: nobody knows whether {place.edition} was published:"
                f" {place.why}",
                command=resolve_command(place),
                channel=place.channel,
            )
    for count in counts:
        if not (doubtful := count.states.get("in_doubt", 0)):
            continue
        first = next(iter(letters_in(catalogue.db, count.edition, ("in_doubt",), most=1)), None)
        yield Matter(
            key=f"doubt:letters:{count.edition}",
            says=f"{count.channel}: {counted(doubtful, 'letter')} of {_called(office, count)} in"
            f" doubt: {first.why if first else ''}".rstrip(": "),
            command=f"syndicate resolve {count.edition} --all-sent   or   --all-again",
            channel=count.channel,
        )


def _refused(office: Office, unsettled: Iterable[Place]) -> Iterator[Matter]:
    for place in unsettled:
        if place.state == "refused" and not place.given_up:
            yield Matter(
                key=f"refused:{place.delivery}",
                says=f"{place.channel}: {edition_name(place.edition, office.publisher.zone)} was"
                f" refused: {place.why}",
                command=resolve_command(place) or "syndicate status",
                channel=place.channel,
            )


def _single_letters(catalogue: Catalogue) -> Iterator[Matter]:
    """Yield letters to one person each that are in doubt or refused."""
    for lines in (partner_status, follower_status, approval_status):
        for line in lines(catalogue.db, None):
            if line.resolve.startswith("syndicate resolve "):
                yield Matter(
                    key=f"letter:{line.resolve.split()[2]}",
                    says=f"{line.channel}: a letter to {line.address} about {line.about}:"
                    f" {line.state}: {line.why}",
                    command=line.resolve,
                )


def _stuck(unsettled: Iterable[Place], counts: Iterable[DigestCount]) -> Iterator[Matter]:
    """Yield the channels that cannot send, and have not named a time from which they can."""
    reasons: dict[str, str] = {}
    for place in unsettled:
        if place.state == "due" and place.why and not (place.not_before or place.is_held):
            reasons.setdefault(place.channel, place.why)
    for count in counts:
        if count.halted or count.is_held:
            continue
        if count.paused or (count.why and not count.not_before):
            reasons.setdefault(count.channel, count.why)
    for name, why in reasons.items():
        yield Matter(
            key=f"channel:{name}",
            says=f"{name}: what is due cannot be sent: {why}",
            command=f"syndicate channels check {name}",
            channel=name,
        )


def _halted(counts: Iterable[DigestCount]) -> Iterator[Matter]:
    for count in counts:
        if count.halted and not count.halted.startswith(SAMPLED):  # a person wanted the sample
            yield Matter(
                key=f"halted:{count.edition}",
                says=f"{count.channel}: the sending of its digest was stopped: {count.halted}",
                command=f"syndicate digest {count.channel} --resume",
                channel=count.channel,
            )


def _given_up(catalogue: Catalogue) -> Iterator[Matter]:
    unsent = given_up(catalogue.db)
    for count in digests(catalogue.db, numbers=list(unsent)):
        line = given_up_line(count, *unsent[count.edition])
        command = f"syndicate resolve {count.edition} --again-refused"
        yield Matter(
            key=f"given-up:{count.edition}",
            says=f"{line.channel}: {line.why}",
            command=command,
            channel=line.channel,
        )


def _late_digests(
    office: Office, catalogue: Catalogue, counts: Iterable[DigestCount]
) -> Iterator[Matter]:
    """Yield the digests that are not out by the time that ``digest_by`` names."""
    latest, at = office.settings.desk.latest, office.clock()
    if latest is None:
        return
    zone = office.publisher.zone
    windows = LedgerWatch(office, catalogue, []).windows()
    ends = [(name, end, "it was not closed") for name, end in windows.items()]
    for count in counts:
        if (
            count.closed
            and not count.is_held
            and (count.states.keys() & {"due", "deferred", "sending"})
        ):
            ends.append((count.channel, count.closed, letter_counts(count.states)))
    for name, end, why in ends:
        by = _next(latest, end.astimezone(zone))
        if at >= by:
            yield Matter(
                key=f"late:{name}:{end.isoformat()}",
                says=f"{name}: its digest of {moment(end, zone, 'en')} is not out by"
                f" {by:%H:%M} (desk.digest_by): {why}",
                command="syndicate status",
                channel=name,
            )


def _next(by: time, end: datetime) -> datetime:
    """Return the first moment at a time of day that is no earlier than the end of a window."""
    here = end.replace(hour=by.hour, minute=by.minute, second=0, microsecond=0)
    return here if here >= end else here + timedelta(days=1)


def _leaving(catalogue: Catalogue) -> Iterator[Matter]:
    for name, count in held(catalogue.db).items():
        yield Matter(
            key=f"leaving:{name}",
            says=leaving_line(name, count),
            command=f"syndicate channels resume {name}",
        )


def _ending(office: Office) -> Iterator[Matter]:
    """Yield what a channel needs and soon has no longer: a token that ends."""
    at, zone = office.clock(), office.publisher.zone
    for channel in office.channels:
        for setting, end in channel.valid_until().items():
            if end - at <= EXPIRES_WITHIN:
                yield Matter(
                    key=f"ends:{channel.name}:{setting}:{end.isoformat()}",
                    says=f"channels.{channel.name}.{setting}: is valid until"
                    f" {moment(end, zone, 'en')}: get a new one and put it there",
                    command=f"syndicate channels check {channel.name}",
                )


def _called(office: Office, count: DigestCount) -> str:
    return mailing_name(count.key, office.publisher.zone)
