"""Show or erase one person's data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syndicate.errors import UsageError
from syndicate.ledger import Erasure
from syndicate.office import Office
from syndicate.subscribers.people import plain_address


def person(office: Office, address: str) -> dict[str, Any]:
    """Return all that the ledger keeps of an address; UsageError for a stranger."""
    found = office.ledger.privacy.person(plain_address(address))
    if found is None:
        raise UsageError(f"{address}: the ledger does not know this address")
    return found


def erase_people(office: Office, addresses: Iterable[str]) -> list[Erasure]:
    """Erase people here and in the tool's own copies; no import brings them back."""
    known = [plain_address(address) for address in addresses]  # all of them, or nobody
    office.ledger.generations.note_leaving()
    return [office.ledger.privacy.forget(email) for email in known]
