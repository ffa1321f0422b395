"""Bring messages to the office's own people: by a channel, or to a web address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from syndicate.channel.office_messages import Errand
from syndicate.delivery.single import send_once
from syndicate.errors import DeliveryError, OldLedger, Refused, Unavailable
from syndicate.model.delivery import Receipt
from syndicate.network.exchange import Limits
from syndicate.network.public import Site, sites
from syndicate.office import AWAY, Office
from syndicate.system.local import leads_here
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)

POST_LIMITS = Limits(seconds=10.0, octets=64_000)
PING_LIMITS = Limits(seconds=3.0, octets=64_000)
USER_AGENT = "syndicate"


def send_errand(office: Office, errand: Errand, key: str) -> str:
    """Send a message by its channel; returns why that failed, "" if it did not."""
    with suppress(OldLedger):  # of which the office is to hear
        office.ledger.generations.advance_once()
    office.acted = True
    result: Receipt | DeliveryError = send_once(
        office, errand.channel, key, errand.rendition, recipient=errand.recipient
    )
    return "" if isinstance(result, Receipt) else str(result)


def post_json(office: Office, setting: str, url: str, document: Mapping[str, Any]) -> str:
    """Send a document to a web address of the office; returns why that failed, "" if it did not."""
    if office.ledger.rehearsal and not leads_here(url):
        return f"{setting}: {AWAY}"
    try:
        status = _posted(setting, url, POST_LIMITS, office.sites, json=document)
    except DeliveryError as error:
        return office.scrub(str(error))
    except Exception as error:
        unexpected(log, f"{setting}: a message was not sent", error)
        return f"{setting}: unexpected: {office.scrub(repr(error))}"
    return "" if 200 <= status < 300 else f"{setting}: the server answered {status}"


def ping(url: str, *, scrub: Callable[[str], str] = str) -> str:
    """Say to a health check that we are here; returns why that failed, "" if it did not."""
    try:
        status = _posted("desk.ping", url, PING_LIMITS, frozenset())
    except DeliveryError as error:
        return scrub(str(error))
    except Exception as error:
        unexpected(log, "desk.ping: failed", error)
        return f"desk.ping: unexpected {type(error).__name__}"
    return "" if 200 <= status < 300 else f"desk.ping: the server answered {status}"


def _posted(setting: str, url: str, limits: Limits, own: frozenset[Site], **given: Any) -> int:
    """Return the status of an answer. What the office itself names may lie inside its network."""
    from syndicate.network.asking import HttpClient, NoAnswer

    headers = {"User-Agent": USER_AGENT}
    try:
        with HttpClient(setting, own=own | sites([url])) as client:
            return client.ask("POST", url, limits, headers=headers, **given).status_code
    except NoAnswer as error:
        raise Unavailable(f"{setting}: {error or 'no answer'}") from None
    except ValueError as error:
        raise Refused(f"{setting}: {error}") from None
