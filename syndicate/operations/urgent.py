"""What cannot wait for a digest: an urgent article goes at once and alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.run import Progress, run_channel
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.ledger.reports.digests import digests
from syndicate.model import edition_keys
from syndicate.model.article import Edition
from syndicate.model.delivery import Rendition
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.planning.prepare import Preparation, reviewed
from syndicate.report import Line, Report, letters_line

URGENT = (1, 2)  # IPTC's urgency: 1 is the highest


@dataclass(frozen=True, slots=True)
class Mailing:
    """The letters of one urgent article, frozen."""

    channel: MailingList
    known: KnownChannel
    uri: str
    edition: int
    letters: int
    said: tuple[Edition, Rendition] | None = None  # what they say; not of an earlier command's


def at_once(
    prepare: Preparation, channels: Sequence[Channel], standings: Sequence[Standing]
) -> list[Mailing]:
    """Freeze a letter for each urgent article that a list has not carried.

    What has become of one since goes at once, too, to those who got it.
    """
    return [
        mailing
        for channel in prepare.office.lists
        if channel.immediate and channel in channels
        for standing in standings
        if standing.item.article.urgency in URGENT
        for mailing in _frozen(prepare, channel, standing)
    ]


def send(office: Office, mailings: Sequence[Mailing], report: Report, progress: Progress) -> None:
    """Send them; in a dry run say to how many they would go."""
    for one in mailings:
        if report.dry_run:
            why = f"goes at once to {one.letters} readers"
            if one.said:
                why += reviewed(one.channel, *one.said, report.notes)
            report.lines.append(
                Line(channel=one.channel.name, about=one.uri, address="", action="letters", why=why)
            )
            continue
        problem = run_channel(office, one.channel, one.known, [one.edition], progress, report)
        with office.ledger.reading() as db:
            report.lines += map(letters_line, digests(db, numbers=[one.edition]))
        if problem and not any(problem in line.why for line in report.lines):
            report.problems.append(f"{one.channel.name}: {problem}")


def _frozen(prepare: Preparation, channel: MailingList, standing: Standing) -> list[Mailing]:
    catalogue, office = prepare.catalogue, prepare.office
    known = office.remembered(catalogue, channel)
    unfinished = _unfinished(catalogue, channel, known, standing.uri)
    carried = catalogue.windows.carried_version(known.id, standing.uri)
    if carried == 0 and standing.item.withdrawal:
        return []
    if carried == 0 and known.id in catalogue.channels.having(standing.uri):
        key, part = f"{edition_keys.URGENT_PREFIX}{standing.uri}", "new"
    elif 0 < carried < standing.major_version and catalogue.digests.has_readers(
        known.id, standing.uri
    ):
        key, part = f"{edition_keys.URGENT_PREFIX}{standing.uri}~{standing.version}", "correction"
    else:
        return unfinished
    [item] = prepare.hosting.worded([replace(standing.item, told_version=carried)], channel)
    said = {part: (item,)}
    at = office.clock()
    edition = editions.urgent(said, office.publisher, at=at, key=key)
    [rendition] = channel.render(edition)
    number = catalogue.windows.open_urgent(known.id, key, at, said)
    among = standing.uri if part == "correction" else None
    letters = catalogue.digests.address_subscribers(number, known.id, rendition, among=among)
    mailing = Mailing(channel, known, standing.uri, number, letters, (edition, rendition))
    return [*unfinished, mailing]


def _unfinished(
    catalogue: Catalogue, channel: MailingList, known: KnownChannel, uri: str
) -> list[Mailing]:
    """Letters of it that an earlier command left."""
    return [
        Mailing(channel, known, uri, number, catalogue.digests.recipients(number))
        for number, whose, window in catalogue.digests.unfinished(uri)
        if whose.id == known.id and window.closed is None
    ]
