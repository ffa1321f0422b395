"""Resolve a doubt or a refusal: a person tells the ledger how a delivery ended."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum
from functools import partial

from syndicate.channel import Channel
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.recompose import recompose
from syndicate.delivery.run import Progress, run_channel, silent
from syndicate.errors import DeliveryError, UsageError
from syndicate.ledger import Catalogue, Place
from syndicate.ledger.reports.digests import digests
from syndicate.ledger.reports.places import places, standing_at
from syndicate.model.delivery import Receipt, Rendition
from syndicate.office import Office
from syndicate.operations.approval_letters import resolve_approval_letter
from syndicate.operations.followers import resolve_follower
from syndicate.operations.partners import resolve_partner
from syndicate.planning.hosting import Hosting
from syndicate.report import Report, ReportPart, letters_line, line_of, mailing_name

NUMBER = re.compile(
    r"(?P<number>\d{1,18})(?:/(?P<subscriber>\d{1,18}))?", re.ASCII
)  # as status shows it
SETTLES = {
    "partner": resolve_partner, "follow": resolve_follower, "approval": resolve_approval_letter,
}  # fmt: skip
SINGLE = re.compile(rf"({'|'.join(SETTLES)})/(\d{{1,18}})", re.ASCII)  # a letter to one person


class Answer(StrEnum):
    """Answer to what became of a delivery that is in doubt or refused."""

    SENT = "sent"  # it is there
    NOT_SENT = "not sent"  # it is not there, and is to be sent
    GIVE_UP = "give up"  # it need not be sent any more


def resolve(
    office: Office, named: str, answer: Answer, reference: str = "", progress: Progress = silent
) -> Report:
    """Settle a doubt or a refusal; ``reference`` is where it is, if it was sent.

    ``named`` is a delivery's number, ``EDITION/SUBSCRIBER`` of a letter, ``partner/NUMBER``,
    ``follow/NUMBER`` or ``approval/NUMBER``.
    """
    if single := SINGLE.fullmatch(named):
        refuse_older(office)
        state = {Answer.SENT: "sent", Answer.NOT_SENT: "due", Answer.GIVE_UP: "off"}[answer]
        settle = SETTLES[single[1]]
        return settle(office, int(single[2]), state)
    found = NUMBER.fullmatch(named)
    if found is None:
        raise UsageError(f"{named!r} is not a number that `syndicate status` shows")
    if found["subscriber"]:
        return resolve_letters(
            office, int(found["number"]), answer, int(found["subscriber"]), progress
        )
    delivery = int(found["number"])
    report = Report(command="resolve", notes=office.notes)
    refuse_older(office)
    office.ledger.queue.end_dead_claims()
    place = _place(office, delivery)
    [channel] = office.chosen([place.channel])
    if answer is Answer.SENT:
        destination = office.ledger.known_channels()[channel.name].identity or ""
        words = office.ledger.resolutions.attempted(delivery)
        receipt = receipt_named(office, channel, reference, destination, place.edition, words)
        office.ledger.resolutions.sent(delivery, receipt)
    elif answer is Answer.NOT_SENT:
        office.ledger.resolutions.not_sent(delivery)
    else:
        office.ledger.resolutions.give_up(delivery)
    report.include(_go_on(office, channel, place.edition_number, progress))
    report.lines.append(line_of(_place(office, delivery), "resolve", office.publisher.zone))
    return report


def resolve_letters(
    office: Office, edition: int, answer: Answer, subscriber: int | None = None,
    progress: Progress = silent, *, refused: bool = False,
) -> Report:  # fmt: skip
    """Settle a digest's letters that are in doubt; or one letter, a refused one too.

    ``refused``: all that were refused, after what they were refused for was put right.
    """
    report = Report(command="resolve", notes=office.notes)
    refuse_older(office)
    office.ledger.letters.end_dead_claims()
    with office.ledger.reading() as db:
        found = digests(db, numbers=[edition])
    if not found:
        raise UsageError(f"there is no digest {edition} (`syndicate status` lists them)")
    [channel] = office.chosen([found[0].channel])
    becomes = {Answer.SENT: "sent", Answer.NOT_SENT: "due", Answer.GIVE_UP: "given_up"}[answer]
    of = ("in_doubt",) if subscriber is None else ("in_doubt", "refused")
    of = ("refused",) if refused else of
    with office.ledger.planning() as catalogue:
        settle = partial(catalogue.digests.settle, edition, becomes, subscriber=subscriber)
        settled = sum(settle(of=state) for state in of)
        if settled and answer is Answer.NOT_SENT:
            _compose_anew(office, catalogue, edition)
    if not settled:
        which = "no letter of" if subscriber is None else f"letter {edition}/{subscriber} of"
        what = "in doubt" if subscriber is None else "neither in doubt nor refused"
        what = "refused" if refused else what
        digest = mailing_name(found[0].key, office.publisher.zone)
        raise UsageError(f"{which} {digest} is {what}: see `syndicate status`")
    report.include(_go_on(office, channel, edition, progress))
    with office.ledger.reading() as db:
        report.lines += map(letters_line, digests(db, numbers=[edition]))
    return report


def _compose_anew(office: Office, catalogue: Catalogue, edition: int) -> None:
    """Let letters that leave late say their articles as they now stand; DeliveryError if not."""
    hosting = Hosting(office, catalogue)
    for recomposed in recompose(hosting, catalogue.digests.outdated(edition)):
        if recomposed.failed:
            raise DeliveryError(f"{recomposed.failed.why} (nothing was changed)")


def _place(office: Office, delivery: int) -> Place:
    with office.ledger.reading() as db:
        found = places(db, delivery=delivery)
    if not found:
        raise UsageError(f"there is no delivery {delivery} (`syndicate status` lists them)")
    return found[0]


def receipt_named(
    office: Office, channel: Channel, reference: str, destination: str, edition: str,
    words: Rendition | None = None,
) -> Receipt:  # fmt: skip
    """Return the receipt that a person names; nothing else of the channel may stand there."""
    receipt = channel.receipt(reference.strip(), destination, words)
    receipt = replace(receipt, destination=destination)
    if not receipt.reference:
        raise UsageError("name its link or its number")
    with office.ledger.reading() as db:
        for place in standing_at(db, channel.name, receipt):
            if place.edition != edition:
                raise UsageError(
                    f"{reference}: another article is there according to the ledger:"
                    f" {place.edition} (syndicate status {place.edition})"
                )
    return receipt


def _go_on(office: Office, channel: Channel, edition: int, progress: Progress) -> ReportPart:
    """Deliver what an answer has made due."""
    known = office.ledger.known_channels()[channel.name]
    ran = run_channel(office, channel, known, [edition], progress)
    return ReportPart(
        notes=ran.notes,
        problems=(f"{channel.name}: {ran.problem}",) if ran.problem else (),
        unconnected=ran.unconnected,
    )
