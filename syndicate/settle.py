"""What a person tells the ledger: how a doubt ended, what stands already, where a channel went."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from syndicate.admit import read_all
from syndicate.carry import Progress, run_channel, silent, tell_failed, tell_outcomes
from syndicate.channel import Channel, Receipt, Repeatable, Scope
from syndicate.errors import ConfigError, UsageError
from syndicate.ledger import KnownChannel
from syndicate.ledger.report import places
from syndicate.office import Office
from syndicate.prepare import Preparation, Wish
from syndicate.publish import Request, plan_for, record
from syndicate.report import Line, Report, mask, resolve_command, state_word


def resolve(office: Office, delivery: int, sent: str | None, progress: Progress = silent) -> Report:
    """Settle a doubt: it was sent, under this reference, or (None) it was not and is due again."""
    report = Report(command="resolve", notes=office.notes)
    office.ledger.queue.end_dead_claims()
    with office.ledger.reading() as db:
        found = places(db, delivery=delivery)
    if not found:
        raise UsageError(f"there is no delivery {delivery} (`syndicate status` lists them)")
    [channel] = office.chosen([found[0].channel])
    if sent is not None:
        destination = office.ledger.known_channels()[channel.name].identity or ""
        office.ledger.say_sent(delivery, _receipt(channel, sent, destination))
    else:
        office.ledger.say_not_sent(delivery)
    _go_on(office, channel, found[0].edition_number, progress, report)
    with office.ledger.reading() as db:
        [place] = places(db, delivery=delivery)
    report.lines.append(
        Line(channel=place.channel, about=place.edition, action="resolve",
             address=mask(place.email) if place.email else place.address,
             state=state_word(place.state), url=place.url, why=place.why,
             resolve=resolve_command(place))
    )  # fmt: skip
    return report


def adopt(office: Office, path: Path, name: str, reference: str) -> Report:
    """Take on a post that stands already, put there by other hands or by a lost ledger."""
    [channel] = office.chosen([name])
    if channel.scope is not Scope.ARTICLE:
        raise UsageError(f"channel {name!r} has no posts of its own to adopt (publish does it)")
    report = Report(command="adopt", notes=office.notes)
    [draft] = read_all(office, [path], report, dry=False)
    receipt = _receipt(channel, reference, _identity(office, channel))
    with office.ledger.planning() as catalogue:
        record(office, catalogue, Request(paths=[path], new=True), draft, report)
        prepare = Preparation(office, catalogue, Wish())
        plan_for(prepare, [channel], [draft.article.uri], [draft])
        for one in prepare.prepared:
            for step in one.steps:
                if not catalogue.adopt(one.edition, step.address, receipt):
                    report.notes.append(f"{name}: the ledger has its place already; it is kept")
    tell_failed(prepare.failed, report)
    tell_outcomes(office, prepare.prepared, report)
    report.lines = [replace(line, action="adopt") for line in report.lines]
    return report


def move(office: Office, name: str) -> str:
    """The channel's destination moved: go on where the configuration now leads."""
    [channel] = office.chosen([name])
    known = _known(office, name)
    identity = _identity(office, channel, recognise=False)
    office.ledger.move(
        known.id, channel.target(), identity, repeats=isinstance(channel, Repeatable)
    )
    return f"{name}: was {known.identity or known.target}, goes on at {identity}"


def rename(office: Office, old: str, new: str) -> str:
    """A channel has another name in the configuration now; it is the same channel."""
    if new not in office.settings.channels:
        raise ConfigError(f"channels.{new}: give the channel this name in the configuration first")
    office.ledger.rename(old, new)
    return f"{old} is now {new}"


def _receipt(channel: Channel, said: str, destination: str) -> Receipt:
    """A reference as a person gives it: a number, or a link that ends in one."""
    is_link = said.startswith(("https://", "http://"))
    reference = said.rstrip("/").rpartition("/")[2] if is_link else said
    if not reference:
        raise UsageError("say where it is: its link, or its number")
    return Receipt(reference, said if is_link else None, destination)


def _identity(office: Office, channel: Channel, *, recognise: bool = True) -> str:
    """Ask the destination who it is."""
    with office.ledger.planning() as catalogue:
        known = office.remembered(catalogue, channel)
    with channel:
        identity = channel.identity()
    if recognise:
        office.ledger.recognise(known.id, channel.target(), identity)
    return identity


def _known(office: Office, name: str) -> KnownChannel:
    known = office.ledger.known_channels()
    if name not in known:
        raise UsageError(f"the ledger does not know channel {name!r}: nothing was sent there yet")
    return known[name]


def _go_on(
    office: Office, channel: Channel, edition: int, progress: Progress, report: Report
) -> None:
    known = office.ledger.known_channels()[channel.name]
    problem = run_channel(office, channel, known, [edition], progress)
    if problem:
        report.problems.append(f"{channel.name}: {problem}")
