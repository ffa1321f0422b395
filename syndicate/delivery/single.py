"""Send what the ledger keeps no delivery of: letters to single people, proofs, rehearsals."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from syndicate.channel import Channel
from syndicate.delivery.rim import open_channel, put_off_by, run_effect
from syndicate.errors import DeliveryError, LedgerError, Refused
from syndicate.ledger import KnownChannel
from syndicate.model.delivery import Delivery, Receipt, Recipient, Rendition, delivery_key
from syndicate.office import Office
from syndicate.planning.folders import recognise
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)


def send_once(
    office: Office,
    channel: Channel,
    edition: str,
    rendition: Rendition,
    *,
    recipient: Recipient | None = None,
    known: KnownChannel | None = None,
    files: Mapping[str, bytes] | None = None,
    test: bool = False,
) -> Receipt | DeliveryError:
    """Send one rendition, to a ``test`` destination or a person; returns how it ended.

    Unavailable where the channel cannot be opened, or leads elsewhere than the ledger has ``known``
    it: that is no refusal of what was to be sent.
    """
    if not test and (why := office.outside(channel)):
        return Refused(why)
    address = recipient.id if recipient else rendition.address
    delivery = Delivery(
        key=delivery_key(channel.name, edition, address),
        rendition=rendition,
        files=files or {},
        recipient=recipient,
        started=office.ledger.clock(),
    )
    return _send(office, channel, delivery, known)


def _send(
    office: Office, channel: Channel, delivery: Delivery, known: KnownChannel | None
) -> Receipt | DeliveryError:
    """Send at the open channel; what goes wrong after the effect takes nothing back."""
    result: Receipt | DeliveryError | None = None
    try:
        with open_channel(channel):
            if known and known.identity != channel.identity():
                recognise(office.ledger, channel, known)
            result = run_effect(
                f"{channel.name}: a single delivery",
                office.scrub,
                lambda: channel.publish(delivery),
            )
    except LedgerError:
        raise
    except Exception as error:
        if result is None:
            return put_off_by(error, channel.name, office.scrub)
        unexpected(log, f"{channel.name}: could not be closed", error)
    return result
