"""Send an urgent article to lists at once and alone: it cannot wait for a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.run import Progress, run_channel
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.ledger.reports.digests import digests
from syndicate.model import edition_keys
from syndicate.model.article import URGENT, Edition
from syndicate.model.delivery import Rendition
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.planning.channels import letter_review
from syndicate.planning.hosting import Hosting
from syndicate.report import Line, ReportPart, letters_line


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentMailing:
    """Frozen letters of one urgent article."""

    channel: MailingList
    known: KnownChannel
    uri: str
    edition: int
    letters: int
    content: tuple[Edition, Rendition] | None = None  # None for letters of an earlier command


def freeze_urgent(
    hosting: Hosting, channels: Sequence[Channel], standings: Sequence[Standing]
) -> list[UrgentMailing]:
    """Freeze a letter for each urgent article that a list has not carried.

    A later change of it goes at once, too, to those who got it.
    """
    return [
        mailing
        for channel in hosting.office.lists
        if channel.immediate and channel in channels
        for standing in standings
        if standing.item.article.urgency in URGENT
        for mailing in _frozen(hosting, channel, standing)
    ]


def send_urgent(office: Office, mailing: UrgentMailing, progress: Progress) -> ReportPart:
    """Send the letters of an urgent article."""
    ran = run_channel(office, mailing.channel, mailing.known, [mailing.edition], progress)
    with office.ledger.reading() as db:
        lines = tuple(map(letters_line, digests(db, numbers=[mailing.edition])))
    is_reported = any(ran.problem in line.why for line in lines)
    problem = f"{mailing.channel.name}: {ran.problem}"
    return ReportPart(
        lines=lines,
        notes=ran.notes,
        problems=(problem,) if ran.problem and not is_reported else (),
        unconnected=ran.unconnected,
    )


def urgent_preview(mailing: UrgentMailing) -> ReportPart:
    """Report to how many readers the letters of an urgent article would go."""
    why = f"is sent at once to {mailing.letters} readers"
    remarks: tuple[str, ...] = ()
    if mailing.content:
        review = letter_review(mailing.channel, *mailing.content)
        why, remarks = why + review.size, review.remarks
    line = Line(
        channel=mailing.channel.name, about=mailing.uri, address="", action="letters", why=why
    )
    return ReportPart(lines=(line,), notes=remarks)


def _frozen(hosting: Hosting, channel: MailingList, standing: Standing) -> list[UrgentMailing]:
    catalogue, office = hosting.catalogue, hosting.office
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
    [item] = hosting.worded([replace(standing.item, told_version=carried)], channel)
    parts = {part: (item,)}
    at = office.clock()
    edition = editions.urgent(parts, office.publisher, at=at, key=key)
    [rendition] = channel.render(edition)
    number = catalogue.windows.open_urgent(known.id, key, at, parts)
    among = standing.uri if part == "correction" else None
    letters = catalogue.digests.address_subscribers(number, known.id, rendition, among=among)
    mailing = UrgentMailing(
        channel=channel, known=known, uri=standing.uri, edition=number, letters=letters,
        content=(edition, rendition),
    )  # fmt: skip
    return [*unfinished, mailing]


def _unfinished(
    catalogue: Catalogue, channel: MailingList, known: KnownChannel, uri: str
) -> list[UrgentMailing]:
    """Return letters of it that an earlier command left."""
    return [
        UrgentMailing(
            channel=channel, known=known, uri=uri, edition=number,
            letters=catalogue.digests.recipients(number),
        )
        for number, whose, window in catalogue.digests.unfinished(uri)
        if whose.id == known.id and window.closed is None
    ]  # fmt: skip
