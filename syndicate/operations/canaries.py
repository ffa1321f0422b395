"""Send a copy of each digest to the list's canary, whose arrival its inbox shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.holding import held_editions
from syndicate.delivery.single import send_once
from syndicate.errors import InDoubt
from syndicate.ledger import KnownChannel
from syndicate.ledger.sending.canaries import CANARY
from syndicate.model.delivery import Receipt, Recipient
from syndicate.office import Office
from syndicate.report import ReportPart


def send_canaries(office: Office, channel: MailingList, known: KnownChannel) -> ReportPart:
    """Send the copies of digests that have none yet, before their letters leave."""
    if not channel.canary or office.outside(channel):
        return ReportPart()
    numbers = office.ledger.canaries.missing(known.id, office.clock())
    held = held_editions(office, channel, numbers)
    return ReportPart(
        problems=tuple(_sent(office, channel, known, [n for n in numbers if n not in held]))
    )


def unsent(name: str, why: str) -> str:
    """Say that a list's canary got no copy."""
    return f"{name}: its digest could not be sent to the canary: {why}"


def _sent(
    office: Office, channel: MailingList, known: KnownChannel, numbers: Iterable[int]
) -> Iterator[str]:
    """Yield why a copy could not be sent; where one fails, the others would."""
    recipient = Recipient(id=CANARY, email=channel.canary, token=CANARY)
    for number in numbers:
        canary = office.ledger.canaries.begin(channel.name, number, office.clock())
        if canary is None:
            continue
        office.ledger.generations.advance_once()
        office.acted = True
        result = send_once(
            office, channel, canary.nonce, canary.rendition, recipient=recipient, known=known
        )
        if not isinstance(result, Receipt | InDoubt):
            office.ledger.canaries.note_refusal(number, office.scrub(str(result)))
            yield unsent(channel.name, str(result))
            return
