"""Send what the ledger keeps no delivery of: letters to single people, proofs, rehearsals."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from syndicate.channel import Channel
from syndicate.delivery.rim import attempted, open_channel, put_off_by
from syndicate.errors import DeliveryError, Refused
from syndicate.model.delivery import Delivery, Receipt, Recipient, Rendition, delivery_key
from syndicate.office import Office
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)


def send_once(
    office: Office,
    channel: Channel,
    edition: str,
    rendition: Rendition,
    *,
    recipient: Recipient | None = None,
    files: Mapping[str, bytes] | None = None,
    test: bool = False,
) -> Receipt | DeliveryError:
    """Send one rendition, to a ``test`` destination or a person; returns how it ended.

    Unavailable where the channel cannot be opened: that is no refusal of what was to be sent.
    """
    if not test and (why := office.outside(channel)):
        return Refused(why)
    address = recipient.id if recipient else rendition.address
    key = delivery_key(channel.name, edition, address)
    started = office.ledger.clock()
    delivery = Delivery(key, rendition, files or {}, recipient, started=started)
    result: Receipt | DeliveryError | None = None
    try:
        with open_channel(channel):
            result = attempted(
                f"{channel.name}: {edition}", office.scrub, lambda: channel.publish(delivery)
            )
    except Exception as error:
        if result is None:
            return put_off_by(error, channel.name, office.scrub)
        unexpected(log, f"{channel.name}: could not be closed", error)
    return result
